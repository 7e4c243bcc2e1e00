"""DKIM key records: texts as published, and whether verifiers can use them. README.md describes the files.

This is also how an outside suite calls core: `parse` takes the joined octets of one TXT record.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from letterhead.core.dkim import Defect, KeyRecord, parse
from tests.conformance.zonedata import joined

Case = Mapping[str, Any]


def cases(path: Path) -> Iterator[tuple[str, Case]]:
    """Every case of a file by its name, with `{name}` in its record replaced by that of the file's keys."""
    for scenario in yaml.safe_load_all(path.read_bytes()):
        keys = {f"{{{name}}}": "".join(key.split()) for name, key in (scenario.get("keys") or {}).items()}
        for name, case in scenario["tests"].items():
            text = joined(case["record"]).decode()
            for placeholder, key in keys.items():
                text = text.replace(placeholder, key)
            yield str(name), {**case, "record": text}


def differences(case: Case) -> dict[str, tuple[Any, Any]]:
    """What was expected and what was found, for each expectation that was not met."""
    record = parse(case["record"].encode())
    found = {
        "result": result_of(record),
        "key_type": record.key_type,
        "bits": record.bits,
        "flags": [flag for flag, defect in _FLAGS.items() if record.has(defect)],
        "reasons": [str(problem.defect) for problem in record.problems],
    }
    assert "result" in case, "a case that expects nothing can't fail"
    return {key: (case[key], found[key]) for key in found if key in case and case[key] != found[key]}


_FLAGS = {"y": Defect.TESTING, "s": Defect.STRICT_IDENTITY}


def result_of(record: KeyRecord) -> str:
    """`absent` for what is no key record, `revoked`, `valid`, or `invalid` for every other reason."""
    if record.has(Defect.NOT_A_KEY_RECORD):
        return "absent"
    if record.has(Defect.REVOKED):
        return "revoked"
    return "valid" if record.usable else "invalid"
