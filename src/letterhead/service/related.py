"""Related names: what other teams have above and below a domain, and what its holder says to that (O07, O08).

Approving is two-sided: the team below still proves the name by its own token.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from letterhead.core.domain import Domain
from letterhead.core.event import Event, EventKind
from letterhead.core.finding import proves_ownership
from letterhead.core.hostname import Hostname, Rules, ancestors, canonical, is_under
from letterhead.core.permission import Actor
from letterhead.core.refusal import Kind, Refusal, conflict, invalid, missing
from letterhead.core.schedule import Cadence
from letterhead.core.team import Team
from letterhead.ports import Change, Clock, Store
from letterhead.service.access import owned
from letterhead.service.retrying import retried

MOST_APPROVALS: Final = 100
"""Approvals of one domain: they lie in its row. Beyond that, names below are better zones of their own."""


@dataclass(frozen=True, slots=True)
class Related:
    """A name above or below, and what stands between its holder and the domain.

    is_held    another team holds it.
    approved   the one above approves of the one below; team is then whom, told to the one above alone.
    yields_at  when the one below yields at the earliest, having been revoked; None otherwise.
    """

    hostname: Hostname
    place: Literal["above", "below"]
    is_held: bool
    approved: bool
    team: str | None = None
    yields_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RelatedNames:
    """List, approve, revoke."""

    store: Store
    rules: Rules
    cadence: Cadence
    clock: Clock

    async def of(self, actor: Actor, domain_id: str) -> list[Related]:
        """The name above that decides about a domain, and the names below about which it decides."""
        domain = await owned(self.store, actor, "domain.read", domain_id)
        below = await self._below(domain) if domain.held else []
        held = {str(child.hostname): child for child in below}
        names = sorted({*held, *domain.approvals}, key=lambda name: name.split(".")[::-1])
        return [*self._above(domain), *(self._shown(domain, name, held.get(name)) for name in names)]

    @retried
    async def approve(self, actor: Actor, domain_id: str, text: str, team: str) -> list[Related]:
        """Let a team, named by slug or id, have a name below. Repeating it changes nothing.

        Raises what `canonical` refuses, `not_below`, `not_held`, `team_not_found`, `own_team`,
        `already_approved`, `too_many_approvals`.
        """
        domain, name = await self._deciding(actor, domain_id, text)
        receiver = await self._team(actor, team)
        approvals = {**domain.approvals, name: domain.approvals.get(name, receiver.id)}
        if approvals[name] != receiver.id:
            raise conflict(
                "already_approved",
                f"{name} is approved for another team.",
                mend="Revoke that first.",
            )
        if name in domain.approvals:
            return await self.of(actor, domain_id)
        _require_room(approvals)
        told = {"name": name, "above": domain.hostname}
        whom = {"team": receiver.id, "actor": actor.key}
        own = Change(
            replace(domain, approvals=approvals),
            (self._event(domain, EventKind.APPROVED, **told, **whom),),
        )
        children = await self._registrations(domain, name, receiver.id)
        await self.store.domains.save([own, *(self._approved(child, told) for child in children)])
        return await self.of(actor, domain_id)

    @retried
    async def revoke(self, actor: Actor, domain_id: str, text: str) -> list[Related]:
        """Take an approval back, or end a name below that was there first: its holder yields after the grace.

        Raises what `canonical` refuses, `not_below`, `not_held`, `related_not_found`; where another team
        holds it, `proof_required` and `zone_of_its_own`.
        """
        domain, name = await self._deciding(actor, domain_id, text)
        held = [child for child in await self._below(domain) if child.hostname == name]
        if name not in domain.approvals and not held:
            raise missing("related_not_found", f"There is nothing to revoke at {name}.")
        for child in held:
            await self._require_say(domain, child)
        whose = domain.approvals.get(name)
        claims = await self._registrations(domain, name, whose) if whose else []
        fresh = [c for c in [*held, *(c for c in claims if not c.held)] if c.revoked_at is None]
        if not fresh and whose is None:
            return await self.of(actor, domain_id)
        await self.store.domains.save(self._revoked(actor, domain, name, fresh))
        return await self.of(actor, domain_id)

    async def _deciding(self, actor: Actor, domain_id: str, text: str) -> tuple[Domain, Hostname]:
        """The domain, which must hold its name, and the name below that is meant."""
        domain = await owned(self.store, actor, "domain.update", domain_id)
        name = canonical(text, self.rules)
        if name == domain.hostname or not is_under(name, domain.hostname):
            raise invalid(
                "not_below",
                f"{name} is not below {domain.hostname}.",
                mend="Give the whole name, such as mail.acme.com for the domain acme.com.",
                param="domain",
            )
        if not domain.held:
            raise conflict("not_held", f"{domain.hostname} is not verified.", mend="Verify it first.")
        return domain, name

    async def _team(self, actor: Actor, team: str) -> Team:
        found = await self.store.teams.by_slug(team)
        if found is None:
            raise missing("team_not_found", f"There is no team {team!r}.", mend="Ask them for their slug.")
        if found.id == actor.team:
            raise conflict("own_team", "The domain belongs to this team already.")
        return found

    async def _below(self, domain: Domain) -> list[Domain]:
        """The names below that other teams hold, and about which no nearer name decides."""
        below = await self.store.domains.relatives(domain.hostname, ())
        names = {child.hostname for child in below}
        return [c for c in below if c.team != domain.team and names.isdisjoint(ancestors(c.hostname))]

    async def _registrations(self, domain: Domain, name: Hostname, team: str) -> list[Domain]:
        """The registration of a name below by a team, if there is one."""
        return [r for r in await self.store.domains.others(name, domain.team) if r.team == team]

    async def _require_say(self, domain: Domain, child: Domain) -> None:
        """Only who has proven the zone above by values of its own may revoke, and only within that zone."""
        report = await self.store.reports.newest(domain.id)
        if report is None or not proves_ownership(report):
            raise conflict(
                "proof_required",
                f"{domain.hostname} was verified without a record that is this team's alone.",
                mend="Publish its ownership record and verify it again.",
            )
        below = await self.store.reports.newest(child.id)
        if below is not None and below.zone == child.hostname:
            raise conflict(
                "zone_of_its_own",
                f"{child.hostname} is a zone of its own, delegated by the zone above.",
                mend="Remove its NS records from the zone above first.",
            )

    def _approved(self, child: Domain, told: Mapping[str, str]) -> Change:
        """The registration below: nothing presses on it any more, and it is examined at once."""
        due_at = child.due_at if child.held or child.due_at is None else self.clock.now()
        moved = replace(child, revoked_at=None, due_at=due_at)
        return Change(moved, (self._event(child, EventKind.APPROVED, **told),))

    def _revoked(
        self, actor: Actor, domain: Domain, name: Hostname, children: Iterable[Domain]
    ) -> list[Change]:
        """Registrations below change with the approval, so that a verdict that rests on it comes too late."""
        now = self.clock.now()
        until = now + self.cadence.grace
        told = {"name": name, "above": domain.hostname}
        approvals = {each: team for each, team in domain.approvals.items() if each != name}
        event = self._event(domain, EventKind.REVOKED, **told, actor=actor.key)
        changes = [Change(replace(domain, approvals=approvals), (event,))]
        for child in children:
            ends = {"until": f"{until:%Y-%m-%dT%H:%M:%SZ}"} if child.held else {}
            moved = replace(child, revoked_at=now, due_at=child.due_at or until) if child.held else child
            changes.append(Change(moved, (self._event(child, EventKind.REVOKED, **told, **ends),)))
        return changes

    def _event(self, domain: Domain, kind: EventKind, **data: str) -> Event:
        return Event(kind, domain.team, domain.id, domain.hostname, self.clock.now(), data)

    def _above(self, domain: Domain) -> list[Related]:
        if not domain.held_above:
            return []
        above = Hostname(domain.held_above)
        yields_at = self._yields_at(domain)
        return [Related(above, "above", is_held=True, approved=domain.approved, yields_at=yields_at)]

    def _shown(self, domain: Domain, name: str, child: Domain | None) -> Related:
        team = domain.approvals.get(name)
        yields_at = self._yields_at(child) if child else None
        return Related(Hostname(name), "below", child is not None, team is not None, team, yields_at)

    def _yields_at(self, child: Domain) -> datetime | None:
        return child.revoked_at + self.cadence.grace if child.revoked_at is not None else None


def _require_room(approvals: dict[str, str]) -> None:
    if len(approvals) > MOST_APPROVALS:
        raise Refusal(
            Kind.QUOTA,
            "too_many_approvals",
            f"The domain has {MOST_APPROVALS} approvals, which is all it may have.",
            mend="Revoke some, or delegate names below as zones of their own.",
        )
