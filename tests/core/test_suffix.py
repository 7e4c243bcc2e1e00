"""Every rule of the bundled public suffix list; its own test vectors are run in tests/core/name."""

from importlib.resources import files

import pytest

from letterhead.core import suffix
from letterhead.core.hostname import Rules, canonical
from letterhead.core.refusal import Refusal

LIST = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
ICANN, PRIVATE = LIST.split("// ===BEGIN PRIVATE DOMAINS===")


def rules_in(division: str) -> list[str]:
    return [line.split()[0] for line in division.splitlines() if line.strip() and not line.startswith("//")]


def code_of(name: str) -> str:
    """The code of the refusal, "" when the name may be registered."""
    try:
        canonical(name, Rules(providers=frozenset()))
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize(("division", "at_least"), [(ICANN, 6_000), (PRIVATE, 3_000)])
def test_N05_every_public_suffix_of_both_divisions_is_refused(division: str, at_least: int) -> None:
    rules = [rule for rule in rules_in(division) if not rule.startswith("!")]
    names = [rule.replace("*", "any") for rule in rules] + [rule.removeprefix("*.") for rule in rules]
    codes = {name: code_of(name) for name in names}
    assert len(rules) > at_least
    # The infrastructure domain and onion stand on the list, and are refused for a better reason.
    special = {n for n, code in codes.items() if code == "domain_special_use"}
    assert all(name.endswith(("arpa", "onion")) for name in special)
    assert {n: code for n, code in codes.items() if n not in special and code != "domain_public_suffix"} == {}


def test_N05_exceptions_from_wildcard_rules_may_be_registered() -> None:
    exceptions = [rule.removeprefix("!") for rule in rules_in(LIST) if rule.startswith("!")]
    assert exceptions
    assert {name: code_of(name) for name in exceptions} == dict.fromkeys(exceptions, "")


@pytest.mark.parametrize(
    "name", ["acme.com", "acme.co.uk", "acme.github.io", "acme.workers.dev", "city.kawasaki.jp"]
)
def test_N05_names_below_a_suffix_may_be_registered(name: str) -> None:
    assert code_of(name) == ""


def test_N08_an_unknown_top_level_domain_is_no_suffix() -> None:
    assert not suffix.is_known("acme.notatld")
    assert not suffix.is_public("notatld")
    assert suffix.registrable("a.b.notatld") == "b.notatld"
