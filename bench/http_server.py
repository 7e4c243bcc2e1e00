"""The servers that are measured, each in a process of its own, all on uvicorn with uvloop and httptools.

    python -m bench.http_server KIND DIRECTORY PORT

KIND is letterhead, careless (the same without any sync to the disk), constant or fastapi. Prints "ready".
"""

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from uvicorn._types import ASGIApplication

from bench.http_constant import constant
from bench.population import configured
from letterhead import app
from letterhead.config import Config
from letterhead.logs import configure_logs
from letterhead.store import sqlite


def serving(kind: str, directory: Path, port: int) -> Coroutine[Any, Any, None]:
    """What runs until the process is ended."""
    if kind == "constant":
        return _serve(constant((directory / "answer.json").read_bytes()), port)
    config = configured(directory)
    config = replace(config, server=replace(config.server, port=port))
    if kind == "fastapi":
        from bench.http_fastapi import fastapi  # noqa: PLC0415 - the other servers shall not carry its memory

        return _serve(fastapi(config), port)
    if kind == "careless":
        sqlite._DURABLE = ("PRAGMA synchronous = OFF", *sqlite._DURABLE[1:])  # noqa: SLF001 - no setting turns it off
    return _letterhead(config)


async def _letterhead(config: Config) -> None:
    """The real server, as `letterhead serve --role api` runs it."""
    await app.serve(config, frozenset({"api"}), asyncio.Event(), lambda _: print("ready", flush=True))


async def _serve(application: ASGIApplication, port: int) -> None:
    server = uvicorn.Server(
        uvicorn.Config(application, port=port, log_config=None, access_log=False, lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await task


if __name__ == "__main__":
    configure_logs()
    with suppress(KeyboardInterrupt):
        uvloop.run(serving(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
