"""What an answer asks a customer to publish, read from it as a client would, as lines of a zone file.

No dialect is named here: a record is an object that bears a name and a value under one of the words below,
wherever in the answer it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from letterhead.core.zone_file import strings

NAMES = ("name", "host")
VALUES = ("value", "target")
LISTS = ("dns_records", "dnsRecords", "records")
"""Where the records of a domain stand."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A record that is asked for: what it is for, and how it stands in a zone file."""

    role: str
    line: str


def domains(body: object) -> Iterator[tuple[str, list[Asked]]]:
    """Each domain that a JSON answer shows with its records."""
    if isinstance(body, list):
        for each in body:
            yield from domains(each)
    elif isinstance(body, dict):
        shown = next((body[word] for word in LISTS if word in body), None)
        if shown is not None:
            yield body["domain"], [_asked(body["domain"], role, one) for role, one in _records(shown)]
        else:
            yield from domains(list(body.values()))


def _records(shown: object, word: str = "") -> Iterator[tuple[str, Json]]:
    """Every record within, with the word under which it stands."""
    if isinstance(shown, list):
        for each in shown:
            yield from _records(each, word)
    elif isinstance(shown, dict):
        if any(name in shown for name in VALUES):
            yield word, shown
        else:
            for name, each in shown.items():
                yield from _records(each, f"{word}_{name}".lstrip("_"))


def _asked(domain: str, word: str, record: Json) -> Asked:
    name = next((record[each] for each in NAMES if each in record), domain)
    value = next(record[each] for each in VALUES if each in record)
    kind = record.get("type") or _type(word, record)
    if kind == "TXT":
        return Asked(_text_role(domain, name, value), f"{name}. 300 IN TXT {strings(value)}")
    if kind == "CNAME":
        return Asked("dkim", f"{name}. 300 IN CNAME {value}.")
    exchange = value.rpartition(" ")[2]  # agentmail_pro's value bears the preference as well
    return Asked(
        "mx" if name == domain else "mail_from_mx", f"{name}. 300 IN MX {record['priority']} {exchange}."
    )


def _type(word: str, record: Json) -> str:
    if "priority" in record:
        return "MX"
    return "CNAME" if word == "dkim" else "TXT"


def _text_role(domain: str, name: str, value: str) -> str:
    if value.startswith("v=spf1"):
        return "spf" if name == domain else "mail_from_spf"
    if name == f"_dmarc.{domain}":
        return "dmarc"
    return "dkim" if "._domainkey." in name else "ownership"
