"""What becomes of a domain is noticed, decided and told, by the whole program and to real servers."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.typing import EventDict

from letterhead import app
from letterhead.clock import SystemClock
from tests.flows.program import PATIENCE, Client, Json, Program, write_config, zone
from tests.flows.receiving import Postbox, Receiver, postbox, receiving
from tests.nameservers.authority import Authority
from tests.nameservers.internet import CUSTOMER, Internet
from tests.nameservers.unbound import Unbound

TOLD, CLAIMED = "told.com", "claimed.com"
JANE = "jane@elsewhere.net"

# Nothing is remembered, so that nobody has to wait for a change to be seen.
FORGETFUL = "    cache-max-ttl: 0\n    cache-max-negative-ttl: 0\n"

CONFIG = """
careful_seconds = 86_400
[notices]
smtp_url = "{smarthost}"
"""
"""A settled domain is examined once a day: whatever changes meanwhile, only the patrol can notice."""


class Hasty(SystemClock):
    """The machine's clock, with spans left out in which nothing would happen."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self._ahead

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead.total_seconds()

    def skip(self, span: timedelta) -> None:
        self._ahead += span


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


@pytest.fixture
def unbound(tmp_path: Path, internet: Internet) -> Iterator[Unbound]:
    stubs = {TOLD: f"{CUSTOMER}@{internet.port}"}
    authority = Authority(tmp_path / "authority")
    unbound = Unbound("127.0.0.47", tmp_path / "unbound", authority, stubs=stubs, options=FORGETFUL)
    try:
        yield unbound.start()
    finally:
        unbound.stop()


def until(condition: Callable[[], bool], said: Callable[[], object]) -> None:
    deadline = time.monotonic() + 2 * PATIENCE
    while not condition():
        assert time.monotonic() < deadline, said()
        time.sleep(0.05)


def until_told(receiver: Receiver, *kinds: str) -> None:
    """Returns once the receiver was told so, and nothing else, of the domain."""
    until(lambda: receiver.kinds(TOLD) == list(kinds), lambda: receiver.kinds(TOLD))


def until_written(program: Program, clock: Hasty, post: Postbox, *subjects: str) -> None:
    """Returns once these letters have come, and no other; what gathers them lasts no time."""
    # In the program's own loop: one reading of both of its clocks must not be torn apart.
    program._loop.call_soon_threadsafe(clock.skip, timedelta(minutes=6))
    until(lambda: post.subjects() == list(subjects), post.subjects)


def prepared(client: Client, receiver: Receiver) -> tuple[Json, Json, str]:
    """An owner, a webhook and two claims: the domains, and the webhook's secret."""
    assert client.ask("POST", "/members", {"email": JANE, "role": "owner"}).status_code == 201
    hook = client.ask("POST", "/webhooks", {"url": receiver.url})
    assert hook.status_code == 201, hook.text
    return client.register(TOLD), client.register(CLAIMED), hook.json()["secret"]


def test_L06_L18_W06_whatever_becomes_of_a_domain_is_noticed_and_told_by_webhook_and_letter(
    internet: Internet,
    unbound: Unbound,
    tmp_path: Path,
    logs: list[EventDict],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Hasty()
    monkeypatch.setattr(app, "SystemClock", lambda: clock)
    path = write_config(tmp_path, internet, cycle=1, ladder=1, resolver=unbound.urls["udp"])
    with receiving() as receiver, postbox() as post:
        path.write_text(path.read_text() + CONFIG.format(smarthost=post.url))
        program = Program(path).start()
        try:
            client = program.client()
            domain, claimed, secret = prepared(client, receiver)
            internet.host(TOLD, zone(domain))
            client.until(domain, "verified")
            until_told(receiver, "created", "verified")
            until(lambda: any(log["event"] == "patrol.lap" and log["domains"] for log in logs), lambda: logs)

            internet.host(TOLD, zone(domain, but=("mx",)))
            client.until(domain, "failed")
            assert any(log["event"] == "patrol.noticed" for log in logs)
            until_told(receiver, "created", "verified", "lapsed", "failed")
            until_written(program, clock, post, f"{TOLD}: failed")

            internet.host(TOLD, zone(domain))
            client.until(domain, "verified")
            until_told(receiver, "created", "verified", "lapsed", "failed", "recovered")
            until_written(program, clock, post, f"{TOLD}: failed", f"{TOLD}: recovered")

            program._loop.call_soon_threadsafe(clock.skip, timedelta(days=31))
            client.until_told(claimed, "expired")
            letters = f"{TOLD}: failed", f"{TOLD}: recovered", f"{CLAIMED}: the claim expired"
            until_written(program, clock, post, *letters)
        finally:
            program.stop()
        assert all(message.is_signed_by(secret) for message in receiver.got)
        assert not any(message.is_signed_by("whsec_" + "A" * 43 + "=") for message in receiver.got)
        assert post.recipients == [JANE] * 3
        assert {letter["To"] for letter in post.got} == {JANE}
        assert "expected: " in post.got[0].get_content()


def test_W01_what_is_no_public_address_is_sent_nothing_unless_the_configuration_says_so(
    internet: Internet, tmp_path: Path
) -> None:
    """The webhook was made while it was allowed; its URL is judged again whenever something is sent."""
    path = write_config(tmp_path, internet)
    with receiving() as receiver:
        program = Program(path).start()
        try:
            client = program.client()
            hook = client.ask("POST", "/webhooks", {"url": receiver.url}).json()
            assert client.ask("POST", f"/webhooks/{hook['id']}/test").json()["delivered"]
        finally:
            program.stop()
        assert len(receiver.got) == 1

        path.write_text(path.read_text().replace("allow_private_servers = true", ""))
        program = Program(path).start()
        try:
            client = program.client_with(client.key)
            refused = client.ask("POST", "/webhooks", {"url": f"https://127.0.0.1:{receiver.port}/"})
            assert (refused.status_code, refused.json()["code"]) == (422, "webhook_url")
            tried = client.ask("POST", f"/webhooks/{hook['id']}/test").json()
            assert (tried["delivered"], tried["status"]) == (False, None)
            client.register("unheard.com")
            sent = f"/webhooks/{hook['id']}/deliveries"
            until(lambda: any(each["attempts"] for each in client.get(sent)["data"]), lambda: "not tried")
        finally:
            program.stop()
        assert len(receiver.got) == 1
