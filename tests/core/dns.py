"""A DNS on paper: lines of records, and the answers to an inquiry's questions that follow from them.

A line is `name TYPE data`; `name * fault` makes every question about a name unanswerable, `name TYPE fault`
one of them. `*.name TYPE data` is a wildcard. Names that have no line do not exist.
"""

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from letterhead.core.answer import (
    Absence,
    Absent,
    Address,
    Answer,
    Fault,
    Found,
    Mx,
    Observation,
    Question,
    Rdata,
    RecordType,
    ResourceRecord,
    Soa,
    Source,
    Target,
    Txt,
    Unreachable,
)
from letterhead.core.inquiry import Inquiry

T = TypeVar("T")
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Paper:
    """Answers questions from lines of text, one alias at a time, as a zone's own server would."""

    def __init__(self, lines: Iterable[str], zone: str = "acme.com") -> None:
        self.zone = zone
        self.asked: list[Question] = []
        self.records: dict[tuple[str, str], list[Rdata]] = {}
        self.faults: dict[tuple[str, str], Fault] = {}
        for line in lines:
            self._read(line.strip())

    def drive(self, inquiry: Inquiry[T]) -> T:
        """Answer an inquiry until it returns."""
        try:
            questions = next(inquiry)
            while True:
                self.asked += questions
                questions = inquiry.send({q: self.answer(q) for q in questions})
        except StopIteration as done:
            return done.value

    def answer(self, question: Question) -> Answer:
        observation = observed(question, zone=self.zone)
        fault = self.faults.get((question.name, question.type)) or self.faults.get((question.name, "*"))
        if fault:
            return Unreachable(question, fault, "", (replace(observation, fault=fault, rcode=""),))
        alias = self._records(question, RecordType.CNAME)
        if alias and question.type is not RecordType.CNAME:
            return Found(question, (), alias, (replace(observation, records=alias),))
        records = self._records(question, question.type)
        if records:
            return Found(question, records, (), (replace(observation, records=records),))
        exists = (
            any(name == question.name for name, _ in self.records) or self._wildcard(question) is not None
        )
        reason = Absence.NODATA if exists else Absence.NXDOMAIN
        rcode = "NOERROR" if exists else "NXDOMAIN"
        return Absent(question, reason, (), 300, (replace(observation, rcode=rcode),))

    def _records(self, question: Question, rtype: RecordType) -> tuple[ResourceRecord, ...]:
        owner = question.name
        if not any(name == owner for name, _ in self.records):
            owner = self._wildcard(question) or owner
        data = self.records.get((owner, rtype), [])
        return tuple(ResourceRecord(question.name, rtype, 300, each) for each in data)

    def _wildcard(self, question: Question) -> str | None:
        wildcard = f"*.{question.name.partition('.')[2]}"
        return wildcard if any(name == wildcard for name, _ in self.records) else None

    def _read(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        name, rtype, data = line.split(" ", 2)
        if data in set(Fault):
            self.faults[name, rtype] = Fault(data)
        else:
            self.records.setdefault((name, rtype), []).append(rdata(rtype, data))


def rdata(rtype: str, data: str) -> Rdata:
    if rtype in {"TXT", "SPF"}:
        strings = shlex.split(data) if data.startswith('"') else [data]
        return Txt(tuple(string.encode() for string in strings))
    if rtype == "MX":
        preference, exchange = data.split(" ", 1)
        return Mx(int(preference), exchange.lower().removesuffix("."))
    if rtype in {"A", "AAAA"}:
        return Address(data)
    return Target(data.lower().removesuffix("."))


def observed(
    question: Question,
    *records: ResourceRecord,
    server: str = "udp://192.0.2.53:53",
    name: str = "ns1.acme.com",
    zone: str = "acme.com",
    source: Source = Source.AUTHORITATIVE,
    rcode: str = "NOERROR",
    minimum: int | None = 300,
    fault: Fault | None = None,
) -> Observation:
    """One server's word; a negative one when no records are given."""
    soa = None
    if not records and minimum is not None and fault is None:
        start = Soa("ns1.acme.com", "hostmaster.acme.com", 1, minimum)
        soa = ResourceRecord(zone, RecordType.SOA, 3600, start)
    return Observation(
        question,
        source,
        server,
        name if source is Source.AUTHORITATIVE else "",
        zone if source is Source.AUTHORITATIVE else "",
        NOON,
        1.5,
        "" if fault else rcode,
        authoritative=source is Source.AUTHORITATIVE,
        records=records,
        soa=soa,
        fault=fault,
    )
