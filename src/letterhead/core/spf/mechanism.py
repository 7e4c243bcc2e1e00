"""Does a mechanism match a message? All but `include`, which needs the evaluator (RFC 7208 §5)."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from letterhead.core.answer import Absent, Address, Answer, Mx, RecordType, ResourceRecord, Unreachable
from letterhead.core.inquiry import Inquiry, ask, together
from letterhead.core.spf.limits import MAX_MX, PermError, Spent, TempError
from letterhead.core.spf.macro import Message, expand, letters_in, macro_values
from letterhead.core.spf.ptr import best_name, validated_names, within
from letterhead.core.spf.target import target_name
from letterhead.core.spf.term import Mechanism


@dataclass(frozen=True, slots=True)
class Check:
    """One running check_host(): the message, the domain whose record is read, and what was spent so far."""

    message: Message
    domain: str
    spent: Spent

    @property
    def family(self) -> RecordType:
        """The type of address record that can match the client (§5)."""
        return RecordType.A if self.message.ip.version == 4 else RecordType.AAAA


def matches(mechanism: Mechanism, check: Check) -> Inquiry[bool]:
    """Whether a mechanism other than include matches. Raises PermError and TempError."""
    if not mechanism.cost:
        return mechanism.network is None or check.message.ip in mechanism.network  # all, ip4, ip6
    check.spent.lookup(mechanism.text)
    target = yield from target_of(mechanism.domain, check)
    if target is None:
        return False
    match mechanism.name:
        case "a":
            return (yield from _matches_a(mechanism, target, check))
        case "mx":
            return (yield from _matches_mx(mechanism, target, check))
        case "exists":
            # §5.7: the type is A for every client.
            return bool((yield from _records(target, RecordType.A, check)))
        case _:
            names = yield from validated_names(check.message.ip)
            return any(within(name, target) for name in names)


def target_of(domain_spec: str, check: Check) -> Inquiry[str | None]:
    """The name that a domain-spec stands for; None when the DNS knows no such names (§4.8)."""
    if not domain_spec:
        return target_name(check.domain)
    if "p" in letters_in(domain_spec):
        check.spent.lookup("%{p}")  # §4.6.4: its PTR query counts
    return target_name((yield from expanded(domain_spec, check)))


def expanded(text: str, check: Check) -> Inquiry[str]:
    """A macro string expanded for this message; `%{p}` alone has to ask for that (§7.3)."""
    validated = "unknown"
    if "p" in letters_in(text):
        names = yield from validated_names(check.message.ip)
        validated = best_name(names, check.domain)
    return expand(text, macro_values(check.message, check.domain, validated))


def _matches_a(mechanism: Mechanism, target: str, check: Check) -> Inquiry[bool]:
    """§5.3: any address of the target, within the prefix."""
    return _covers(mechanism, (yield from _records(target, check.family, check)), check)


def _matches_mx(mechanism: Mechanism, target: str, check: Check) -> Inquiry[bool]:
    """§5.4: any address of any exchange; a target without MX records is not its own exchange."""
    records = yield from _records(target, RecordType.MX, check)
    exchanges = sorted((r.data for r in records if isinstance(r.data, Mx)), key=lambda mx: mx.preference)
    if len(exchanges) > MAX_MX:
        raise PermError(f"{target} has {len(exchanges)} MX records; {mechanism.text} may lead to {MAX_MX}")
    names = [name for mx in exchanges if (name := target_name(mx.exchange))]
    answers = yield from together([ask(name, check.family) for name in names])
    # One by one: an exchange behind the one that matches can neither fail nor be counted.
    return any(_covers(mechanism, _counted(answer, check), check) for answer in answers)


def _covers(mechanism: Mechanism, records: tuple[ResourceRecord, ...], check: Check) -> bool:
    prefix = mechanism.prefix4 if check.message.ip.version == 4 else mechanism.prefix6
    return any(
        check.message.ip in ip_network((ip_address(r.data.ip), prefix), strict=False)
        for r in records
        if isinstance(r.data, Address)
    )


def _records(name: str, rtype: RecordType, check: Check) -> Inquiry[tuple[ResourceRecord, ...]]:
    return _counted((yield from ask(name, rtype)), check)


def _counted(answer: Answer, check: Check) -> tuple[ResourceRecord, ...]:
    """The records of an answer; none is a void lookup (§4.6.4), and not to know is a temperror (§5)."""
    match answer:
        case Unreachable():
            raise TempError(f"{answer.question.name} {answer.question.type}: {answer.fault}")
        case Absent():
            check.spent.void(f"{answer.question.name} {answer.question.type}")
            return ()
        case _:
            return answer.records
