"""The whole program on loopback: real name servers behind it, real HTTP in front of it.

Internet and programs are started once for the tests of a file, and stopped before others come, whose logs and
limits of time are none of theirs. So each test has domains, teams and, where it stops them, name servers of
its own.
"""

from collections.abc import Iterator

import pytest

from tests.flows.program import Program, write_config
from tests.nameservers.internet import Internet

CYCLE = 1
"""Seconds between two examinations of a settled domain in the lively program."""


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """A root and registries, no customers yet."""
    internet = Internet(tmp_path_factory.mktemp("internet"))
    try:
        yield internet.start()
    finally:
        internet.stop()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, internet: Internet) -> Iterator[Program]:
    """A program in which nothing happens unasked: its ladder and its cycle are hours."""
    program = Program(write_config(tmp_path_factory.mktemp("quiet"), internet))
    try:
        yield program.start()
    finally:
        program.stop()


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory, internet: Internet) -> Iterator[Program]:
    """A program that looks at pending domains each second, and at all others every CYCLE seconds."""
    path = write_config(tmp_path_factory.mktemp("lively"), internet, cycle=CYCLE, ladder=1)
    program = Program(path)
    try:
        yield program.start()
    finally:
        program.stop()
