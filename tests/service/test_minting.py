"""What a service makes by chance: long enough never to be guessed, shaped so that it can be used."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from letterhead.core.refusal import Refusal
from letterhead.core.spelling import a_label_form
from letterhead.service.minting import KEY_PREFIXES, api_key, digest, identifier, ownership_token, probe_label

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_identifiers_sort_by_the_moment_they_were_made() -> None:
    moments = [NOON + timedelta(milliseconds=n) for n in (0, 1, 1_000, 10**9, 10**12)]
    made = [identifier("dom", moment) for moment in moments]
    assert made == sorted(made)
    assert all(re.fullmatch(r"dom_[0-9a-hjkmnp-tv-z]{26}", each) for each in made)


def test_O12_ten_thousand_tokens_of_160_bits_are_all_different() -> None:
    tokens = {ownership_token() for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert {len(token) for token in tokens} == {32}
    assert all(token.islower() or token.isdigit() for token in tokens), "survives panels that fold case"


@pytest.mark.parametrize(("style", "prefix"), KEY_PREFIXES.items())
def test_A04_an_api_key_has_256_bits_behind_its_prefix(style: str, prefix: str) -> None:
    made = {api_key(style) for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(re.escape(prefix) + r"[A-Za-z0-9_-]{43}", key) for key in made)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(Refusal, match="unknown_style"):
        api_key("brand")


def test_A04_of_a_secret_only_its_sha_256_is_kept() -> None:
    # FIPS 180-2, appendix B.1: the digest of "abc".
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_probe_is_a_label_that_nobody_publishes_twice() -> None:
    assert len({probe_label() for _ in range(100)}) == 100
    assert a_label_form(f"{probe_label()}.acme.com")
