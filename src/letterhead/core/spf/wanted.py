"""Our own mechanisms: what a domain's SPF record has to hold so that mail from our site passes."""

from dataclasses import dataclass
from functools import lru_cache

from letterhead.core.refusal import Refusal, invalid
from letterhead.core.spf.term import Mechanism, Qualifier, parse_term


@dataclass(frozen=True, slots=True)
class Wanted:
    """Our mechanisms: groups, each of which needs one of its alternatives in the record.

    An alternative is a directive without qualifier, such as "include:spf.letterhead.example"; the first one
    of a group is what we suggest. Raises Refusal spf_mechanism_invalid for anything else.
    """

    groups: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for group in self.groups:
            for text in group:
                _own(text)

    @property
    def mechanisms(self) -> tuple[tuple[Mechanism, ...], ...]:
        """The groups, parsed."""
        return tuple(tuple(_own(text) for text in group) for group in self.groups)


@lru_cache(maxsize=256)  # they are the site's and the profile's, the same for every domain
def _own(text: str) -> Mechanism:
    """One of our mechanisms; it must be able to pass, and must not be `all`."""
    try:
        term = parse_term(text)
    except ValueError as error:
        raise _not_ours(text, str(error)) from error
    if not isinstance(term, Mechanism) or term.name == "all" or term.qualifier is not Qualifier.PASS:
        raise _not_ours(text, "it is not a mechanism that passes a site")
    return term


def _not_ours(text: str, problem: str) -> Refusal:
    mend = "Write a mechanism such as include:spf.example.net."
    return invalid("spf_mechanism_invalid", f"“{text}” can't be our SPF mechanism: {problem}.", mend=mend)
