"""Every transcript, replayed against a whole Letterhead with real name servers behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from letterhead.store.schema import migrate
from tests.nameservers.internet import Internet
from tests.wire.replay import replay
from tests.wire.stage import Stage

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*/*.http"))


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """A root and registries, no customers yet."""
    internet = Internet(tmp_path_factory.mktemp("internet"))
    try:
        yield internet.start()
    finally:
        internet.stop()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the newest schema with nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "letterhead.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_client_is_told_what_is_written_down(
    path: Path, tmp_path: Path, empty: Path, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = HERE / "sites" / f"{path.parent.name}.toml"
    with Stage(site, tmp_path, empty, internet) as stage:
        monkeypatch.setattr("letterhead.app.SystemClock", lambda: stage.clock)
        replay(path, stage)
