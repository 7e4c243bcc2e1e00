"""Domains: register, read, suspend, remove."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from letterhead.core import lifecycle
from letterhead.core.domain import Domain, Mode, Status
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import Report
from letterhead.core.hostname import Hostname, Rules, ancestors, canonical
from letterhead.core.lifecycle import Trigger
from letterhead.core.permission import Actor
from letterhead.core.plan import Plan, plan
from letterhead.core.profile import Profile
from letterhead.core.refusal import Kind, Refusal, conflict, forbidden, invalid
from letterhead.core.schedule import Cadence, due
from letterhead.core.site import Site
from letterhead.core.zone_file import zone_file
from letterhead.ports import AlreadyRegistered, Change, Clock, Provider, Stale, Store
from letterhead.service.access import owned, with_others
from letterhead.service.minting import identifier, ownership_token

RETRIES = 5
"""How often a change is decided anew when somebody else was faster."""


@dataclass(frozen=True, slots=True)
class View:
    """A domain with its plan and its newest report, as the entrances show it."""

    domain: Domain
    plan: Plan
    report: Report | None


@dataclass(frozen=True, slots=True)
class Domains:
    """The use cases of a team's domains.

    rules  what may be registered; quota how many domains a team may have at once.
    """

    store: Store
    provider: Provider
    profiles: Mapping[str, Profile]
    site: Site
    cadence: Cadence
    rules: Rules
    quota: int
    clock: Clock

    async def register(
        self,
        actor: Actor,
        text: str,
        *,
        profile: str = "letterhead",
        mode: Mode = Mode.SEND_RECEIVE,
        contest: bool = False,
    ) -> View:
        """Register a hostname for the actor's team: a claim, which reserves nothing until it is proven.

        Raises what `canonical` refuses, `unknown_profile`, `quota_exceeded`, `domain_exists`, and
        `domain_held` when another team holds the name, unless `contest` opens a claim against it.
        """
        actor.must("domain.create")
        if actor.domains is not None:
            raise forbidden(
                "key_is_limited",
                "This key is limited to certain domains and can't register others.",
                mend="Use a key of the team without that limit.",
            )
        chosen = self._profile(profile)
        hostname = canonical(text, self.rules)
        await self.within_quota(actor.team)
        others = await self.store.domains.others(hostname, actor.team)
        if not contest and any(other.held for other in others):
            raise conflict(
                "domain_held",
                f"Another team holds {hostname}.",
                mend='If it is yours, register it with "contest": true and prove it by its ownership record.',
            )
        domain = await self._claim(actor.team, hostname, chosen, mode, others)
        return await self.view(domain)

    async def get(self, actor: Actor, domain_id: str) -> View:
        """One domain. Raises `domain_not_found`."""
        return await self.view(await owned(self.store, actor, "domain.read", domain_id))

    async def page(
        self,
        actor: Actor,
        *,
        limit: int,
        before: str | None = None,
        status: Status | None = None,
        hostname: str | None = None,
    ) -> list[View]:
        """Domains of the actor's team, newest first; `hostname` in any spelling picks one name."""
        actor.must("domain.read")
        name = canonical(hostname, self.rules) if hostname is not None else None
        domains = await self.store.domains.page(
            actor.team, limit=limit, before=before, status=status, hostname=name, only=actor.domains
        )
        reports = await self.store.reports.newest_of([domain.id for domain in domains])
        return [View(d, self._plan(d), reports.get(d.id)) for d in domains]

    async def suspend(self, actor: Actor, domain_id: str, *, suspended: bool) -> View:
        """Suspend a domain, or resume it: it then goes through verification, never straight to verified."""
        trigger = Trigger.SUSPEND if suspended else Trigger.RESUME
        return await self.view(await self._apply(actor, "domain.update", domain_id, trigger))

    async def remove(self, actor: Actor, domain_id: str) -> None:
        """Delete a domain: its keys are destroyed, its name is free, a tombstone remembers whose it was."""
        await self._apply(actor, "domain.delete", domain_id, Trigger.DELETE)

    async def zone_file(self, actor: Actor, domain_id: str) -> tuple[Domain, str]:
        """A domain's records as a fragment of a zone file."""
        domain = await owned(self.store, actor, "domain.read", domain_id)
        return domain, zone_file(self._plan(domain))

    def _plan(self, domain: Domain) -> Plan:
        return plan(domain, self.profiles[domain.profile], self.site)

    async def view(self, domain: Domain) -> View:
        """A domain that the caller has in hand, with its plan and its newest report."""
        return View(domain, self._plan(domain), await self.store.reports.newest(domain.id))

    async def within_quota(self, team: str) -> None:
        """Raise `quota_exceeded` where a team has all the domains that it may have (O19)."""
        if await self.store.domains.count(team) >= self.quota:
            raise Refusal(
                Kind.QUOTA,
                "quota_exceeded",
                f"The team has {self.quota} domains, which is all it may have.",
                mend="Remove domains that are no longer needed, or ask the operator for more.",
            )

    def _profile(self, name: str) -> Profile:
        if name not in self.profiles:
            raise invalid(
                "unknown_profile",
                f"There is no profile {name!r}.",
                mend=f"Use one of {', '.join(self.profiles)}, or leave it out.",
                param="profile",
            )
        return self.profiles[name]

    async def _claim(
        self, team: str, hostname: Hostname, profile: Profile, mode: Mode, others: list[Domain]
    ) -> Domain:
        now = self.clock.now()
        provision = await self.provider.provision(hostname, profile.dkim)
        domain = Domain(
            id=identifier("dom", now),
            team=team,
            hostname=hostname,
            profile=profile.name,
            token=ownership_token(),
            created_at=now,
            updated_at=now,
            due_at=None,
            selectors=provision.selectors,
            dkim_key=provision.dkim_key,
            mode=mode,
            expires_at=now + self.cadence.claim,
        )
        domain = replace(domain, due_at=due(domain, now, self.cadence))
        events = [Event(EventKind.CREATED, team, domain.id, hostname, now, {"profile": profile.name})]
        events += [_told(EventKind.CONTESTED, other, domain) for other in others]
        relatives = await self.store.domains.relatives(hostname, ancestors(hostname))
        events += [_told(EventKind.RELATED, other, domain) for other in relatives if other.team != team]
        try:
            saved = await self.store.domains.add(domain, provision.keys, events)
        except AlreadyRegistered:
            raise conflict(
                "domain_exists",
                f"This team has already registered {hostname}.",
                mend="Use the domain that is there, or remove it first.",
            ) from None
        return await with_others(self.store, saved)

    async def _apply(self, actor: Actor, permission: str, domain_id: str, trigger: Trigger) -> Domain:
        for _ in range(RETRIES):
            domain = await owned(self.store, actor, permission, domain_id)
            now = self.clock.now()
            moved, events = lifecycle.apply(domain, trigger, now, actor=actor.key)
            if not events:
                return domain
            moved = replace(moved, due_at=due(moved, now, self.cadence))
            try:
                (saved,) = await self.store.domains.save([Change(moved, events)])
            except Stale:
                continue
            return await with_others(self.store, saved)
        raise busy()


def busy() -> Refusal:
    """Somebody else kept changing the same row."""
    return Refusal(
        Kind.UNAVAILABLE,
        "busy",
        "The domain is being changed by others at this moment.",
        mend="Send the request again.",
    )


def _told(kind: EventKind, other: Domain, domain: Domain) -> Event:
    """An event for another team's domain, which does not say who the newcomer is (A14)."""
    return Event(kind, other.team, other.id, other.hostname, domain.created_at, {"name": domain.hostname})
