"""Sealing: authenticated encryption of private keys at rest (K09).

A sealed key is one version byte, a nonce of 12 bytes, then ciphertext and tag of AES-256-GCM
(NIST SP 800-38D). The version leaves room for another master key or algorithm beside this one.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from letterhead.ports import SealBroken

MASTER_KEY_BYTES = 32

_VERSION = b"\x01"
_NONCE_BYTES = 12  # NIST SP 800-38D §5.2.1.1; at random, good for 2^32 sealings under one key (§8.3)


class Sealer:
    """Seals and opens with one master key of 32 bytes. Fills ports.Seal.

    Raises ValueError for a key of another length.
    """

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != MASTER_KEY_BYTES:
            raise ValueError(f"a master key has {MASTER_KEY_BYTES} bytes, not {len(master_key)}")
        self._cipher = AESGCM(master_key)

    def seal(self, plain: bytes, bind: bytes) -> bytes:
        """Encrypt `plain`; it can be opened only with the same `bind`, which is not kept inside."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, _VERSION + bind)

    def open(self, sealed: bytes, bind: bytes) -> bytes:
        """What was sealed. Raises SealBroken."""
        if not sealed.startswith(_VERSION):
            raise SealBroken("sealed by a version of Letterhead that this one does not know")
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, _VERSION + bind)
        except (InvalidTag, ValueError) as error:  # ValueError: too short for a nonce
            raise SealBroken("another master key, bound to something else, or damaged") from error
