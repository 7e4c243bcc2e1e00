"""Prospects: domains looked at before they are examined, so that a later look can tell what has changed.

Before, and never after: what changes between the two is then noticed the next time.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from letterhead.core.answer import Question
from letterhead.core.domain import Domain, Status
from letterhead.core.finding import Outcome, Report
from letterhead.core.plan import plan
from letterhead.core.profile import Profile
from letterhead.core.site import Site
from letterhead.ports import Lookout, Resolver, Snapshot, Store
from letterhead.service.access import with_others
from letterhead.service.canaries import Watch

SECONDS: Final = 5.0
"""How long one look may take; whoever is not seen by then is examined all the same."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """A snapshot that is kept if the examination finds all well. `plan`: fingerprint of what it asked for."""

    plan: str
    snapshot: Snapshot

    def is_good(self, domain: Domain, report: Report) -> bool:
        """Whether a domain, as it stands after this report, need not be examined again within a cycle.

        A holder that is pressed has a term to answer in, and what could not be found out is asked again.
        """
        is_settled = domain.status is Status.VERIFIED and not domain.is_pressed and not domain.outproven
        outcomes = {finding.outcome for finding in report.findings}
        is_well = report.outcome is Outcome.PASS and Outcome.UNKNOWN not in outcomes
        return is_settled and is_well and report.plan == self.plan


@dataclass(frozen=True, slots=True)
class Prospects:
    """Looks at domains that are about to be examined.

    lookout   one of its own, for a look at a time.
    resolver  whom that asks; while the watch knows it to be ill, nothing is looked at.
    """

    store: Store
    lookout: Lookout
    profiles: Mapping[str, Profile]
    site: Site
    watch: Watch
    resolver: Resolver | None = None

    async def of(self, domains: Iterable[Domain]) -> dict[str, Prospect]:
        """A prospect for each of the domains, by its id, that could be seen in time."""
        prospects: dict[str, Prospect] = {}
        if self.resolver is not None and self.watch.illness_of(self.resolver) is not None:
            return prospects
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                blank = {each.snapshot.domain: each async for each in self._blank(domains)}
                async for glances in self.lookout.look([each.snapshot for each in blank.values()]):
                    for glance in glances:
                        if glance.digest is not None:
                            snapshot = structs.replace(glance.snapshot, digest=glance.digest)
                            prospects[snapshot.domain] = replace(blank[snapshot.domain], snapshot=snapshot)
        return prospects

    async def _blank(self, domains: Iterable[Domain]) -> AsyncIterator[Prospect]:
        """What is to be asked of each, without a digest; not of those for which that is impossible."""
        for domain in domains:
            wanted = plan(await with_others(self.store, domain), self.profiles[domain.profile], self.site)
            with suppress(ValueError):
                questions = self.lookout.prepared(Question(each.host, each.type) for each in wanted.records)
                yield Prospect(wanted.fingerprint, Snapshot(domain.id, questions, b""))
