"""Permissions: every one against every way to hold it; deny by default."""

import itertools

import pytest

from letterhead.core.permission import PERMISSIONS, ROLES, Actor, granted, require_subset
from letterhead.core.refusal import Refusal


def actor(*permissions: str, domains: frozenset[str] | None = None) -> Actor:
    return Actor("team_a", "key_1", frozenset(permissions), domains)


@pytest.mark.parametrize(("held", "asked"), list(itertools.product(sorted(PERMISSIONS), repeat=2)))
def test_A02_a_permission_grants_itself_and_nothing_else(held: str, asked: str) -> None:
    assert actor(held).may(asked) == (held == asked)


@pytest.mark.parametrize("asked", sorted(PERMISSIONS))
def test_A02_a_wildcard_grants_its_noun_and_nothing_else(asked: str) -> None:
    assert actor("domain.*").may(asked) == asked.startswith("domain.")
    assert not actor().may(asked)
    assert not actor("*").may(asked)
    assert not actor("domain").may(asked)


@pytest.mark.parametrize("asked", sorted(PERMISSIONS))
def test_A02_the_roles_grant_all_and_all_that_reads(asked: str) -> None:
    assert actor(*ROLES["root:full"]).may(asked)
    assert actor(*ROLES["root:readonly"]).may(asked) == asked.endswith(".read")


def test_what_is_denied_is_refused_by_name() -> None:
    with pytest.raises(Refusal) as refused:
        actor("domain.read").must("domain.verify")
    assert refused.value.code == "insufficient_permissions"
    assert "domain.verify" in refused.value.text


@pytest.mark.parametrize(
    ("held", "wanted", "fine"),
    [
        ({"domain.*"}, {"domain.read"}, True),
        ({"domain.*"}, {"domain.*"}, True),
        ({"domain.read"}, {"domain.*"}, False),
        ({"domain.read", "key.create"}, {"key.create"}, True),
        ({"domain.read", "key.create"}, {"domain.verify"}, False),
        ({f"domain.{v}" for v in ("create", "read", "update", "verify", "delete")}, {"domain.*"}, True),
    ],
)
def test_A03_nobody_grants_more_than_they_hold(held: set[str], wanted: set[str], fine: bool) -> None:
    if fine:
        require_subset(actor(*held), frozenset(wanted))
    else:
        with pytest.raises(Refusal, match="exceeds_own_permissions"):
            require_subset(actor(*held), frozenset(wanted))


@pytest.mark.parametrize("unknown", ["domain", "domain.fly", "*", "domain.**", "", "root:full", "key.*.x"])
def test_unknown_permissions_are_refused(unknown: str) -> None:
    with pytest.raises(Refusal, match="unknown_permission"):
        granted(frozenset({unknown}))


def test_unknown_roles_are_refused() -> None:
    with pytest.raises(Refusal, match="unknown_role"):
        granted("root:god")
    assert granted("root:readonly") == ROLES["root:readonly"]


def test_a_key_limited_to_domains_sees_only_those() -> None:
    assert actor(domains=None).sees("dom_1")
    assert actor(domains=frozenset({"dom_1"})).sees("dom_1")
    assert not actor(domains=frozenset({"dom_1"})).sees("dom_2")
    assert not actor(domains=frozenset()).sees("dom_1")
