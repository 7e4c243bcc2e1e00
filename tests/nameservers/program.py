"""The programs that tests start: where they are, and what happens when one is not installed."""

import os
import shutil

import pytest


def find(program: str) -> str:
    """The path of `program`. Without it the test fails under CI=true and is skipped by name elsewhere."""
    path = shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")
    if path is None:
        no = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        no(f"{program} is not installed")
    return path
