"""A worker that is stopped in the midst of an examination, longer than its lease, and then goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from letterhead.core.domain import Status
from tests.service.world import CYCLE, World

ROOT = Path(__file__).parents[2]
LEASE = timedelta(seconds=1)


@contextmanager
def asleep(world: World) -> Iterator[subprocess.Popen[str]]:
    """A worker that has taken what is due and has read a DNS in which nothing stands, and sleeps."""
    moment = world.clock.now().isoformat()
    command = [sys.executable, "-m", "tests.service.sleeper", str(world.path), moment]
    command.append(str(LEASE.total_seconds()))
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        while (line := process.stdout.readline()).strip() != "asked":
            assert line, "the worker died"
        os.kill(process.pid, signal.SIGSTOP)
        try:
            yield process
        finally:
            process.kill()


def wake(process: subprocess.Popen[str]) -> str:
    """Let it go on, and see it to its end; returns its last line."""
    os.kill(process.pid, signal.SIGCONT)
    said, _ = process.communicate("go on\n", timeout=30)
    assert process.returncode == 0
    return said.splitlines()[-1]


async def test_X10_a_worker_that_was_stopped_for_longer_than_its_lease_overwrites_nothing(
    world: World,
) -> None:
    """It saw the records gone; the one that took over from it saw them there, later."""
    domain = await world.verified(await world.actor())
    world.pass_time(CYCLE * 1.2)
    with asleep(world) as process:
        assert await world.swept() == 0, "the lease is in force"
        world.pass_time(LEASE)
        assert await world.swept() == 1
        then = await world.now(domain)
        assert then.asked_at == world.clock.now()
        assert wake(process) == "1"
    assert await world.now(domain) == then
    assert await world.turns(domain) == ["verified"]


async def test_X10_what_somebody_decided_while_it_slept_stands(world: World) -> None:
    """Nobody else has examined the domain: its evidence is the newest there is, and still it loses."""
    actor = await world.actor()
    domain = await world.verified(actor)
    world.pass_time(CYCLE * 1.2)
    with asleep(world) as process:
        await world.services.domains.change(actor, domain.id, suspended=True)
        wake(process)
    now = await world.now(domain)
    assert (now.status, now.may_send) == (Status.SUSPENDED, False)
    assert await world.turns(domain) == ["verified", "suspended"]
