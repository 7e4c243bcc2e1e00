"""Keys: nobody grants more than they hold, secrets are kept nowhere, and what ends ends at once."""

from datetime import timedelta
from typing import Any

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from letterhead.core.permission import PERMISSIONS, ROLES
from letterhead.core.refusal import Kind, Refusal
from letterhead.provider.key_pool import KeyPool
from letterhead.provider.relay import Relay
from letterhead.provider.seal import Sealer
from letterhead.service.minting import KEY_PREFIXES, digest
from tests.service.world import World

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ({"key.create", "domain.read"}, {"domain.read"}),
        ({"key.create", "domain.read"}, {"domain.read", "key.create"}),
        ({"key.create", *(p for p in PERMISSIONS if p.startswith("domain."))}, {"domain.*"}),
        ({"key.*", "domain.*"}, {"domain.*", "key.*"}),
    ],
)
async def test_A03_what_one_holds_one_may_grant(world: World, held: set[str], wanted: set[str]) -> None:
    actor = await world.actor("acme", *held)
    key, secret = await world.services.keys.create(actor, name="k", permissions=frozenset(wanted))
    assert key.permissions == (await world.services.keys.authenticate(secret)).permissions == wanted


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ({"key.create", "domain.read"}, {"domain.verify"}),
        ({"key.create", "domain.read"}, {"domain.read", "domain.*"}),
        ({"key.create", "domain.read"}, {"key.delete"}),
        ({"key.*"}, set(PERMISSIONS)),
    ],
)
async def test_A03_what_one_does_not_hold_one_may_not(world: World, held: set[str], wanted: set[str]) -> None:
    actor = await world.actor("acme", *held)
    with pytest.raises(Refusal) as said:
        await world.services.keys.create(actor, name="k", permissions=frozenset(wanted))
    assert (said.value.kind, said.value.code) == (Kind.FORBIDDEN, "exceeds_own_permissions")
    assert await world.store.keys.page(actor.team, limit=10) == []


@pytest.mark.parametrize("role", ROLES)
async def test_A03_a_role_is_no_way_around_it(world: World, role: str) -> None:
    actor = await world.actor("acme", "key.create", "domain.read")
    with pytest.raises(Refusal, match="exceeds_own_permissions"):
        await world.services.keys.create(actor, name="k", role=role)


async def test_A03_a_limited_key_makes_only_keys_with_the_same_limit_or_a_narrower_one(world: World) -> None:
    limited = await world.actor("acme", domains=frozenset({"dom_1", "dom_2"}))
    create = world.services.keys.create
    key, secret = await create(limited, name="k", role="root:full")
    assert key.domains == {"dom_1", "dom_2"}
    assert (await world.services.keys.authenticate(secret)).domains == {"dom_1", "dom_2"}
    key, _ = await create(limited, name="k", role="root:full", domains=frozenset({"dom_2"}))
    assert key.domains == {"dom_2"}
    with pytest.raises(Refusal, match="exceeds_own_domains"):
        await create(limited, name="k", role="root:full", domains=frozenset({"dom_2", "dom_3"}))
    with pytest.raises(Refusal, match="exceeds_own_mailboxes"):
        await create(limited, name="k", role="root:full", mailboxes=frozenset({"adr_1"}))


async def test_A03_a_key_limited_to_mailboxes_makes_only_keys_with_the_same_limit(world: World) -> None:
    create = world.services.keys.create
    key, secret = await create(
        await world.actor(), name="k", role="root:full", mailboxes=frozenset({"adr_1", "adr_2"})
    )
    assert (key.domains, key.mailboxes) == (frozenset(), {"adr_1", "adr_2"})
    limited = await world.services.keys.authenticate(secret)
    assert (limited.domains, limited.mailboxes) == (frozenset(), {"adr_1", "adr_2"})
    same, _ = await create(limited, name="k", role="root:full")
    assert (same.domains, same.mailboxes) == (key.domains, key.mailboxes)
    fewer, _ = await create(limited, name="k", role="root:full", mailboxes=frozenset({"adr_2"}))
    assert fewer.mailboxes == {"adr_2"}
    for wanted, code in (
        ({"mailboxes": frozenset({"adr_2", "adr_3"})}, "exceeds_own_mailboxes"),
        ({"domains": frozenset({"dom_1"})}, "exceeds_own_domains"),
    ):
        with pytest.raises(Refusal, match=code):
            await create(limited, name="k", role="root:full", **wanted)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "role_or_permissions"),
        ({"role": "root:full", "permissions": frozenset({"domain.read"})}, "role_or_permissions"),
        ({"role": "root"}, "unknown_role"),
        ({"permissions": frozenset({"domain.fly"})}, "unknown_permission"),
        ({"permissions": frozenset({"*"})}, "unknown_permission"),
        ({"role": "root:full", "style": "none"}, "unknown_style"),
    ],
)
async def test_what_makes_no_sense_makes_no_key(world: World, given: dict[str, Any], code: str) -> None:
    actor = await world.actor()
    with pytest.raises(Refusal) as said:
        await world.services.keys.create(actor, name="k", **given)
    assert (said.value.kind, said.value.code) == (Kind.INVALID, code)
    assert await world.store.keys.page(actor.team, limit=10) == []


async def test_A04_secrets_are_long_and_neither_kept_nor_logged(world: World) -> None:
    actor = await world.actor()
    with structlog.testing.capture_logs() as logs:
        made = [
            await world.services.keys.create(actor, name="k", role="root:full", style=style)
            for style in KEY_PREFIXES
        ]
        for key, secret in made:
            assert (await world.services.keys.authenticate(secret)).key == key.id
            with pytest.raises(Refusal) as said:
                await world.services.keys.authenticate(secret + "x")
            assert secret not in f"{said.value} {said.value.mend}"
    contents = world.contents()
    for (key, secret), prefix in zip(made, KEY_PREFIXES.values(), strict=True):
        random = secret.removeprefix(prefix)
        assert len(random) * 6 >= 256
        assert random.encode() not in contents
        assert random not in str(logs)
        assert digest(secret).encode() in contents, "the dump was looked at where keys are"
        assert key.hint == f"{prefix}…{secret[-4:]}"


class Remembering(KeyPool):
    """A pool that keeps what it gave away."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[RSAPrivateKey] = []

    async def take(self) -> RSAPrivateKey:
        self.given.append(await super().take())
        return self.given[-1]


async def test_A04_private_keys_lie_sealed(world: World) -> None:
    pool, master = Remembering(), b"k" * 32
    world.provider = Relay(pool, Sealer(master))
    world.services = world.node(world.dns)
    domain = await world.registered(await world.actor())
    (key,) = pool.given
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    numbers = key.private_numbers()
    parts = [number.to_bytes(256, "big").lstrip(b"\0") for number in (numbers.p, numbers.q, numbers.d)]
    contents = world.contents()
    assert domain.dkim_key.encode() in contents, "the dump was looked at where keys are"
    for secret in (der, *parts, master, b"PRIVATE KEY"):
        assert secret not in contents


async def test_a_revoked_key_opens_nothing_from_then_on(world: World) -> None:
    actor = await world.actor()
    key, secret = await world.services.keys.create(actor, name="k", role="root:readonly")
    asking = await world.services.keys.authenticate(secret)
    assert asking.permissions == ROLES["root:readonly"]
    await world.services.keys.revoke(actor, key.id)
    with pytest.raises(Refusal) as said:
        await world.services.keys.authenticate(secret)
    assert said.value.kind is Kind.UNAUTHENTICATED
    with pytest.raises(Refusal, match="key_not_found"):
        await world.services.keys.revoke(actor, key.id)
    assert key.id not in {each.id for each in await world.services.keys.page(actor, limit=10)}


async def test_a_key_expires_at_its_moment_and_is_refused_like_an_unknown_one(world: World) -> None:
    actor = await world.actor()
    end = world.clock.now() + HOUR
    _, secret = await world.services.keys.create(actor, name="k", role="root:full", expires_at=end)
    with pytest.raises(Refusal, match="expires_in_the_past"):
        await world.services.keys.create(actor, name="k", role="root:full", expires_at=world.clock.now())
    world.pass_time(HOUR - timedelta(seconds=1))
    await world.services.keys.authenticate(secret)
    world.pass_time(timedelta(seconds=1))
    said = []
    for each in (secret, "lh_unknown", "", "x" * 100_000):
        with pytest.raises(Refusal) as refused:
            await world.services.keys.authenticate(each)
        said.append((refused.value.code, refused.value.text, refused.value.mend))
    assert len(set(said)) == 1


async def test_when_a_key_was_used_is_remembered_to_the_minute(world: World) -> None:
    actor = await world.actor()
    key, secret = await world.services.keys.create(actor, name="k", role="root:full")
    first = world.clock.now()
    for seconds in (0, 30, 29):
        world.clock.advance(seconds)
        await world.services.keys.authenticate(secret)
    (kept,) = await world.services.keys.page(actor, limit=1)
    assert (kept.id, kept.last_used_at) == (key.id, first)
    world.clock.advance(1)
    await world.services.keys.authenticate(secret)
    (kept,) = await world.services.keys.page(actor, limit=1)
    assert kept.last_used_at == world.clock.now()
