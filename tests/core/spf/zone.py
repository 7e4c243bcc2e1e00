"""A zone written as text, and a driver that answers an inquiry from it.

One record a line: name, type, data. The data "!timeout" means that nobody answers this question; a name
that has other records but none of the asked type is empty (NODATA), as is one that only has names below it;
every other name does not exist.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import TypeVar

from letterhead.core.answer import (
    Absence,
    Absent,
    Address,
    Answer,
    Fault,
    Found,
    Mx,
    Question,
    Rdata,
    RecordType,
    ResourceRecord,
    Target,
    Txt,
    Unreachable,
)
from letterhead.core.inquiry import Inquiry

T = TypeVar("T")
Zone = Mapping[str, list[tuple[RecordType, str]]]


def read_zone(text: str) -> Zone:
    zone: dict[str, list[tuple[RecordType, str]]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, rtype, data = line.split(None, 2)
        zone.setdefault(name.lower(), []).append((RecordType(rtype), data))
    return zone


def drive(inquiry: Inquiry[T], zone: Zone, asked: list[Question] | None = None) -> T:
    """Run an inquiry to its end; the questions are noted in `asked`."""
    try:
        questions = next(inquiry)
        while True:
            if asked is not None:
                asked.extend(questions)
            questions = inquiry.send({q: _answer(q, zone) for q in questions})
    except StopIteration as done:
        return done.value


def _answer(question: Question, zone: Zone) -> Answer:
    assert question.name == question.name.lower()
    assert not question.name.endswith(".")
    if question.name not in zone:
        below = any(name.endswith("." + question.name) for name in zone)  # RFC 8020 §2
        return Absent(question, Absence.NODATA if below else Absence.NXDOMAIN)
    texts = [data for rtype, data in zone[question.name] if rtype is question.type]
    if "!timeout" in texts:
        return Unreachable(question, Fault.TIMEOUT)
    aliases = [data for rtype, data in zone[question.name] if rtype is RecordType.CNAME]
    if texts:
        return Found(question, tuple(_record(question.name, question.type, text) for text in texts))
    if aliases:
        return Found(question, (), (_record(question.name, RecordType.CNAME, aliases[0]),))
    return Absent(question, Absence.NODATA)


def _record(name: str, rtype: RecordType, text: str) -> ResourceRecord:
    return ResourceRecord(name, rtype, 300, _rdata(rtype, text))


def _rdata(rtype: RecordType, text: str) -> Rdata:
    match rtype:
        case RecordType.TXT | RecordType.SPF:
            return txt(*text.split(" | "))
        case RecordType.MX:
            preference, exchange = text.split()
            return Mx(int(preference), "" if exchange == "." else exchange)
        case RecordType.A | RecordType.AAAA:
            return Address(str(ip_address(text)))
        case _:
            return Target(text)


def txt(*strings: str) -> Txt:
    r"""A TXT record; \xNN in the text is one octet."""
    return Txt(tuple(s.encode("latin-1").decode("unicode_escape").encode("latin-1") for s in strings))
