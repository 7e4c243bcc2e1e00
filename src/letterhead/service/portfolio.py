"""Portfolio: a team's domains as lists."""

from dataclasses import dataclass

from letterhead.core.domain import Domain, Status
from letterhead.core.permission import Actor
from letterhead.core.refusal import invalid
from letterhead.ports import Store
from letterhead.service.domains import Domains
from letterhead.service.view import Summary, View

STRETCH = 500
"""How many domains are read at once where all of them are wanted."""

DEEPEST = 10_000
"""The largest offset into a list: whatever lies before it is read and thrown away."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Reads the domains that the actor's team has and the actor may see, newest first."""

    store: Store
    domains: Domains

    async def page(
        self,
        actor: Actor,
        *,
        limit: int,
        before: str | None = None,
        status: Status | None = None,
        hostname: str | None = None,
    ) -> list[View]:
        """Domains with an id below `before`; `hostname` in any spelling picks one name."""
        return await self._views(await self._page(actor, limit, before, status, hostname))

    async def summaries(
        self,
        actor: Actor,
        *,
        limit: int,
        before: str | None = None,
        status: Status | None = None,
        hostname: str | None = None,
    ) -> list[Summary]:
        """The same without their records, which costs far less."""
        domains = await self._page(actor, limit, before, status, hostname)
        outcomes = await self.store.reports.outcomes_of([domain.id for domain in domains])
        return [Summary(domain, self.domains.site, outcomes.get(domain.id)) for domain in domains]

    async def all(self, actor: Actor) -> list[View]:
        """Every domain, for lists without pages; the quota bounds it."""
        views: list[View] = []
        before = None
        while page := await self.page(actor, limit=STRETCH, before=before):
            views += page
            before = page[-1].domain.id
        return views

    async def listing(
        self, actor: Actor, *, limit: int, offset: int = 0, status: frozenset[Status] | None = None
    ) -> tuple[list[View], int]:
        """Domains from an offset on, and how many there are in all.

        status  only those that stand so. Raises `offset_too_large` beyond DEEPEST.
        """
        actor.must("domain.read")
        if offset > DEEPEST:
            raise invalid(
                "offset_too_large",
                f"The offset is larger than {DEEPEST}.",
                mend="Read the list from its beginning, or ask for one status alone.",
                param="offset",
            )
        domains, total = await self.store.domains.listing(
            actor.team, limit=limit, offset=offset, statuses=status, only=actor.domains
        )
        return await self._views(domains), total

    async def _page(
        self, actor: Actor, limit: int, before: str | None, status: Status | None, hostname: str | None
    ) -> list[Domain]:
        actor.must("domain.read")
        name = self.domains.canonical(hostname) if hostname is not None else None
        return await self.store.domains.page(
            actor.team, limit=limit, before=before, status=status, hostname=name, only=actor.domains
        )

    async def _views(self, domains: list[Domain]) -> list[View]:
        reports = await self.store.reports.newest_of([domain.id for domain in domains])
        return [View(domain, self.domains.plan(domain), reports.get(domain.id)) for domain in domains]
