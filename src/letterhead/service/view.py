"""Views: a domain with what the entrances show beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from letterhead.core.domain import Domain
from letterhead.core.finding import Outcome, Report
from letterhead.core.identity import OWN
from letterhead.core.plan import Plan
from letterhead.core.site import Site

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Counts:
    """What lives on a domain and has passed through it; nothing does before there are mailboxes."""

    mailboxes: int = 0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """A domain as it stands in a list, with what its newest report came to."""

    domain: Domain
    site: Site
    outcome: Outcome | None

    @property
    def region(self) -> str:
        """Where its mail is handled: the region that was chosen, or the site's own."""
        return self.domain.region or self.site.region

    @property
    def provider(self) -> str:
        """Who sends its mail, as it was named at registration."""
        return self.domain.provider or OWN


@dataclass(frozen=True, slots=True)
class View:
    """A domain with its plan and its newest report, whose witnesses are there in Domains.evidence alone.

    made  what was made of it, by what made it (`once`).
    """

    domain: Domain
    plan: Plan
    report: Report | None
    counts: Counts = Counts()
    made: dict[Callable[["View"], Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[["View"], _Made]) -> _Made:
        """What a function that depends on nothing else makes of this view; called only the first time."""
        if make not in self.made:
            self.made[make] = make(self)
        made: _Made = self.made[make]
        return made

    @property
    def summary(self) -> Summary:
        """The same without its records."""
        return Summary(self.domain, self.plan.site, self.report.outcome if self.report else None)

    @property
    def region(self) -> str:
        """As in the summary."""
        return self.summary.region

    @property
    def provider(self) -> str:
        """As in the summary."""
        return self.summary.provider
