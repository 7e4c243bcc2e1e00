"""The table of JSON bodies in json_bodies.tsv."""

from codecs import escape_decode
from pathlib import Path


def bodies() -> dict[str, tuple[str, bytes]]:
    """Name to expected outcome and octets; outcomes are `ok` or the code of a problem."""
    lines = Path(__file__).with_suffix(".tsv").read_text(encoding="ascii").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {name: (outcome, escape_decode(text)[0]) for outcome, name, text in rows}
