"""The formats that README.md describes are those that are read."""

import re
from pathlib import Path

from tests.conformance import dkim, dmarc

README = Path(__file__).with_name("README.md")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_dmarc_example_holds(tmp_path: Path) -> None:
    (tmp_path / "dmarc-example.yml").write_text(BLOCKS[0], "utf-8")
    cases = list(dmarc.cases(tmp_path / "dmarc-example.yml"))
    assert [dmarc.differences(case, zone) for _, case, zone in cases] == [{}, {}]


def test_the_dkim_example_holds(tmp_path: Path) -> None:
    (tmp_path / "dkim-example.yml").write_text(BLOCKS[1], "utf-8")
    cases = list(dkim.cases(tmp_path / "dkim-example.yml"))
    assert [dkim.differences(case) for _, case in cases] == [{}, {}]


def test_every_file_that_is_looked_for_has_its_row() -> None:
    looked_for = {
        name
        for path in README.parent.glob("test_*_suite.py")
        for call in re.findall(r"dropped\((.+?)\)", path.read_text("utf-8"))
        for name in re.findall(r'"(.+?)"', call)
    }
    rows = [line for line in README.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert looked_for == {
        name for row in rows for name in re.findall(r"`(\S+?\.(?:yml|txt))`", row.split("|")[1])
    }
