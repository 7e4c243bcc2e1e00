"""The line to one server: how many questions may be on it at a time, and how long each may take.

Who answers nobody is given little time for a while. An examination asks in several rounds, and would spend
all its time on one dead server beside others that live (R16).
"""

import asyncio
import math

from letterhead.core.answer import Fault, Question
from letterhead.ports import Clock
from letterhead.resolver.conversation import Reply, Way, converse

MAX_AT_ONE_SERVER = 50
"""Queries in flight to one server: its receive buffer holds a few hundred small ones."""

PATIENCE = 3.0
"""Seconds that one of a zone's servers has for one question, all tries and TCP included."""

SILENT_AFTER = 2.0
"""Seconds after which a server that answers nobody counts as silent."""

SILENT_FOR = 60.0
"""Seconds for which it does, unless it speaks."""

PATIENCE_WITH_SILENT = 0.5
"""Seconds that a silent server has for one question: enough to be heard from anywhere when it is back."""

MAX_AT_SILENT_SERVER = 3
"""Queries in flight to a silent server; more would tell us no more, and it may be no name server at all."""


class Line:
    """Carries questions to one server, and notices whether it speaks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._gate = asyncio.Semaphore(MAX_AT_ONE_SERVER)
        self._narrow_gate = asyncio.Semaphore(MAX_AT_SILENT_SERVER)
        self._heard = 0
        self._silent_until = -math.inf

    @property
    def is_silent(self) -> bool:
        """Whether the server answered nobody when it was asked last."""
        return self._clock.monotonic() < self._silent_until

    async def ask(self, way: Way, question: Question, *, recursive: bool, within: float) -> Reply:
        """Ask once, for at most `within` seconds; nothing is sent when there are none. `recursive` sets RD.

        Raises nothing but CancelledError.
        """
        if within <= 0:
            detail = "no time was left to ask"
            return Reply(question, way.server, self._clock.now(), 0.0, fault=Fault.TIMEOUT, detail=detail)
        gate = self._gate
        if self.is_silent:
            within, gate = min(within, PATIENCE_WITH_SILENT), self._narrow_gate
        elif not recursive:  # a resolver may have to ask others, who take their time
            within = min(within, PATIENCE)
        heard = self._heard
        reply = await converse(
            way, question, recursive=recursive, within=within, gate=gate, clock=self._clock
        )
        if reply.fault is not Fault.TIMEOUT:
            self._heard += 1
            self._silent_until = -math.inf
        elif self._heard == heard and reply.elapsed_ms >= SILENT_AFTER * 1000:
            self._silent_until = self._clock.monotonic() + SILENT_FOR
        return reply
