"""Wildcards: whether an answer is one that every name there gets (RFC 4592 §2.1, docs/faults.md, O05)."""

from letterhead.core.answer import Found, Probe, RecordType
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.quorum import meaning_of
from letterhead.core.verdict.case import Case


def is_wildcard(case: Case, rtype: RecordType, answer: Found) -> Inquiry[bool]:
    """Whether a label that nobody publishes gets the same records of a type as the case's host does."""
    parent = case.record.host.partition(".")[2]
    sibling = yield from ask(f"{case.probe}.{parent}", rtype, Probe)
    return isinstance(sibling, Found) and meaning_of(sibling) == meaning_of(answer)
