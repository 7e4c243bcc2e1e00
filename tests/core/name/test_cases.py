"""Golden cases of names, in the formats of Unicode and of the public suffix list (tests/conformance)."""

from importlib.resources import files
from pathlib import Path

import pytest

from tests.conformance import idna, psl

CASES = Path(__file__).parent / "cases"
LINES = list(idna.lines(CASES / "idna.txt"))


@pytest.mark.parametrize("line", LINES, ids=[f"line {line.number}" for line in LINES])
def test_N01_N11_golden_spelling(line: idna.Line) -> None:
    assert line.outcome == ("refused" if line.status and not line.a_label.endswith("com.") else "same")


def test_N05_golden_suffixes() -> None:
    text = (CASES / "psl.txt").read_text("utf-8")
    assert len(list(psl.vectors(text))) >= 34
    assert psl.differences(CASES / "psl.txt") == []


def test_N05_the_lists_own_vectors_agree() -> None:
    bundled = Path(str(files("publicsuffixlist").joinpath("test_psl.txt")))
    assert len(list(psl.vectors(bundled.read_text("utf-8")))) >= 77
    assert psl.differences(bundled) == []


def test_vectors_that_are_wrong_are_seen(tmp_path: Path) -> None:
    (tmp_path / "psl.txt").write_text("acme.com com\nco.uk co.uk\ncheckPublicSuffix('a.com', null);\n")
    assert psl.differences(tmp_path / "psl.txt") == [
        ("acme.com", "com", "acme.com"),
        ("co.uk", "co.uk", None),
        ("a.com", None, "a.com"),
    ]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("a.com; b.com; ; ; ;", "wrong"),
        ("a.com; ; [V7]; ; ;", "lax"),
        ("a.com.; ; ; ; [A4_2];", "same"),
        ("a.com; ; ; ; [A4_2];", "lax"),
        ("\\u2615.com; ; ; xn--53h.com; ;", "stricter: domain_symbol"),
        ("a b.com; ; [U1]; ; ;", "refused"),
    ],
)
def test_each_outcome_of_a_line_is_told(text: str, outcome: str, tmp_path: Path) -> None:
    (tmp_path / "idna.txt").write_text(f"# Version: 17.0.0\n{text} # a comment\n", "utf-8")
    (line,) = idna.lines(tmp_path / "idna.txt")
    assert line.outcome == outcome
    assert idna.version(tmp_path / "idna.txt") == 17
