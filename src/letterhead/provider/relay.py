"""Own keys: we make and keep the DKIM keys, and the DNS alone says whether they are published."""

import base64
import secrets
import string

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from letterhead.core.domain import Domain
from letterhead.core.identity import Identity, Provision, SealedKey
from letterhead.core.profile import DkimStyle
from letterhead.ports import SealBroken
from letterhead.provider.key_pool import KeyPool
from letterhead.provider.seal import Sealer

ALIASES = 3
"""CNAMEs of a domain whose keys live in our own zone."""

_BASE32 = string.ascii_lowercase + "234567"  # RFC 4648 §6 in lower case, as hostnames are compared
_SELECTOR_CHARACTERS = 10  # 50 random bits: enough not to meet an older selector of the domain
_TOKEN_CHARACTERS = 26  # 130 random bits: some profiles take these tokens for the proof of ownership


class Relay:
    """Mail is signed with keys of our own. Fills ports.Provider."""

    def __init__(self, keys: KeyPool, sealer: Sealer) -> None:
        self._keys = keys
        self._sealer = sealer

    async def provision(self, hostname: str, style: DkimStyle) -> Provision:
        """What the style asks for, under selectors that were never used before (K12).

        KEY: one RSA-2048 key. ALIASES: three selectors alone; the keys behind them stand in the site's
        DKIM zone and are not made here. NONE: nothing.
        """
        if style is DkimStyle.KEY:
            return await self._with_key(hostname, "lh" + _random(_SELECTOR_CHARACTERS))
        if style is DkimStyle.ALIASES:
            return Provision(selectors=tuple(_random(_TOKEN_CHARACTERS) for _ in range(ALIASES)))
        return Provision()

    async def identity(self, domain: Domain) -> Identity:  # noqa: ARG002 - the port's, for providers that ask somebody
        """Nothing of our own to say: the DNS judges own keys."""
        return Identity()

    async def start(self, domain: Domain) -> None:
        """Nothing to start: own keys need nobody's verification."""

    def opens(self, hostname: str, key: SealedKey) -> bool:
        """Whether the key of this hostname was sealed with the master key that we have."""
        try:
            self._sealer.open(key.sealed, binding(key.selector, hostname))
        except SealBroken:
            return False
        return True

    async def _with_key(self, hostname: str, selector: str) -> Provision:
        key = await self._keys.take()
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Provision(
            selectors=(selector,),
            dkim_key=base64.b64encode(public).decode("ascii"),
            keys=(SealedKey(selector, self._sealer.seal(private, binding(selector, hostname))),),
        )


def binding(selector: str, hostname: str) -> bytes:
    """What a sealed key is bound to: the name under which its public half is published (RFC 6376 §3.6.2.1).

    No selector of ours holds a dot, so that no two pairs share a name.
    """
    return f"{selector}._domainkey.{hostname}".encode("ascii")


def _random(characters: int) -> str:
    """Random lower-case base32 text, five bits to the character."""
    return "".join(secrets.choice(_BASE32) for _ in range(characters))
