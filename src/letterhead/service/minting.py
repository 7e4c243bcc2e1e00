"""Minting: identifiers, ownership tokens and API keys; the only place where a service takes chance."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final

from letterhead.core.refusal import invalid
from letterhead.core.signature import SECRET_BYTES

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case: sorts like the number

KEY_PREFIXES: Final = {
    "letterhead": "lh_",
    "mails": "mk_",
    "agentmail_pro": "am_",
    "sendmux": "smx_root_",
    "inboxlayer": "il_",
    "anyreach": "ak_",
    "anyreach_personal": "pat_",
}
"""The style of a key sets its prefix alone: some published clients look at it."""


def identifier(prefix: str, now: datetime) -> str:
    """An id such as dom_01jd2k…: 48 bits of milliseconds and 80 random ones, so it sorts by time."""
    number = int(now.timestamp() * 1000) << 80 | secrets.randbits(80)
    return f"{prefix}_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def ownership_token() -> str:
    """A token of 160 random bits, in lower case and digits that survive every DNS panel (O04, O12)."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


def probe_label() -> str:
    """A label that nobody publishes."""
    return f"lh-{secrets.token_hex(8)}"


def webhook_secret() -> bytes:
    """A secret of 256 random bits that signs what is sent to a webhook."""
    return secrets.token_bytes(SECRET_BYTES)


def api_key(style: str) -> str:
    """A secret of 256 random bits behind the prefix of its style. Raises `unknown_style`."""
    if style not in KEY_PREFIXES:
        raise invalid(
            "unknown_style",
            f"There is no key style {style!r}.",
            mend=f"Use one of {', '.join(KEY_PREFIXES)}.",
            param="style",
        )
    return KEY_PREFIXES[style] + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256 in hex. Secrets of 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
