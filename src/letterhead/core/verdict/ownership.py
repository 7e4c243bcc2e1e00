"""Ownership: the TXT record with the registration's own token, compared exactly.

Nothing but this token proves ownership (O02): not an MX, an include or a policy, which are the same for
every tenant.
"""

import hmac
import re
import unicodedata

from letterhead.core.answer import Absent, Found, Rdata, RecordType, Txt, Unreachable
from letterhead.core.cause import Cause
from letterhead.core.finding import Finding, Remark
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.verdict.absence import missing
from letterhead.core.verdict.case import Case
from letterhead.core.verdict.wildcard import is_wildcard

_QUOTES = "\"'“”‘’„«»"  # noqa: RUF001 - the look-alikes are the point
_TOKEN_SHAPE = re.compile(rb"[a-z2-7]{26,64}")


def ownership(case: Case) -> Inquiry[Finding]:
    """Judge the ownership record. A token by itself among other TXT records passes (T02)."""
    answer = yield from ask(case.record.host, RecordType.TXT)
    if isinstance(answer, Unreachable):
        return case.unknown(answer)
    if isinstance(answer, Absent):
        return (yield from missing(case, answer, lambda data: _is_token(case, data)))
    values = [record.data for record in answer.records if isinstance(record.data, Txt)]
    shown = [value.text for value in values]
    wildcard = yield from is_wildcard(case, RecordType.TXT, answer)
    remarks = _remarks(case, answer, wildcard=wildcard)
    if any(_is_token(case, value) for value in values):
        return (yield from case.passed(answer, shown, remarks))
    cause, detail = _diagnosis(case, values)
    if wildcard and cause is Cause.PROOF_MISSING:
        cause = Cause.WILDCARD
    return case.failed(cause, answer, shown, remarks, detail=detail)


def _is_token(case: Case, data: Rdata) -> bool:
    """The joined string, but for blanks and one pair of quotes around it, is the expected value."""
    if not isinstance(data, Txt):
        return False
    value = data.joined.strip(b" \t\r\n")
    if len(value) > 1 and value[:1] == value[-1:] == b'"':
        value = value[1:-1].strip(b" \t")
    return hmac.compare_digest(value, case.record.value.encode())


def _remarks(case: Case, answer: Found, *, wildcard: bool) -> list[Remark]:
    remarks = []
    if wildcard:
        remarks.append(Remark("wildcard", f"A wildcard record answers at {case.record.host}."))
    foreign = [a for a in answer.aliases if not f".{a.data}".endswith(f".{case.domain}")]
    if foreign:
        where = foreign[-1].data
        remarks.append(
            Remark(
                "alias_leaves_domain", f"{case.record.host} is an alias of {where}, outside of your domain."
            )
        )
    return remarks


def _diagnosis(case: Case, values: list[Txt]) -> tuple[Cause, str]:
    """Which of the usual accidents befell the token; PROOF_MISSING when it isn't there at all."""
    expected = case.record.value
    for value in values:
        text = value.joined.decode("utf-8", "replace")
        if _bare(text) == _bare(expected):
            return Cause.PROOF_MANGLED, _accident(text, expected)
    prefix = expected[: expected.rfind("=") + 1].encode()
    for value in values:
        token = value.joined.strip(b' \t"')
        if token.startswith(prefix) and _TOKEN_SHAPE.fullmatch(token[len(prefix) :]):
            return Cause.PROOF_STALE, ""
    return Cause.PROOF_MISSING, ""


def _bare(text: str) -> str:
    """The text without case, quotes, escapes, blanks and whatever can't be seen."""
    kept = (c for c in unicodedata.normalize("NFKC", text) if c not in _QUOTES and c != "\\")
    return "".join(c for c in kept if unicodedata.category(c)[0] not in "ZC").casefold()


def _accident(text: str, expected: str) -> str:
    if text.casefold() == expected.casefold():
        return "in the wrong case"
    if any(c in _QUOTES for c in text):
        return "has extra quotes"
    if "\\" in text:
        return "has extra backslashes"
    if any(unicodedata.category(c) in {"Cf", "Cc"} for c in text):
        return "contains invisible characters or line breaks"
    return "contains extra blanks"
