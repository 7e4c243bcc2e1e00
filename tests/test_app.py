"""What app.py ties together at start, and what keeps it from starting."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from letterhead import app
from letterhead.config import Config, load
from letterhead.core.identity import SealedKey
from letterhead.core.refusal import Refusal
from letterhead.provider.master_key import FILE_NAME
from letterhead.provider.relay import binding
from letterhead.provider.seal import Sealer
from letterhead.store.relational import open_store
from tests.store.samples import ACME, a_domain


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = load(None, {"LETTERHEAD_SERVER_DATA_DIR": str(tmp_path)})
    app.prepare(config)
    return config


async def keep_a_key(config: Config, sealer: Sealer) -> None:
    """Register a domain whose private key this sealer has sealed."""
    store = open_store(config.store.url)
    await store.teams.add(ACME)
    key = SealedKey("lh1", sealer.seal(b"private", binding("lh1", "acme.com")))
    await store.domains.add(a_domain("acme.com"), (key,), ())
    await store.close()


async def test_K09_the_master_key_that_sealed_the_keys_opens_the_world(config: Config) -> None:
    async with app.world(config):
        pass
    await keep_a_key(config, Sealer(app.master_key(config.server.data_dir)))
    async with app.world(config):
        pass


async def test_K09_a_master_key_that_is_gone_is_missed_and_not_made_anew(config: Config) -> None:
    await keep_a_key(config, Sealer(bytes(32)))
    with pytest.raises(Refusal, match=r"master_key.*is missing"):
        async with app.world(config):
            pass
    assert not (config.server.data_dir / FILE_NAME).exists()


async def test_K09_another_nodes_master_key_is_noticed_at_start(config: Config) -> None:
    await keep_a_key(config, Sealer(bytes(32)))
    app.master_key(config.server.data_dir)
    path = re.escape(str(config.server.data_dir / FILE_NAME))
    with pytest.raises(Refusal, match=f"master_key.*{path}.*is another one"):
        async with app.world(config):
            pass


def test_X11_a_server_may_open_as_many_sockets_as_the_system_allows() -> None:
    """Lowered in a child, so that nothing here is changed."""
    script = (
        "import resource, sys, letterhead.app as app\n"
        "_, most = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))\n"
        "async def serve(*_, **__): sys.exit(resource.getrlimit(resource.RLIMIT_NOFILE) != (most, most))\n"
        "app.serve = serve\n"
        "app.run(None)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
