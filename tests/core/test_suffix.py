"""Every rule of the bundled public suffix list, and its own test vectors."""

import ast
from importlib.resources import files

import pytest

from letterhead.core import spelling, suffix
from letterhead.core.hostname import Rules, canonical
from letterhead.core.refusal import Refusal

LIST = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
VECTORS = files("publicsuffixlist").joinpath("test_psl.txt").read_text("utf-8")
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


def vectors() -> list[tuple[str, str | None]]:
    """The list's `checkPublicSuffix(name, registrable)` lines; names with a leading dot are no names."""
    lines = [line for line in VECTORS.splitlines() if line.startswith("checkPublicSuffix(")]
    calls = [line.removeprefix("checkPublicSuffix").rstrip("; ").replace("null", "None") for line in lines]
    pairs = [ast.literal_eval(call) for call in calls]
    return [(name, expected) for name, expected in pairs if name and not name.startswith(".")]


def test_N05_the_lists_own_vectors_agree() -> None:
    assert len(vectors()) > 65
    for typed, expected in vectors():
        name = spelling.a_label_form(typed)
        outcome = suffix.registrable(name)
        if expected is None:
            assert outcome == name
            assert suffix.is_public(name) or "." not in name
        else:
            assert outcome == spelling.a_label_form(expected)


def test_N08_an_unknown_top_level_domain_is_no_suffix() -> None:
    assert not suffix.is_known("acme.notatld")
    assert not suffix.is_public("notatld")
    assert suffix.registrable("a.b.notatld") == "b.notatld"
