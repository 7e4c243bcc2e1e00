"""The servers of one DNS host fall silent, instead of saying that nothing is there: the same comes of it.

Nobody answers for most of the domains, for so long that a zone which is silent by itself would be told of and
fail. It is not by itself: all is held, the operator is told once, and no owner of anything.
"""

from collections.abc import Iterator

import pytest
import structlog
from structlog.typing import EventDict

from letterhead.core.breaker import State
from letterhead.core.broken import CYCLES, TOLD_AFTER
from letterhead.core.canary import Canaries
from letterhead.core.domain import Status
from letterhead.core.owner_notice import GATHERING
from tests.service.eyes import PaperLookout
from tests.service.test_mass_failure import SIZES, Hosted, alerts, hosted
from tests.service.world import CYCLE, World

LONG = max(TOLD_AFTER, CYCLE * CYCLES) + 2 * CYCLE


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


def watched_over(many: Hosted) -> None:
    """Canaries say that whom we ask is well, so that silence may be counted against a zone at all."""
    many.dns.publish("canary.net", "good.canary.net TXT there")
    many.world.canaries = Canaries("good.canary.net", "absent.canary.net", "bogus.canary.net")
    many.world.services = many.world.node(many.dns)


def hush(many: Hosted, gone: int) -> None:
    """Nobody answers for the first of them, neither us nor the resolver that the patrol asks."""
    names = [domain.hostname for domain in many.domains[:gone]]
    many.dns.silent.update(names)
    for lookout in many.world.lookouts:
        if isinstance(lookout, PaperLookout):
            lookout.silent.update(names)


def speak(many: Hosted) -> None:
    many.dns.silent.clear()
    for lookout in many.world.lookouts:
        if isinstance(lookout, PaperLookout):
            lookout.silent.clear()


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("is_patrolled", [False, True])
@pytest.mark.parametrize(("gone", "count"), SIZES)
async def test_L16_R04_domains_of_one_dns_host_that_falls_silent_are_held_and_nobody_is_told(
    world: World, logs: list[EventDict], gone: int, count: int, *, is_patrolled: bool, is_restarted: bool
) -> None:
    many = await hosted(world, count, is_patrolled=is_patrolled)
    watched_over(many)
    await many.live(CYCLE * 1.1)
    hush(many, gone)
    await many.live(CYCLE * (5 if is_patrolled else 2))  # the patrol waits until they are due: it is blind
    assert many.world.services.breaker.state is State.OPEN
    if is_restarted:
        many.world.services = many.world.node(many.dns)
    await many.live(LONG)
    assert await many.standing() == {Status.VERIFIED: count}
    assert many.world.services.breaker.state is State.OPEN
    assert len(alerts(logs)) == 1 + is_restarted, "once for each process"

    speak(many)
    await many.live(CYCLE * 1.5)
    assert many.world.services.breaker.state is State.CLOSED
    await many.live(CYCLE + 2 * GATHERING)
    assert await many.standing() == {Status.VERIFIED: count}
    assert len(alerts(logs)) == 1 + is_restarted
    assert many.post.got == []
    assert await many.world.services.owner_notices.page(await many.world.actor(), limit=9) == []
