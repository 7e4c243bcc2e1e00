"""check_host(): is this client allowed to send mail for this domain? (RFC 7208 §4)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv6Address

from letterhead.core.answer import Found, RecordType, Txt, Unreachable
from letterhead.core.inquiry import Inquiry, ask
from letterhead.core.spf.limits import PermError, Spent, TempError
from letterhead.core.spf.macro import IpAddress, Message, macro_string_problem
from letterhead.core.spf.mechanism import Check, expanded, matches, target_of
from letterhead.core.spf.record import Record, RecordError, parse, select
from letterhead.core.spf.target import MAX_NAME, check_domain, target_name
from letterhead.core.spf.term import Mechanism, Qualifier


class Result(StrEnum):
    """What an evaluation can come to (§2.6)."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - the word of the RFC
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result and how it came about.

    explanation  the publisher's words for a fail, expanded (§6.2); None when there are none.
    mechanism    the directive that matched, as published; "" when none did.
    domain       whose record that directive stands in, behind every redirect.
    lookups, voids  what was spent of the limits (§4.6.4).
    problem      for none, temperror and permerror: why, in words.
    """

    result: Result
    explanation: str | None = None
    mechanism: str = ""
    domain: str = ""
    lookups: int = 0
    voids: int = 0
    problem: str = ""


MAX_SENDER = 320
"""Characters of a sender's address (RFC 5321 §4.5.3.1): macros must not grow what a stranger sends."""

_RESULTS = {
    Qualifier.PASS: Result.PASS,
    Qualifier.FAIL: Result.FAIL,
    Qualifier.SOFTFAIL: Result.SOFTFAIL,
    Qualifier.NEUTRAL: Result.NEUTRAL,
}


def check_host(
    ip: IpAddress,
    domain: str,
    sender: str,
    helo: str,
    *,
    receiver: str = "unknown",
    timestamp: int = 0,
) -> Inquiry[Verdict]:
    """Evaluate `domain`'s policy for a client at `ip` (§4.1).

    sender     the MAIL FROM address; for an empty one the caller gives postmaster@helo (§2.4).
    domain     that of the sender, or the HELO name; A-labels.
    receiver   the checking host's name, for `%{r}`; timestamp: seconds since 1970, for `%{t}`.
    """
    if len(sender) > MAX_SENDER:
        return Verdict(Result.NONE, problem="the sender is longer than any address")
    local, _, origin = sender.rpartition("@")
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    # §4.3: without a local part it is "postmaster". §5: an IPv4-mapped address is an IPv4 address.
    message = Message(mapped or ip, local or "postmaster", origin, helo[:MAX_NAME], receiver, timestamp)
    spent = Spent()
    try:
        verdict = yield from _evaluate(Check(message, domain.removesuffix("."), spent), explain=True)
    except PermError as error:
        verdict = Verdict(Result.PERMERROR, problem=str(error))
    except TempError as error:
        verdict = Verdict(Result.TEMPERROR, problem=str(error))
    return replace(verdict, lookups=spent.lookups, voids=spent.voids)


def _evaluate(check: Check, *, explain: bool) -> Inquiry[Verdict]:
    """One record: its directives in order, then its redirect, then the default (§4.6, §4.7)."""
    name = check_domain(check.domain)
    if name is None:
        return Verdict(Result.NONE, problem=f"“{check.domain}” is not a domain name")  # §4.3
    record = yield from _record(name)
    if record is None:
        return Verdict(Result.NONE, domain=name, problem=f"{name} has no SPF record")  # §4.5
    for mechanism in record.mechanisms:
        if (yield from _matches(mechanism, check)):
            result = _RESULTS[mechanism.qualifier]
            why = (yield from _explanation(record, check)) if explain and result is Result.FAIL else None
            return Verdict(result, why, mechanism.text, name)
    if record.redirect:
        return (yield from _redirected(record.redirect.value, check, explain=explain))
    return Verdict(Result.NEUTRAL, domain=name)


def _record(name: str) -> Inquiry[Record | None]:
    """The one SPF record of a name (§4.4, §4.5); None when there is none."""
    answer = yield from ask(name, RecordType.TXT)
    if isinstance(answer, Unreachable):
        raise TempError(f"{name} TXT: {answer.fault}")
    records = select(answer.records) if isinstance(answer, Found) else ()
    if len(records) > 1:
        raise PermError(f"{name} has {len(records)} SPF records")
    try:
        return parse(records[0]) if records else None
    except RecordError as error:
        raise PermError(f"{name}: {error}") from error


def _matches(mechanism: Mechanism, check: Check) -> Inquiry[bool]:
    """§5.2: an include matches when its target's policy says pass; without a policy it is a permerror."""
    if mechanism.name != "include":
        return (yield from matches(mechanism, check))
    check.spent.lookup(mechanism.text)
    verdict = yield from _check_other(mechanism.domain, check, explain=False)
    return verdict.result is Result.PASS


def _redirected(domain_spec: str, check: Check, *, explain: bool) -> Inquiry[Verdict]:
    """§6.1: the target's policy is this domain's policy, its explanation included."""
    check.spent.lookup(f"redirect={domain_spec}")
    return (yield from _check_other(domain_spec, check, explain=explain))


def _check_other(domain_spec: str, check: Check, *, explain: bool) -> Inquiry[Verdict]:
    """Evaluate another domain's record; that there is none is a permerror (§5.2, §6.1)."""
    target = yield from target_of(domain_spec, check)
    verdict = yield from _evaluate(replace(check, domain=target or domain_spec), explain=explain)
    if verdict.result is Result.NONE:
        raise PermError(verdict.problem)
    return verdict


def _explanation(record: Record, check: Check) -> Inquiry[str | None]:
    """§6.2: the one TXT record at exp=, expanded. Whatever is wrong with it, there is just no explanation.

    Its queries count towards no limit (§4.6.4).
    """
    if record.explanation is None:
        return None
    target = target_name((yield from expanded(record.explanation.value, check)))
    answer = (yield from ask(target, RecordType.TXT)) if target else None
    texts = [r.data for r in answer.records if isinstance(r.data, Txt)] if isinstance(answer, Found) else []
    if len(texts) != 1 or not texts[0].joined.isascii():
        return None
    text = texts[0].joined.decode("ascii")
    if macro_string_problem(text, explanation=True):
        return None
    return (yield from expanded(text, check))
