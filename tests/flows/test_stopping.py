"""The program as people start it: a process that is told to stop, and what it leaves behind."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from letterhead import app
from letterhead.config import load
from letterhead.provider.master_key import FILE_NAME
from tests.flows.forwarding import passed_on
from tests.flows.program import PATIENCE, Client, Program, write_config, zone
from tests.nameservers import lies
from tests.nameservers.internet import CUSTOMER, Internet

SLOW = "127.0.0.32"


@pytest.fixture
def config(tmp_path: Path, internet: Internet) -> Path:
    return write_config(tmp_path, internet)


@pytest.fixture
def process(config: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Letterhead of its own, its logs in a file."""
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "letterhead", "serve", "--config", str(config)], stdout=log, stderr=log
        )
    yield process
    process.kill()
    process.wait()


def client_of(config: Path) -> Client:
    """A client of the process, once that answers."""
    settings = load(config, {})
    url = f"http://127.0.0.1:{settings.server.port}"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"{url}/readyz", trust_env=False).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.05)
        else:
            key, _ = app.create_key(settings, team="acme", role="root:full", style="letterhead", name="test")
            return Client(url, key, "acme")
    raise AssertionError("the process does not answer")


def test_X12_A04_a_verify_under_way_is_finished_and_no_secret_is_left_behind(
    process: subprocess.Popen[bytes], config: Path, internet: Internet, tmp_path: Path
) -> None:
    liar = internet.liar(SLOW)
    liar.script(lies.slow(0.3, passed_on(CUSTOMER, internet.port)))
    client = client_of(config)
    domain = client.register("late.com")
    other = client.ask("POST", "/keys", {"name": "other", "role": "root:readonly"}).json()["secret"]
    pairs = (("ns1.late.com", SLOW),)
    internet.server(CUSTOMER).publish("late.com", zone(domain), servers=pairs)
    internet.delegate("late.com", pairs)

    said = []
    asking = threading.Thread(target=lambda: said.append(client.verify(domain)))
    asking.start()
    while not liar.queries:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    asking.join(PATIENCE)
    client.close()
    assert process.wait(PATIENCE) == 0
    assert [each["status"] for each in said] == ["verified"]

    log = (tmp_path / "log").read_bytes()
    assert b"stopped" in log
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir() if file.name != FILE_NAME)
    assert domain["id"].encode() in kept
    for secret in (client.key, other, (tmp_path / "data" / FILE_NAME).read_text().strip(), "PRIVATE KEY"):
        assert secret.encode() not in log + kept
        assert secret.removeprefix("lh_").encode() not in log + kept

    again = Program(config).start()
    try:
        assert again.client_with(client.key).show(domain)["status"] == "verified", "what was said was kept"
    finally:
        again.stop()


@pytest.mark.parametrize("times", [3, pytest.param(100, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_X12_processes_that_are_stopped_as_soon_as_they_answer_start_over_and_over(
    config: Path, tmp_path: Path, times: int
) -> None:
    command = [sys.executable, "-m", "letterhead", "serve", "--config", str(config)]
    for _ in range(times):
        with (
            (tmp_path / "log").open("wb") as log,
            subprocess.Popen(command, stdout=log, stderr=log) as process,
        ):
            try:
                client_of(config).close()
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0
            finally:
                process.kill()
        assert b"stopped" in (tmp_path / "log").read_bytes()
