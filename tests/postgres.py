"""A PostgreSQL of the tests' own: on loopback and a socket, in a directory that goes with it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

import psycopg

from letterhead.store.schema import migrate
from tests.nameservers import program
from tests.nameservers.ports import free_port

PATIENCE = 30.0  # seconds for a start or an end; both take a fraction of one on an idle machine

# Nothing of this survives a power cut, and no test pulls the plug; a kill loses nothing.
CARELESS = ("fsync=off", "full_page_writes=off", "deadlock_timeout=100ms")
_ALWAYS = ("shared_buffers=16MB", "max_connections=60", "autovacuum=off", "listen_addresses=127.0.0.1")

_numbers = count(1)


def _bin(name: str) -> str:
    return program.find(name, *(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))))


def _identity() -> dict[str, Any]:
    """Whom the server runs as: it refuses root, who becomes the user that Debian's package made for it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}


class Postgres:
    """A server with a locale of people's, in which "B" follows "a": what needs the order of bytes says so."""

    def __init__(self, *settings: str) -> None:
        self.port = free_port()
        self._settings = (*_ALWAYS, *settings)
        initdb, identity = _bin("initdb"), _identity()
        self.directory = Path(tempfile.mkdtemp(prefix="letterhead-postgres-"))
        if identity:
            os.chown(self.directory, identity["user"], identity["group"])
        locale = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
        options = ("--auth=trust", "--username=letterhead", "--encoding=UTF8", "--no-sync", *locale)
        self._run([initdb, *options, "-D", self._data])
        self._process: subprocess.Popen[bytes] | None = None
        self._migrated: str | None = None

    @property
    def _data(self) -> str:
        return str(self.directory / "data")

    def start(self) -> Self:
        """Start the server, also again after stop(); returns once it answers."""
        settings = (*self._settings, f"port={self.port}", f"unix_socket_directories={self.directory}")
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [_bin("postgres"), "-D", self._data, *(word for each in settings for word in ("-c", each))],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **_identity(),
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.directory / "server.log").read_text()[-2000:])
            time.sleep(0.02)
        return self

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: at once with every session (SIGINT), or as a crash would (SIGQUIT)."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)

    def remove(self) -> None:
        """End the server and leave nothing behind."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory)

    def url(self, database: str) -> str:
        """Where a database of the server is, over TCP."""
        return f"postgresql://letterhead:secret@127.0.0.1:{self.port}/{database}"

    def empty(self) -> str:
        """The URL of a new database without a schema."""
        return self._created("template0")

    def migrated(self) -> str:
        """The URL of a new database with the newest schema: a copy of one that was migrated once."""
        if self._migrated is None:
            url = self.empty()
            migrate(url)
            self._migrated = url.rpartition("/")[2]
        return self._created(self._migrated)

    def drop(self, url: str) -> None:
        """Drop a database, and whoever is still connected to it."""
        self.query(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def query(self, sql: str, params: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Run one statement as the operator of the server would."""
        return query(self.url("postgres"), sql, params)

    def _created(self, template: str) -> str:
        name = f"test_{next(_numbers)}"
        self.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def _answers(self) -> bool:
        try:
            return bool(self.query("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(command, cwd=self.directory, capture_output=True, check=False, **_identity())
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


def query(url: str, sql: str, params: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own, outside of any transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql.encode(), params or None)
        return cursor.fetchall() if cursor.description else []
