"""The list of settings is complete, in order, and true."""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from letterhead.config import describe, load
from letterhead.config.sections import KEYS, SECTIONS, attribute
from letterhead.core.site import Site


def test_every_key_has_one_line_that_says_what_it_means() -> None:
    settings = describe()
    assert len(settings) == len(KEYS) == sum(len(fields(section)) for section in SECTIONS.values())
    for setting in settings:
        assert setting.meaning.endswith("."), setting
        assert "\n" not in setting.meaning


def test_no_text_goes_unchecked() -> None:
    texts = [key for key in KEYS.values() if "str" in repr(key.type.__origin__)]
    assert len(texts) > 15
    assert [key.name for key in texts if not key.checks] == []


def test_the_keys_of_site_are_those_of_cores_site() -> None:
    assert {key for section, key in KEYS if section == "site"} == {field.name for field in fields(Site)}


def test_the_defaults_as_described_are_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    usual = load(None, {})
    lines, section = [], ""
    for setting in describe():
        if setting.section != section:
            section = setting.section
            lines.append(f"[{section}]")
        if setting.default and "{" not in setting.default:  # neither unset nor derived
            lines.append(f"{setting.key} = {setting.default}")
    text = "\n".join(lines)
    assert tomllib.loads(text)["lifecycle"]["pending_ladder"][0] == 5
    Path("letterhead.toml").write_text(text)
    assert load(None, {}) == usual


def test_defaults_pass_the_checks_that_given_values_must_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(None, {})
    for (section, name), key in KEYS.items():
        value = getattr(getattr(config, section), attribute(name))
        for check in key.checks if value is not None else ():
            assert check(value) == value
