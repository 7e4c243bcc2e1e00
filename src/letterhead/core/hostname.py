"""Hostnames: what counts as one name, which names may be registered, and how names lie to one another.

A `Hostname` is unique in the database and is what is asked for in the DNS. How a typed name is read stands
in spelling.py, public suffixes in suffix.py, reserved names in reserved.py, look-alikes in lookalike.py.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NewType

from letterhead.core import lookalike, pasted, spelling, suffix
from letterhead.core.refusal import invalid
from letterhead.core.reserved import PROVIDERS, SPECIAL_USE

Hostname = NewType("Hostname", str)
"""The canonical form of a name: A-labels (UTS 46 non-transitional, IDNA 2008), lower case, no final dot."""

LONGEST_SELECTOR = 63
"""Octets of a DKIM selector: a provider may choose a whole label, and we can't know it beforehand."""


@dataclass(frozen=True)
class Rules:
    """What this deployment lets people register.

    own             this site's hostnames, as A-labels; their registrable domains and all below are ours.
    providers       domains of mail providers; refused with all that is below them.
    allow_reserved  tests and demo only: lets special-use names and unknown TLDs through, nothing else.
    max_labels      bounds the walks up the tree that DMARC and delegations need.
    """

    own: tuple[str, ...] = ()
    providers: frozenset[str] = PROVIDERS
    allow_reserved: bool = False
    max_labels: int = 10

    @cached_property
    def own_domains(self) -> frozenset[str]:
        """The registrable domains of our own names."""
        return frozenset(registrable(name) for name in self.own)

    @cached_property
    def protected_looks(self) -> frozenset[str]:
        """What our own and the providers' domains look like."""
        return frozenset(_look(name) for name in self.own_domains | self.providers)


def canonical(text: str, rules: Rules) -> Hostname:
    """The hostname that somebody typed, if it may be registered.

    Raises Refusal with a code of its own for each thing that is wrong; `extra["suggestion"]` holds the
    hostname that was probably meant where there is one. The refusal `domain_needs_confirmation` comes
    last, so sending its suggestion passes.
    """
    hostname = Hostname(spelling.a_label_form(text))
    _check_final_label(hostname)
    _check_depth(hostname, rules)
    _check_foreign(hostname, rules)
    if not rules.allow_reserved:
        _check_special_use(hostname)
    _check_public_suffix(hostname)
    if not rules.allow_reserved:
        _check_known(hostname)
    _check_room(hostname, rules)
    if spelling.changes_its_look(text):
        shown = spelling.shown(hostname)
        raise invalid(
            "domain_needs_confirmation",
            f"What you typed stands for {shown}.",
            mend=f"Send {shown} if that is the name you mean.",
            param="domain",
            suggestion=hostname,
        )
    return hostname


def unicode(hostname: str) -> str:
    """The name in U-labels, for people; show the hostname beside it, for U-labels can deceive."""
    return spelling.u_label_form(hostname)


def labels(name: str) -> tuple[str, ...]:
    """The labels, the host's own first."""
    return tuple(name.split("."))


def parent(name: str) -> str | None:
    """The name one label up, None above a TLD."""
    return name.partition(".")[2] or None


def is_under(name: str, ancestor: str) -> bool:
    """Whether `name` is `ancestor` or lies below it, label by label: `notacme.com` does not."""
    return name == ancestor or name.endswith("." + ancestor)


def registrable(hostname: str) -> Hostname:
    """The name that its owner registered with a registry: one label below the public suffix.

    Under a TLD that nobody knows, the last two labels; a public suffix or a single label gives itself.
    """
    return Hostname(suffix.registrable(hostname))


def is_registrable(hostname: str) -> bool:
    """Whether the hostname is what a registry sells, neither below it nor a public suffix itself."""
    return "." in hostname and not suffix.is_public(hostname) and registrable(hostname) == hostname


def ancestors(hostname: str) -> tuple[Hostname, ...]:
    """The names above it that somebody may register, nearest first; the last is its registrable domain."""
    if hostname.count(".") < 2:
        return ()
    depth = len(labels(hostname)) - len(labels(registrable(hostname)))
    return tuple(Hostname(".".join(labels(hostname)[up:])) for up in range(1, depth + 1))


def flags(hostname: str) -> tuple[str, ...]:
    """Remarks that don't block: what people should look at before they trust or use the name.

    Those of lookalike.remarks, and `mail_or_www_prefix`: perhaps the domain above was meant, for the
    records will go to this name and not to that.
    """
    remarks = [remark for label in labels(unicode(hostname)) for remark in lookalike.remarks(label)]
    if labels(hostname)[0] in {"mail", "www"} and not is_registrable(hostname):
        remarks.append("mail_or_www_prefix")
    return tuple(dict.fromkeys(remarks))


def _look(name: str) -> str:
    return lookalike.skeleton(unicode(name))


def _check_final_label(hostname: Hostname) -> None:
    if pasted.is_number(labels(hostname)[-1]):
        text = "The last part of the name is a number, so programs take it for an IP address."
        raise invalid("domain_numeric_tld", text, mend="Check the end of the name.", param="domain")


def _check_depth(hostname: Hostname, rules: Rules) -> None:
    if len(labels(hostname)) > rules.max_labels:
        mend = f"Use a name of at most {rules.max_labels} parts."
        raise invalid("domain_too_many_labels", "The name has too many parts.", mend=mend, param="domain")


def _check_foreign(hostname: Hostname, rules: Rules) -> None:
    """Our own names, those of providers, and whatever looks like one of them are not a customer's."""
    mend = "Use a domain of your own."
    if any(is_under(hostname, own) for own in rules.own_domains):
        raise invalid("domain_is_ours", "That name belongs to this service.", mend=mend, param="domain")
    if any(is_under(hostname, provider) for provider in rules.providers):
        raise invalid(
            "domain_is_providers", "That name belongs to a mail provider.", mend=mend, param="domain"
        )
    look = _look(hostname)
    if any(is_under(look, protected) for protected in rules.protected_looks):
        text = "That name can be mistaken for one of this service or of a mail provider."
        raise invalid("domain_imitates", text, mend=mend, param="domain")


def _check_special_use(hostname: Hostname) -> None:
    for name, source in SPECIAL_USE.items():
        if is_under(hostname, name):
            text = f"Names under {name} are reserved and never in the public DNS ({source})."
            raise invalid(
                "domain_special_use", text, mend="Use a domain that you have registered.", param="domain"
            )


def _check_public_suffix(hostname: Hostname) -> None:
    if suffix.is_public(hostname):
        text = f"Under {hostname} anybody can register names; it is nobody's mail domain."
        raise invalid("domain_public_suffix", text, mend="Add your own name in front of it.", param="domain")
    if "." not in hostname:
        text = "A name of one part is no mail domain."
        raise invalid(
            "domain_single_label", text, mend="Give the whole name, such as acme.com.", param="domain"
        )


def _check_known(hostname: Hostname) -> None:
    if not suffix.is_known(hostname):
        text = f"There is no top-level domain {labels(hostname)[-1]}."
        raise invalid("domain_unknown_tld", text, mend="Check the end of the name.", param="domain")


def _check_room(hostname: Hostname, rules: Rules) -> None:
    """Each name that we may ask records for must itself fit into DNS.

    The longest are a DKIM key (RFC 6376 §3.6.2.1) and the consent to receive reports about the domain at
    a name of ours (RFC 7489 §7.1, now in RFC 9990).
    """
    key = LONGEST_SELECTOR + len("._domainkey.")
    consent = max((len("._report._dmarc." + own) for own in rules.own), default=0)
    room = spelling.MAX_NAME - max(key, consent)
    if len(hostname) > room:
        text = "The name is too long: there is no room for the names of its records in front of it."
        mend = f"Use a name of at most {max(room, 0)} characters."
        raise invalid("domain_too_long_for_records", text, mend=mend, param="domain")
