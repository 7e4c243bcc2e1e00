"""What is sealed comes back whole with the same key and binding, and not at all otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.ports import SealBroken
from letterhead.provider.seal import Sealer

keys = st.binary(min_size=32, max_size=32)


@given(key=keys, plain=st.binary(max_size=2_000), bind=st.binary(max_size=300))
def test_what_is_sealed_comes_back(key: bytes, plain: bytes, bind: bytes) -> None:
    sealer = Sealer(key)
    assert sealer.open(sealer.seal(plain, bind), bind) == plain


@given(key=keys, plain=st.binary(max_size=200), bind=st.binary(), other=st.binary())
def test_K09_a_sealed_key_cannot_be_moved_to_another_domain(
    key: bytes, plain: bytes, bind: bytes, other: bytes
) -> None:
    sealer = Sealer(key)
    sealed = sealer.seal(plain, bind)
    if other != bind:
        with pytest.raises(SealBroken):
            sealer.open(sealed, other)


@given(key=keys, other=keys, plain=st.binary(max_size=200))
def test_K09_another_master_key_opens_nothing(key: bytes, other: bytes, plain: bytes) -> None:
    sealed = Sealer(key).seal(plain, b"")
    if other != key:
        with pytest.raises(SealBroken):
            Sealer(other).open(sealed, b"")


@given(plain=st.binary(max_size=100), data=st.data())
def test_every_flipped_bit_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealer = Sealer(bytes(32))
    sealed = bytearray(sealer.seal(plain, b"a"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        sealer.open(bytes(sealed), b"a")


@given(plain=st.binary(max_size=100), data=st.data())
def test_everything_cut_short_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal(plain, b"a")
    with pytest.raises(SealBroken):
        sealer.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], b"a")


@given(st.binary())
def test_nothing_but_what_was_sealed_can_be_opened(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        Sealer(bytes(32)).open(noise, b"")


def test_the_same_text_is_never_sealed_alike() -> None:
    sealer = Sealer(bytes(32))
    assert len({sealer.seal(b"text", b"") for _ in range(1_000)}) == 1_000


def test_a_sealed_key_names_its_version_and_hides_the_rest() -> None:
    sealed = Sealer(bytes(32)).seal(b"private", b"bound")
    assert sealed[0] == 1
    assert len(sealed) == 1 + 12 + len(b"private") + 16
    assert b"private" not in sealed
    assert b"bound" not in sealed


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(bytes(length))


def test_K09_a_sealer_does_not_show_its_key() -> None:
    key = b"k" * 32
    assert "kkk" not in repr(Sealer(key))
