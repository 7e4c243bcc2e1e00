"""The processing limits (RFC 7208 §4.6.4), and the two ways to break an evaluation off (§2.6.6, §2.6.7)."""

from dataclasses import dataclass

MAX_LOOKUPS = 10
"""Terms that cause DNS queries: include, a, mx, ptr, exists, redirect; over the whole evaluation."""

MAX_VOIDS = 2
"""Queries that come back empty; over the whole evaluation."""

MAX_MX = 10
"""Exchanges that one mx may lead to; more are a permerror."""

MAX_PTR = 10
"""Names of an address that are looked at; more are ignored, since the client's side sets them."""


MAX_RECORD = 8_192
"""Octets of a record that we judge: sixteen times what §3.4 recommends."""


class PermError(Exception):
    """The published records can't be interpreted; the message says why."""


class TempError(Exception):
    """The DNS could not be asked; the message says what."""


@dataclass(slots=True)
class Spent:
    """What an evaluation has used up so far."""

    lookups: int = 0
    voids: int = 0

    def lookup(self, term: str) -> None:
        """Count a term that causes queries. Raises PermError for the one too many."""
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise PermError(f"{term} would be lookup {self.lookups} of at most {MAX_LOOKUPS}")

    def void(self, question: str) -> None:
        """Count a query that came back empty. Raises PermError for the one too many."""
        self.voids += 1
        if self.voids > MAX_VOIDS:
            raise PermError(f"{question} is empty answer {self.voids} of at most {MAX_VOIDS}")
