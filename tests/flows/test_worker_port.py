"""A worker without the API: what it shows on its own port, and that it shows nothing else."""

import asyncio
from pathlib import Path

import httpx2

from letterhead import app
from letterhead.config import load
from tests.nameservers.ports import free_port


async def served(tmp_path: Path, port: int) -> dict[str, tuple[int, str]]:
    """What a process with the role worker alone answers, by path; nothing where it does not listen."""
    config = load(
        None,
        {"LETTERHEAD_SERVER_DATA_DIR": str(tmp_path), "LETTERHEAD_SERVER_WORKER_PORT": str(port)},
    )
    stopping, listening = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        app.serve(config, frozenset({"worker"}), stopping, listening.set_result, lambda: 7)
    )
    try:
        await asyncio.wait([serving, listening], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        found = {}
        if bound := listening.result():
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{bound}", trust_env=False) as client:
                for path in ("/healthz", "/readyz", "/metrics", "/api/v2/domains", "/openapi/native.json"):
                    answer = await client.get(path)
                    found[path] = answer.status_code, answer.text
        return found
    finally:
        stopping.set()
        await serving


async def test_a_worker_shows_its_health_and_numbers_and_nothing_else(tmp_path: Path) -> None:
    found = await served(tmp_path, free_port())
    assert {path: status for path, (status, _) in found.items()} == {
        "/healthz": 200,
        "/readyz": 200,
        "/metrics": 200,
        "/api/v2/domains": 404,
        "/openapi/native.json": 404,
    }
    numbers = found["/metrics"][1]
    assert 'letterhead_worker_idle_seconds{work="sweep"}' in numbers
    assert 'letterhead_worker_idle_seconds{work="dispatch"}' in numbers
    assert "letterhead_log_lines_dropped_total 7.0" in numbers


async def test_a_worker_that_was_given_no_port_listens_nowhere(tmp_path: Path) -> None:
    assert await served(tmp_path, 0) == {}
