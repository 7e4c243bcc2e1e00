"""The examination: one domain's plan held against the DNS, now.

It drives core's inquiry and returns the report; it changes nothing. The manual verify, the sweep and
the console all call it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from letterhead.core.domain import Domain
from letterhead.core.finding import Report
from letterhead.core.plan import plan
from letterhead.core.profile import Profile
from letterhead.core.site import Site
from letterhead.core.verdict.judge import judge
from letterhead.ports import Clock, Provider
from letterhead.service.minting import probe_label
from letterhead.service.witnesses import Hearing, Witnesses

SECONDS = 10.0
"""How long one examination may take in all (R16)."""

AT_ONCE = 100
"""Examinations at a time; others wait for their turn, which takes nothing of their time (R17)."""


@dataclass(frozen=True, slots=True)
class Examination:
    """Examines domains."""

    witnesses: Witnesses
    provider: Provider
    profiles: Mapping[str, Profile]
    site: Site
    clock: Clock
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), compare=False)

    async def of(self, domain: Domain) -> Report:
        """Examine a domain. The report bears the moment at which the first question was asked."""
        async with self._turns:
            return await self._of(domain)

    async def _of(self, domain: Domain) -> Report:
        await self.witnesses.watch.look()
        asked_at = self.clock.now()
        identity = await self.provider.identity(domain)
        records = plan(domain, self.profiles[domain.profile], self.site)
        inquiry = judge(records, identity, asked_at, probe_label())
        hearing = Hearing(self.witnesses, SECONDS)
        try:
            questions = next(inquiry)
            while True:
                questions = inquiry.send(await hearing.answers(questions))
        except StopIteration as done:
            report: Report = done.value
            return report
