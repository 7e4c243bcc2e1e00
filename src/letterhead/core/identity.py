"""Identities: what a provider knows of a domain, beside what the DNS shows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OWN: Final = "relay"
"""The provider of a site that names no other: keys of our own."""

PROVIDERS: Final = (OWN, "resend", "ses")
"""The providers that a registration may name. One that is not set up here stands for the site's own, and is
echoed as it was named: a published client names one always."""


class Word(StrEnum):
    """A provider's word on DKIM. Words that nobody knows are `pending`, never `success` (V07)."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider knows of a domain. `dkim` is None where it leaves the verdict to the DNS (own keys)."""

    dkim: Word | None = None


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A private DKIM key, encrypted; `sealed` is opaque to everybody but the provider that made it."""

    selector: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Provision:
    """What a provider gives a new domain.

    dkim_key  the public key behind the first selector, SubjectPublicKeyInfo in base64; "" where none.
    keys      the private keys, sealed.
    """

    selectors: tuple[str, ...] = ()
    dkim_key: str = ""
    keys: tuple[SealedKey, ...] = ()
