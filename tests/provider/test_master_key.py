"""The master key's file: made once, for its owner alone, and refused where others may look."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from letterhead.provider.master_key import FILE_NAME, MasterKeyError, master_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_K09_the_first_start_makes_a_key_that_only_its_owner_may_read(tmp_path: Path) -> None:
    data_dir = tmp_path / "var" / "letterhead"
    key = master_key(data_dir)
    assert len(key) == 32
    assert mode(data_dir) == 0o700
    assert mode(data_dir / FILE_NAME) == 0o600
    assert [path.name for path in data_dir.iterdir()] == [FILE_NAME]


def test_later_starts_find_the_same_key(tmp_path: Path) -> None:
    assert master_key(tmp_path) == master_key(tmp_path)


def test_two_deployments_have_different_keys(tmp_path: Path) -> None:
    assert master_key(tmp_path / "a") != master_key(tmp_path / "b")


def test_many_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    for round_ in range(20):
        data_dir = tmp_path / str(round_)
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(master_key, [data_dir] * 8))
        assert keys == {master_key(data_dir)}
        assert [path.name for path in data_dir.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("wide", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o777])
def test_K09_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, wide: int) -> None:
    master_key(tmp_path)
    path = tmp_path / FILE_NAME
    path.chmod(wide)
    with pytest.raises(MasterKeyError, match=f"mode {wide:04o}.*chmod 600 {path}"):
        master_key(tmp_path)
    path.chmod(0o400)
    assert len(master_key(tmp_path)) == 32


@pytest.mark.parametrize("content", [b"", b"c2hvcnQ=", b"!" * 44, b"\xff" * 32, b"A" * 2_000])
def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(MasterKeyError, match=r"master\.key: is no master key"):
        master_key(tmp_path)
    assert path.read_bytes() == content


def test_K09_a_key_that_was_there_before_is_not_replaced_by_another(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyError, match=r"master\.key: is missing.*restore"):
        master_key(tmp_path, may_make=False)
    assert list(tmp_path.iterdir()) == []
    made = master_key(tmp_path)
    assert master_key(tmp_path, may_make=False) == made


def test_a_directory_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MasterKeyError, match=str(tmp_path)):
        master_key(tmp_path / "file")
