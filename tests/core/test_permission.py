"""Permissions: every one against every way to hold it; deny by default."""

import itertools

import pytest

from letterhead.core.permission import (
    MEMBER_ROLES,
    PERMISSIONS,
    ROLES,
    Actor,
    granted,
    require_subset,
    within,
)
from letterhead.core.refusal import Refusal
from letterhead.core.team import MemberRole


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


def test_A02_what_another_service_calls_a_scope_grants_what_it_stands_for() -> None:
    assert granted(frozenset({"email_domains:read"})) == {"domain.read"}
    assert granted(frozenset({"email_domains:manage", "key.read"})) == {"domain.*", "key.read"}
    with pytest.raises(Refusal, match="unknown_permission"):
        granted(frozenset({"email_domains:write"}))


@pytest.mark.parametrize("role", MemberRole)
def test_A03_no_member_may_give_a_role_that_may_more_than_their_own(role: MemberRole) -> None:
    ranks = list(MemberRole)
    giver = actor(*MEMBER_ROLES[role])
    for given in MemberRole:
        if ranks.index(given) >= ranks.index(role):
            require_subset(giver, MEMBER_ROLES[given], "role")
        else:
            with pytest.raises(Refusal, match="exceeds_own_permissions"):
                require_subset(giver, MEMBER_ROLES[given], "role")


def test_A02_only_owners_change_and_remove_members_and_viewers_only_look() -> None:
    for role, held in MEMBER_ROLES.items():
        who = actor(*held)
        assert who.may("member.update") == who.may("member.delete") == (role is MemberRole.OWNER)
        assert all(who.may(each) for each in PERMISSIONS if each.endswith(".read"))
    assert {p for p in PERMISSIONS if actor(*MEMBER_ROLES[MemberRole.VIEWER]).may(p)} == {
        p for p in PERMISSIONS if p.endswith(".read")
    }


@pytest.mark.parametrize(("held", "bound"), list(itertools.product(sorted(PERMISSIONS), repeat=2)))
def test_A03_within_bounds_is_what_both_hold(held: str, bound: str) -> None:
    assert within(frozenset({held}), frozenset({bound})) == ({held} if held == bound else set())
    wildcard = frozenset({f"{bound.partition('.')[0]}.*"})
    same_noun = held.partition(".")[0] == bound.partition(".")[0]
    assert (
        within(frozenset({held}), wildcard)
        == within(wildcard, frozenset({held}))
        == ({held} if same_noun else set())
    )
