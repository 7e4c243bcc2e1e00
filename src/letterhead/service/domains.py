"""Domains: register, read, change, remove."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

from letterhead.core import lifecycle
from letterhead.core.domain import Domain, Mode
from letterhead.core.event import Event, EventKind
from letterhead.core.hostname import Hostname, Rules, ancestors, canonical
from letterhead.core.identity import OWN, PROVIDERS
from letterhead.core.lifecycle import Trigger
from letterhead.core.permission import Actor
from letterhead.core.plan import Plan, plan
from letterhead.core.profile import Profile
from letterhead.core.refusal import conflict, forbidden, invalid
from letterhead.core.schedule import Cadence, due
from letterhead.core.site import Site
from letterhead.core.zone_file import zone_file
from letterhead.ports import AlreadyRegistered, Change, Clock, NoRoom, Provider, Reading, Store
from letterhead.service.access import examined, owned, require_version, with_others
from letterhead.service.minting import identifier, ownership_token
from letterhead.service.quota import Quota
from letterhead.service.retrying import busy, retried
from letterhead.service.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is chosen with a registration, besides its name."""

    profile: Profile
    mode: Mode
    region: str
    provider: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Domains:
    """The use cases of a team's domains.

    rules  what may be registered.
    """

    store: Store
    provider: Provider
    profiles: Mapping[str, Profile]
    site: Site
    cadence: Cadence
    rules: Rules
    quota: Quota
    clock: Clock
    views: WeakKeyDictionary[Reading, View] = field(default_factory=WeakKeyDictionary)

    async def register(
        self,
        actor: Actor,
        text: str,
        *,
        profile: str = "letterhead",
        mode: Mode = Mode.SEND_RECEIVE,
        contest: bool = False,
        region: str | None = None,
        provider: str | None = None,
        is_default: bool = False,
    ) -> View:
        """Register a hostname for the actor's team: a claim, which reserves nothing until it is proven.

        region      one of the site's; None for its own.
        provider    who is to send its mail: accepted and echoed; None for the site's own.
        is_default  it takes the place of the team's default domain.

        Raises what `canonical` refuses, `unknown_profile`, `unknown_region`, `unknown_provider`,
        `quota_exceeded`, `too_many_registrations`, `domain_exists`, and `domain_held` when another team
        holds the name, unless `contest` opens a claim against it.
        """
        actor.must("domain.create")
        if actor.domains is not None:
            raise forbidden(
                "key_is_limited",
                "This key is limited to certain domains and can't register others.",
                mend="Use a key of the team without that limit.",
            )
        chosen = Choices(
            profile=self._profile(profile),
            mode=mode,
            region=self._region(region),
            provider=_provider(provider),
            is_default=is_default,
        )
        hostname = self.canonical(text)
        await self.quota.require_registration(actor.team)
        others = await self.store.domains.others(hostname, actor.team)
        if not contest and any(other.held for other in others):
            raise conflict(
                "domain_held",
                f"Another team holds {hostname}.",
                mend='If it is yours, register it with "contest": true and prove it by its ownership record.',
                domain=hostname,
            )
        domain = await self._claim(actor.team, hostname, chosen, others)
        return await self.view(domain)

    def canonical(self, text: str) -> Hostname:
        """The hostname that a spelling stands for; raises what the site's rules refuse."""
        return canonical(text, self.rules)

    async def get(self, actor: Actor, domain_id: str) -> View:
        """One domain. Raises `domain_not_found`."""
        domain, reading = await examined(self.store, actor, domain_id)
        if domain is not reading.domain:  # names around it have changed what it is
            return View(domain, self.plan(domain), reading.report)
        view = self.views.get(reading)
        if view is None:
            view = self.views[reading] = View(domain, self.plan(domain), reading.report)
        return view

    async def evidence(self, actor: Actor, domain_id: str) -> View:
        """One domain, its report with all that each server said. Raises `domain_not_found`."""
        domain = await owned(self.store, actor, "domain.read", domain_id)
        return View(domain, self.plan(domain), await self.store.reports.evidence(domain.id))

    async def change(
        self,
        actor: Actor,
        domain_id: str,
        *,
        suspended: bool | None = None,
        mode: Mode | None = None,
        is_default: bool | None = None,
        versions: frozenset[int] | None = None,
    ) -> View:
        """Change what is given, all or nothing; what stands so already is no change.

        suspended   False resumes it: it then goes through verification, never straight to verified.
        mode        a domain that only sends can be made to receive, never the other way round; its plan then
                    asks for an MX, and it is examined at once: one that is verified lapses if the MX is not
                    there, and has a cycle to publish it.
        is_default  it takes the place of the team's default domain, or makes room for none.
        versions    only where the domain stands at one of these versions; None for whatever it is (A16).

        Raises `domain_not_found`, `precondition_failed`, `not_suspended`, `suspended`, `mode_downgrade`,
        `busy`.
        """

        def wanted(domain: Domain) -> Change | None:
            triggers = _triggers(domain, suspended=suspended, mode=mode)
            moved, events = self._moved(actor, domain, triggers)
            if is_default is None or is_default == domain.is_default:
                return Change(moved, events) if events else None
            moved = replace(moved, updated_at=self.clock.now())
            told = self._told_by(actor, EventKind.UPDATED, moved, is_default=str(is_default).lower())
            return Change(moved, (*events, told), is_default=is_default)

        return await self.view(await self._changed(actor, "domain.update", domain_id, wanted, versions))

    async def remove(self, actor: Actor, domain_id: str, *, versions: frozenset[int] | None = None) -> Domain:
        """Delete a domain: its keys are destroyed, its name is free. Returns its tombstone."""

        def wanted(domain: Domain) -> Change | None:
            moved, events = self._moved(actor, domain, [Trigger.DELETE])
            return Change(moved, events, is_default=False)

        return await self._changed(actor, "domain.delete", domain_id, wanted, versions)

    async def zone_file(self, actor: Actor, domain_id: str) -> tuple[Domain, str]:
        """A domain's records as a fragment of a zone file."""
        domain = await owned(self.store, actor, "domain.read", domain_id)
        return domain, zone_file(self.plan(domain))

    def plan(self, domain: Domain) -> Plan:
        """The records of a domain at this site."""
        return plan(domain, self.profiles[domain.profile], self.site)

    async def view(self, domain: Domain) -> View:
        """A domain that the caller has in hand, with its plan and its newest report."""
        return View(domain, self.plan(domain), await self.store.reports.newest(domain.id))

    def _profile(self, name: str) -> Profile:
        if name not in self.profiles:
            raise invalid(
                "unknown_profile",
                f"There is no profile {name!r}.",
                mend=f"Use one of {', '.join(self.profiles)}, or leave it out.",
                param="profile",
            )
        return self.profiles[name]

    def _region(self, name: str | None) -> str:
        """The region of a new domain, which stays what it is when the site's own becomes another one."""
        if name is not None and name not in self.site.choices:
            raise invalid(
                "unknown_region",
                f"There is no region {name!r}.",
                mend=f"Use one of {', '.join(self.site.choices)}, or leave it out.",
                param="region",
            )
        return name or self.site.region

    async def _claim(self, team: str, hostname: Hostname, chosen: Choices, others: list[Domain]) -> Domain:
        now = self.clock.now()
        provision = await self.provider.provision(hostname, chosen.profile.dkim)
        domain = Domain(
            id=identifier("dom", now),
            team=team,
            hostname=hostname,
            profile=chosen.profile.name,
            token=ownership_token(),
            created_at=now,
            updated_at=now,
            due_at=None,
            selectors=provision.selectors,
            dkim_key=provision.dkim_key,
            mode=chosen.mode,
            expires_at=now + self.cadence.claim,
            region=chosen.region,
            provider=chosen.provider,
            is_default=chosen.is_default,
        )
        domain = replace(domain, due_at=due(domain, now, self.cadence))
        events = [Event(EventKind.CREATED, team, domain.id, hostname, now, {"profile": domain.profile})]
        events += [_told(EventKind.CONTESTED, other, domain) for other in others]
        relatives = await self.store.domains.relatives(hostname, ancestors(hostname))
        events += [_told(EventKind.RELATED, other, domain) for other in relatives if other.team != team]
        try:
            saved = await self.store.domains.add(domain, provision.keys, events, self.quota.room())
        except NoRoom:
            await self.quota.require_registration(team)
            raise busy() from None
        except AlreadyRegistered:
            raise conflict(
                "domain_exists",
                f"This team has already registered {hostname}.",
                mend="Use the domain that is there, or remove it first.",
                domain=hostname,
            ) from None
        return await with_others(self.store, saved)

    def _moved(
        self, actor: Actor, domain: Domain, triggers: list[Trigger]
    ) -> tuple[Domain, tuple[Event, ...]]:
        """What triggers, one after the other, make of a domain."""
        told: tuple[Event, ...] = ()
        now = self.clock.now()
        for trigger in triggers:
            domain, events = lifecycle.apply(domain, trigger, now, actor=actor.key)
            if trigger is Trigger.EXTEND:
                domain = replace(domain, mode=Mode.SEND_RECEIVE)
            told += events
        if told:
            due_at = due(domain, now, self.cadence)
            domain = replace(domain, due_at=now if due_at and Trigger.EXTEND in triggers else due_at)
        return domain, told

    def _told_by(self, actor: Actor, kind: EventKind, domain: Domain, **data: str) -> Event:
        now = self.clock.now()
        return Event(kind, domain.team, domain.id, domain.hostname, now, {**data, "actor": actor.key})

    @retried
    async def _changed(
        self,
        actor: Actor,
        permission: str,
        domain_id: str,
        wanted: Callable[[Domain], Change | None],
        versions: frozenset[int] | None,
    ) -> Domain:
        """Save what is wanted of a domain as it stands. Raises `busy` when others keep changing it."""
        domain = await owned(self.store, actor, permission, domain_id)
        require_version(domain, versions)
        change = wanted(domain)
        if change is None:
            return domain
        (saved,) = await self.store.domains.save([change])
        return await with_others(self.store, saved)


def _triggers(domain: Domain, *, suspended: bool | None, mode: Mode | None) -> list[Trigger]:
    """What is to happen to a domain so that it is as it is wanted. Raises `mode_downgrade`."""
    triggers = [] if suspended is None else [Trigger.SUSPEND if suspended else Trigger.RESUME]
    if mode is Mode.SEND_ONLY and domain.mode is not mode:
        raise invalid(
            "mode_downgrade",
            "A domain that receives mail can't be made to send alone.",
            mend="Remove it and register it again with the mode send_only.",
            param="mode",
        )
    if mode is Mode.SEND_RECEIVE and domain.mode is not mode:
        triggers.append(Trigger.EXTEND)
    return triggers


def _provider(name: str | None) -> str:
    if name is not None and name not in PROVIDERS:
        raise invalid(
            "unknown_provider",
            f"There is no provider {name!r}.",
            mend=f"Use one of {', '.join(PROVIDERS)}, or leave it out.",
            param="provider",
        )
    return name or OWN


def _told(kind: EventKind, other: Domain, domain: Domain) -> Event:
    """An event for another team's domain, which does not say who the newcomer is (A14)."""
    return Event(kind, other.team, other.id, other.hostname, domain.created_at, {"name": domain.hostname})
