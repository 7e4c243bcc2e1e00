"""The terms of an SPF record: directives and modifiers, and their grammar (RFC 7208 §4.6.1, §5, §6, §12)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

from letterhead.core.spf.macro import domain_spec_problem, macro_string_problem
from letterhead.core.spf.target import canonical

# §4.6.1: a name directly followed by "=" is a modifier, everything else a directive.
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"([-+?~]?)([a-z][a-z0-9._-]*)([:/].*)?", re.IGNORECASE)
# dual-cidr-length (§5.3): "/24", "//64" or "/24//64"; lengths have no leading zero.
_CIDR = r"(0|[1-9][0-9]{0,2})"
_DUAL_CIDR = re.compile(rf"(?:/{_CIDR})?(?://{_CIDR})?$")
_SINGLE_CIDR = re.compile(rf"(?:/{_CIDR})?$")
_LOOKING_UP = frozenset({"include", "a", "mx", "ptr", "exists"})
_MISTAKES = {
    "ipv4": "the mechanism is written ip4",
    "ipv6": "the mechanism is written ip6",
    "ip": "the mechanism is written ip4 or ip6",
    "includes": "the mechanism is written include",
    "redirect": "redirect is a modifier and takes “=”",
    "exp": "exp is a modifier and takes “=”",
}


class Qualifier(StrEnum):
    """What a match means (§4.6.2)."""

    PASS = "+"  # noqa: S105 - the word of the RFC
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One directive.

    text     as published, with its qualifier.
    name     all, include, a, mx, ptr, ip4, ip6 or exists, in lower case.
    domain   the domain-spec as published, "" when there is none.
    network  of ip4 and ip6, else None.
    prefix4, prefix6  the prefix lengths of a and mx, in bits.
    """

    text: str
    qualifier: Qualifier
    name: str
    domain: str = ""
    network: IPv4Network | IPv6Network | None = None
    prefix4: int = 32
    prefix6: int = 128

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for two directives that match the same messages, whatever their qualifiers and spelling."""
        return self.name, canonical(self.domain), self.network, self.prefix4, self.prefix6

    @property
    def cost(self) -> int:
        """How much of the lookup limit this directive takes, without what it includes (§4.6.4)."""
        return int(self.name in _LOOKING_UP)

    @property
    def unqualified(self) -> str:
        """The text without its qualifier."""
        return self.text.lstrip("+-?~")


@dataclass(frozen=True, slots=True)
class Modifier:
    """One modifier (§6): `text` as published, `name` in lower case, `value` as published."""

    text: str
    name: str
    value: str

    @property
    def cost(self) -> int:
        """How much of the lookup limit this modifier takes, without what it leads to (§4.6.4)."""
        return int(self.name == "redirect")


Term = Mechanism | Modifier


def parse_term(text: str) -> Term:
    """One term (§4.6.1). Raises ValueError saying what is wrong with it."""
    if modifier := _MODIFIER.fullmatch(text):
        return _parse_modifier(text, modifier[1].lower(), modifier[2])
    directive = _DIRECTIVE.fullmatch(text)
    if not directive:
        raise ValueError("this is neither a mechanism nor a modifier")
    qualifier, name, rest = Qualifier(directive[1] or "+"), directive[2].lower(), directive[3] or ""
    if name in {"ip4", "ip6"}:
        return _parse_network(text, qualifier, name, rest)
    if name in {"a", "mx"}:
        return _parse_dual(text, qualifier, name, rest)
    if name == "all" and not rest:
        return Mechanism(text, qualifier, name)
    if name in {"include", "exists", "ptr"}:
        return _parse_named(text, qualifier, name, rest)
    raise ValueError(_MISTAKES.get(name, f"there is no mechanism “{name}{rest if name == 'all' else ''}”"))


def _parse_modifier(text: str, name: str, value: str) -> Modifier:
    """§6; a modifier that nobody knows still needs a valid macro string."""
    known = name in {"redirect", "exp"}
    if problem := domain_spec_problem(value) if known else macro_string_problem(value):
        raise ValueError(problem)
    return Modifier(text, name, value)


def _parse_network(text: str, qualifier: Qualifier, name: str, rest: str) -> Mechanism:
    """The mechanisms ip4 and ip6 (§5.6): an address and perhaps one prefix length."""
    cidr = _SINGLE_CIDR.search(rest)
    address = rest[1 : cidr.start()] if cidr else ""
    bits = 32 if name == "ip4" else 128
    family = IPv4Network if name == "ip4" else IPv6Network
    if not rest.startswith(":") or not cidr or not re.fullmatch(r"[0-9a-fA-F.:]+", address):
        raise ValueError(f"{name} needs an address")
    length = int(cidr[1]) if cidr[1] else bits
    if length > bits:
        raise ValueError(f"the prefix length /{length} exceeds {bits}")
    try:
        return Mechanism(text, qualifier, name, network=family(f"{address}/{length}", strict=False))
    except ValueError:
        raise ValueError(f"“{address}” is not an address of {name}") from None


def _parse_dual(text: str, qualifier: Qualifier, name: str, rest: str) -> Mechanism:
    """The mechanisms a and mx (§5.3, §5.4): perhaps a domain, perhaps prefix lengths for both families."""
    cidr = _DUAL_CIDR.search(rest)
    assert cidr is not None  # it matches the empty end as well
    domain = _domain_of(rest[: cidr.start()])
    prefix4, prefix6 = int(cidr[1] or 32), int(cidr[2] or 128)
    if prefix4 > 32 or prefix6 > 128:
        raise ValueError("a prefix length exceeds its address")
    return Mechanism(text, qualifier, name, domain, prefix4=prefix4, prefix6=prefix6)


def _parse_named(text: str, qualifier: Qualifier, name: str, rest: str) -> Mechanism:
    """The mechanisms include, exists (§5.2, §5.7: with a domain) and ptr (§5.5: perhaps with one)."""
    if not rest and name != "ptr":
        raise ValueError(f"{name} needs a domain")
    return Mechanism(text, qualifier, name, _domain_of(rest))


def _domain_of(rest: str) -> str:
    """The domain-spec behind ":"; "" when there is none."""
    if not rest:
        return ""
    if not rest.startswith(":"):
        raise ValueError(f"“{rest}” does not belong there")
    domain = rest[1:]
    if problem := domain_spec_problem(domain):
        hint = "; an address is written with ip4 or ip6" if _is_address(domain) else ""
        raise ValueError(problem + hint)
    return domain


def _is_address(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return re.fullmatch(r"[0-9.]+", text) is not None
    return True
