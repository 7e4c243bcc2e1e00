"""SPF records: selecting them among TXT records and parsing them into terms (RFC 7208 §4.5, §4.6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from letterhead.core.answer import ResourceRecord, Txt
from letterhead.core.spf.term import Mechanism, Modifier, Term, parse_term

_VERSION = re.compile(rb"v=spf1(?: |$)", re.IGNORECASE)


class RecordError(ValueError):
    """An SPF record breaks the grammar; for mail this is a permerror (§4.6).

    position  the term's number, counted from 1 after the version.
    term      the term as published, octets beyond ASCII as hexadecimal escapes.
    problem   what is wrong with it, in words.
    """

    def __init__(self, position: int, term: str, problem: str) -> None:
        super().__init__(f"term {position}, {term}: {problem}")
        self.position = position
        self.term = term
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Record:
    """A parsed record: its text as published, and its terms in order."""

    text: str
    terms: tuple[Term, ...]

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        """The directives in order."""
        return tuple(t for t in self.terms if isinstance(t, Mechanism))

    @property
    def live(self) -> tuple[Mechanism, ...]:
        """The directives up to and with the first `all`; those behind it are never evaluated (§5.1)."""
        end = next((i for i, m in enumerate(self.mechanisms, 1) if m.name == "all"), None)
        return self.mechanisms[:end]

    @property
    def all(self) -> Mechanism | None:
        """The first `all`, which decides for everyone who matched nothing before it."""
        return next((m for m in self.mechanisms if m.name == "all"), None)

    @property
    def cost(self) -> int:
        """What its own terms take of the lookup limit, without what they include (§4.6.4)."""
        return sum(term.cost for term in self.terms)

    @property
    def redirect(self) -> Modifier | None:
        """The redirect modifier, which a record with an `all` never uses (§6.1)."""
        return self._modifier("redirect")

    @property
    def explanation(self) -> Modifier | None:
        """The exp modifier (§6.2)."""
        return self._modifier("exp")

    def _modifier(self, name: str) -> Modifier | None:
        return next((t for t in self.terms if isinstance(t, Modifier) and t.name == name), None)


def select(records: Iterable[ResourceRecord]) -> tuple[Txt, ...]:
    """The SPF records among TXT records: "v=spf1" in any case, then a blank or the end (§4.5)."""
    return tuple(r.data for r in records if isinstance(r.data, Txt) and _VERSION.match(r.data.joined))


def parse(record: Txt) -> Record:
    """Parse a selected record. Raises RecordError for any error anywhere in it (§4.6)."""
    is_short = sum(map(len, record.strings)) <= _REMEMBERED
    return _remembered(record) if is_short else _parsed(record)


def _parsed(record: Txt) -> Record:
    words = [word for word in record.joined.split(b" ")[1:] if word]
    terms: list[Term] = []
    for position, word in enumerate(words, 1):
        try:
            term = parse_term(word.decode("ascii"))
        except UnicodeDecodeError:
            # §3.1: records are US-ASCII.
            raise _error(position, word, "it holds octets beyond ASCII") from None
        except ValueError as error:
            raise _error(position, word, str(error)) from None
        if _again(term, terms):
            raise _error(position, word, f"{term.text.partition('=')[0]} appears twice")
        terms.append(term)
    return Record(record.text, tuple(terms))


# Most of a site's customers publish what it asks for, word by word; of the long ones hardly two are alike.
_REMEMBERED = 512
_remembered = lru_cache(maxsize=128)(_parsed)


def _error(position: int, word: bytes, problem: str) -> RecordError:
    return RecordError(position, Txt((word,)).text, problem)


def _again(term: Term, before: list[Term]) -> bool:
    """§6: redirect and exp must not appear more than once each."""
    if not isinstance(term, Modifier) or term.name not in {"redirect", "exp"}:
        return False
    return any(isinstance(t, Modifier) and t.name == term.name for t in before)
