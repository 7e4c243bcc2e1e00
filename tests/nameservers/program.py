"""The programs that tests start: where they are, and what happens when one is not installed."""

import os
import shutil

import pytest


def find(program: str, *places: str) -> str:
    """The path of `program`, which may lie in one of `places`.

    Without it the test fails under CI=true and is skipped by name elsewhere.
    """
    path = shutil.which(
        program, path=":".join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", *places))
    )
    if path is None:
        no = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        no(f"{program} is not installed")
    return path
