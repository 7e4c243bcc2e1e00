"""Cursors: where a list goes on, opaque and signed, so that nobody makes up or borrows one (A13)."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from hashlib import sha256

from letterhead.core.refusal import invalid

_MAC = 16
"""Octets of the signature: a cursor is no credential, each page is read with the asker's own rights."""


class Cursors:
    """Writes and reads cursors with the server's secret; the same secret on every node."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, team: str, listing: str, position: str) -> str:
        """A cursor for a position in one list of one team."""
        return urlsafe_b64encode(self._mac(team, listing, position) + position.encode()).decode().rstrip("=")

    def read(self, team: str, listing: str, cursor: str) -> str:
        """The position that a cursor stands for. Raises `bad_cursor` for one of another list or team."""
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            raw = urlsafe_b64decode(padded)
            position = raw[_MAC:].decode()
        except (NotBase64, UnicodeError) as error:
            raise _bad() from error
        # The whole cursor is compared: base64 has several spellings of the same octets (RFC 4648 §3.5).
        if not hmac.compare_digest(cursor, self.write(team, listing, position)):
            raise _bad()
        return position

    def _mac(self, team: str, listing: str, position: str) -> bytes:
        message = b"".join(_framed(part) for part in (team, listing, position))
        return hmac.digest(self._secret, message, sha256)[:_MAC]


def _framed(part: str) -> bytes:
    """The part behind its length, so that no two triples read the same."""
    raw = part.encode()
    return len(raw).to_bytes(4, "big") + raw


def _bad() -> Exception:
    return invalid(
        "bad_cursor",
        "This cursor was not given out for this list.",
        mend="Use next_cursor of the last page as it is, or leave cursor out to start anew.",
        param="cursor",
    )
