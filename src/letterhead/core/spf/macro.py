"""Macro strings: what they may say (RFC 7208 §7.1, §7.2) and what they expand to (§7.3, §7.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

IpAddress = IPv4Address | IPv6Address

# macro-expand (§7.1): a letter with transformers and delimiters, or one of the three escapes.
_EXPAND = re.compile(r"%(?:\{([slodipvhcrt])([0-9]*)(r?)([-.+,/_=]*)\}|([%_-]))", re.IGNORECASE)
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
_ESCAPES = {"%": "%", "_": " ", "-": "%20"}
_ONLY_IN_EXPLANATIONS = "crt"


@dataclass(frozen=True, slots=True)
class Message:
    """What SPF knows of one message (RFC 7208 §4.1).

    ip         the client's address; never an IPv4-mapped one (§5).
    local      the sender's local part, "postmaster" when there is none (§4.3).
    origin     the sender's domain.
    helo       what the client called itself.
    receiver   the name of the host that checks, for `%{r}`.
    timestamp  seconds since 1970 in UTC, for `%{t}`.
    """

    ip: IpAddress
    local: str
    origin: str
    helo: str
    receiver: str = "unknown"
    timestamp: int = 0


def macro_string_problem(text: str, *, explanation: bool = False) -> str:
    """What is wrong with a macro string, in words; "" when nothing is.

    An explanation may hold blanks (§6.2) and the letters c, r and t (§7.2).
    """
    position = 0
    while position < len(text):
        expand = _EXPAND.match(text, position)
        if expand:
            if problem := _macro_problem(expand, explanation=explanation):
                return problem
            position = expand.end()
        elif _LITERAL.match(text, position) or (explanation and text[position] == " "):
            position += 1
        else:
            return f"“{text[position : position + 8]}” is not a macro"
    return ""


def _macro_problem(expand: re.Match[str], *, explanation: bool) -> str:
    letter, digits = expand[1], expand[2]
    if letter and letter.lower() in _ONLY_IN_EXPLANATIONS and not explanation:
        return f"the macro {expand[0]} is allowed in explanations only"  # §7.2
    if digits and not digits.strip("0"):
        return f"the macro {expand[0]} keeps no part at all"  # §7.3: nonzero
    return ""


def domain_spec_problem(text: str) -> str:
    """What is wrong with a domain-spec (§7.1), in words; "" when nothing is."""
    if not text:
        return "the domain is missing"
    if problem := macro_string_problem(text):
        return problem
    after_macros = _EXPAND.split(text)[-1]
    if not after_macros:
        return ""
    _, dot, label = after_macros.removesuffix(".").rpartition(".")
    return "" if dot and _is_top_label(label) else f"“{text}” does not end in a domain"


def _is_top_label(label: str) -> bool:
    """Letters, digits and inner hyphens; not digits alone, so that no address passes for a name (§7.1)."""
    return _LABEL.fullmatch(label) is not None and not label.isdigit()


def letters_in(text: str) -> frozenset[str]:
    """The macro letters that a valid macro string uses, in lower case."""
    return frozenset(m[1].lower() for m in _EXPAND.finditer(text) if m[1])


def expand(text: str, values: Mapping[str, str]) -> str:
    """Expand a valid macro string; `values` has a value for each letter in it, in lower case (§7.3)."""
    return _EXPAND.sub(lambda m: _ESCAPES[m[5]] if m[5] else _expand_letter(m, values), text)


def _expand_letter(macro: re.Match[str], values: Mapping[str, str]) -> str:
    letter, digits, reverse, delimiters = macro[1], macro[2], macro[3], macro[4]
    parts = re.split(f"[{re.escape(delimiters or '.')}]", values[letter.lower()])
    if reverse:
        parts.reverse()
    if digits:
        # Three digits exceed any number of labels; more of them must not cost anything.
        parts = parts[-int(digits.lstrip("0")[:3]) :]
    value = ".".join(parts)
    # §7.3: upper-case letters are URL-escaped; RFC 3986 §2.3 names what stays as it is.
    return quote(value, safe="-._~") if letter.isupper() else value


def macro_values(message: Message, domain: str, validated: str = "unknown") -> dict[str, str]:
    """The values of all letters for one message at one domain (§7.2); `validated` is that of `%{p}`."""
    return {
        "s": f"{message.local}@{message.origin}",
        "l": message.local,
        "o": message.origin,
        "d": domain,
        "i": _dotted(message.ip),
        "p": validated,
        "v": "in-addr" if message.ip.version == 4 else "ip6",
        "h": message.helo,
        "c": str(message.ip),
        "r": message.receiver,
        "t": str(message.timestamp),
    }


def _dotted(ip: IpAddress) -> str:
    """The address as `%{i}` shows it: dotted quad, or 32 nibbles between dots (§7.3)."""
    if ip.version == 4:
        return str(ip)
    return ".".join(ip.exploded.replace(":", "").upper())
