"""What the logs never show."""

import subprocess
import sys

import pytest

CODE = """
import sys
import structlog
from letterhead import app
sys.stderr.isatty = lambda: {people}
app.configure_logs()
def fails():
    hidden = "".join(reversed("2retnuh"))
    raise ValueError("broken")
try:
    fails()
except ValueError:
    structlog.get_logger().exception("failed")
"""


@pytest.mark.parametrize("people", [False, True])
def test_K09_A04_a_traceback_in_the_log_shows_no_variable(people: bool) -> None:
    command = [sys.executable, "-c", CODE.format(people=people)]
    log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "broken" in log
    assert "fails" in log
    assert "hunter2" not in log
