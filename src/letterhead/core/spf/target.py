"""From an expanded domain-spec to a name that the DNS can be asked for (RFC 7208 §4.8)."""

from letterhead.core.spf.macro import letters_in

MAX_NAME = 253
"""Characters of a domain name in presentation form (RFC 7208 §7.3, RFC 1035 §2.3.4)."""

MAX_LABEL = 63


def target_name(expanded: str) -> str | None:
    """The name to ask for, in the form that questions have; None when the DNS has no such name.

    A name that is too long loses labels on its left (§7.3). What §4.8 leaves undefined (empty or
    overlong labels, octets beyond ASCII as RFC 8616 §4 has it) gives None: nothing can match there.
    """
    name = expanded.lower().removesuffix(".")
    if len(name) > MAX_NAME:
        name = name[-MAX_NAME - 1 :].partition(".")[2]
    if any(not 0x20 <= ord(c) < 0x7F for c in name):
        return None
    if any(not 0 < len(label) <= MAX_LABEL for label in name.split(".")):
        return None
    return name.replace("\\", "\\\\")


def check_domain(domain: str) -> str | None:
    """The name whose record check_host() asks for; None when it is malformed or a single label (§4.3)."""
    if len(domain.removesuffix(".")) > MAX_NAME:
        return None
    name = target_name(domain)
    return name if name and "." in name else None


def is_fixed(domain_spec: str) -> bool:
    """Whether a domain-spec means the same name for all mail of a domain: no macros but %{d} and %{o}."""
    return letters_in(domain_spec) <= {"d", "o"}


def canonical(domain_spec: str) -> str:
    """A domain-spec for comparison: names ignore case and the final dot, macros keep theirs (§7.3)."""
    return domain_spec if "%" in domain_spec else domain_spec.lower().removesuffix(".")
