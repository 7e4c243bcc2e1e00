"""The validated names of an address, for the `ptr` mechanism and the `%{p}` macro (RFC 7208 §5.5, §7.3)."""

from letterhead.core.answer import Address, Answer, Found, RecordType, Target
from letterhead.core.inquiry import Inquiry, ask, together
from letterhead.core.spf.limits import MAX_PTR
from letterhead.core.spf.macro import IpAddress
from letterhead.core.spf.target import target_name


def validated_names(ip: IpAddress) -> Inquiry[tuple[str, ...]]:
    """The names of `ip` that lead back to it, in lower case, in the order received.

    A name that can't be looked up is skipped, and no names at all are no error (§5.5). Nothing here
    counts as a void lookup: the client's side publishes these records, not the domain that is checked.
    """
    answer = yield from ask(ip.reverse_pointer, RecordType.PTR)
    names = [target_name(name) for name in _names(answer)[:MAX_PTR]]
    usable = [name for name in names if name]
    family = RecordType.A if ip.version == 4 else RecordType.AAAA
    answers = yield from together([ask(name, family) for name in usable])
    return tuple(n for n, found in zip(usable, answers, strict=True) if str(ip) in _addresses(found))


def within(name: str, domain: str) -> bool:
    """Whether `name` is `domain` or lies below it; both in lower case without the final dot."""
    return name == domain or name.endswith(f".{domain}")


def best_name(names: tuple[str, ...], domain: str) -> str:
    """The value of `%{p}`: the domain itself, else a name below it, else any, else "unknown" (§7.3)."""
    domain = domain.lower()
    below = [name for name in names if within(name, domain)]
    return domain if domain in below else next(iter((*below, *names)), "unknown")


def _names(answer: Answer) -> list[str]:
    records = answer.records if isinstance(answer, Found) else ()
    return [r.data.name for r in records if isinstance(r.data, Target)]


def _addresses(answer: Answer) -> list[str]:
    records = answer.records if isinstance(answer, Found) else ()
    return [r.data.ip for r in records if isinstance(r.data, Address)]
