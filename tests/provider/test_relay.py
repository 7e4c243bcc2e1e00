"""Own keys: fresh selectors, keys that receivers accept, private halves that nobody sees."""

import base64
import logging
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from letterhead.core import dkim
from letterhead.core.identity import Identity
from letterhead.core.profile import DkimStyle
from letterhead.ports import SealBroken
from letterhead.provider.key_pool import KeyPool
from letterhead.provider.relay import Relay, binding
from letterhead.provider.seal import Sealer
from tests.core.registration import domain as registration

SEALER = Sealer(bytes(range(32)))


@pytest.fixture
def relay() -> Relay:
    return Relay(KeyPool(), SEALER)


async def test_no_dkim_needs_nothing(relay: Relay) -> None:
    provision = await relay.provision("acme.com", DkimStyle.NONE)
    assert (provision.selectors, provision.dkim_key, provision.keys) == ((), "", ())


async def test_K12_aliases_are_three_fresh_tokens_at_every_registration(relay: Relay) -> None:
    seen: set[str] = set()
    for _ in range(10_000):
        provision = await relay.provision("acme.com", DkimStyle.ALIASES)
        assert len(provision.selectors) == 3
        assert (provision.dkim_key, provision.keys) == ("", ())
        seen.update(provision.selectors)
    assert len(seen) == 30_000
    assert all(re.fullmatch(r"[a-z2-7]{26}", selector) for selector in seen)


async def test_K12_a_key_has_a_fresh_selector_at_every_registration(relay: Relay) -> None:
    first = await relay.provision("acme.com", DkimStyle.KEY)
    second = await relay.provision("acme.com", DkimStyle.KEY)
    assert first.selectors != second.selectors
    assert first.dkim_key != second.dkim_key
    for provision in (first, second):
        (selector,) = provision.selectors
        assert re.fullmatch(r"lh[a-z2-7]{10}", selector)


async def test_K03_the_key_to_publish_is_one_that_every_receiver_accepts(relay: Relay) -> None:
    public = base64.b64decode((await relay.provision("acme.com", DkimStyle.KEY)).dkim_key, validate=True)
    text = dkim.key_record_text(public)
    record = dkim.parse(text.encode())
    assert dkim.same_key(record, public)
    assert record.problems == ()
    assert dkim.choose([text.encode()], public).standing is dkim.Standing.PUBLISHED


async def test_the_sealed_key_is_the_private_half_of_the_published_one(relay: Relay) -> None:
    provision = await relay.provision("acme.com", DkimStyle.KEY)
    (key,) = provision.keys
    private = load_der_private_key(SEALER.open(key.sealed, binding(key.selector, "acme.com")), None)
    assert isinstance(private, RSAPrivateKey)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64encode(public).decode() == provision.dkim_key
    assert (key.selector,) == provision.selectors


async def test_K09_a_sealed_key_opens_for_its_own_name_alone(relay: Relay) -> None:
    (key,) = (await relay.provision("acme.com", DkimStyle.KEY)).keys
    for selector, hostname in ((key.selector, "evil.example"), ("lhaaaaaaaaaa", "acme.com")):
        with pytest.raises(SealBroken):
            SEALER.open(key.sealed, binding(selector, hostname))


async def test_K09_a_relay_knows_the_keys_that_its_master_key_sealed(relay: Relay) -> None:
    (key,) = (await relay.provision("acme.com", DkimStyle.KEY)).keys
    assert relay.opens("acme.com", key)
    assert not Relay(KeyPool(), Sealer(bytes(32))).opens("acme.com", key)


async def test_K09_the_private_key_is_in_no_repr_and_no_log(
    relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provision = await relay.provision("acme.com", DkimStyle.KEY)
    (key,) = provision.keys
    private = SEALER.open(key.sealed, binding(key.selector, "acme.com"))
    loaded = load_der_private_key(private, None)
    assert isinstance(loaded, RSAPrivateKey)
    secret = loaded.private_numbers().d.to_bytes(256, "big").lstrip(b"\0")
    assert secret in private
    shown = repr(provision) + repr(relay) + repr(vars(relay)) + caplog.text
    for form in (repr(secret)[2:-1], secret.hex(), base64.b64encode(private).decode(), "PRIVATE KEY"):
        assert form not in shown
    assert secret not in key.sealed


async def test_the_dns_alone_judges_own_keys(relay: Relay) -> None:
    domain = registration()
    await relay.start(domain)
    assert await relay.identity(domain) == Identity(dkim=None)
