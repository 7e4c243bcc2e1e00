"""The master key's file, `<data_dir>/master.key`: made on first start, readable by its owner alone (K09).

It holds 32 random bytes in base64. Who loses it loses every private key sealed with it; a backup of
the database without it is of no use to a thief.
"""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from letterhead.provider.seal import MASTER_KEY_BYTES

FILE_NAME = "master.key"


class MasterKeyError(Exception):
    """The master key can't be used; the text names the file and the way to mend it."""


def master_key(data_dir: Path, *, may_make: bool = True) -> bytes:
    """The master key of this deployment, made on first use if it may be; 32 bytes.

    A directory that is not there yet is made for its owner alone (0700). Several processes that start at
    once end up with the same key. Raises MasterKeyError.
    """
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            if not may_make:
                raise MasterKeyError(f"{path}: is missing, and there are keys that it sealed: restore it")
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            _create(path)
        return _read(path)
    except OSError as error:
        raise MasterKeyError(f"{path}: {error.strerror}") from error


def _create(path: Path) -> None:
    """Write a fresh key; one that somebody else wrote meanwhile is left as it is."""
    # A temporary file is 0600 from the start. Linking it makes the key appear whole or not at all,
    # and never replaces another.
    with NamedTemporaryFile(dir=path.parent, prefix=FILE_NAME) as file:
        file.write(base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Make the directory's entries durable: keys sealed from now on depend on this file."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise MasterKeyError(f"{path}: others may read or write it (mode {mode:04o}): chmod 600 {path}")
        text = file.read(1024)
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise MasterKeyError(f"{path}: is no master key ({MASTER_KEY_BYTES} bytes in base64): restore it")
    return key
