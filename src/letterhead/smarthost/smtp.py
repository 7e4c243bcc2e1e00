"""A letter handed to the smarthost by SMTP (RFC 5321), in a thread: the standard library's client blocks.

    smtp://user:password@mail.acme.com:587    STARTTLS where it is offered; demanded where there is a password
    smtps://user:password@mail.acme.com:465   TLS from the first byte (RFC 8314)

The smarthost is the operator's own choice, so it may be private; its certificate must be valid. Only what it
answers to RCPT and DATA is said of the letter: all before that is said of us, and mended by the operator.
"""

import asyncio
import smtplib
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from letterhead.core.finding import shortened
from letterhead.core.owner_notice import Letter
from letterhead.ports import Undelivered
from letterhead.smarthost.session import Session, TlsSession

SECONDS = 20.0
"""How long the conversation about a letter may take, from the connection to the last answer."""

MORE = 2.0
"""Seconds after which a thread is left to itself that still hangs where no time-out reaches: in a look-up."""

MAX_SAID = 200
"""Characters of what the smarthost said that are kept."""

_PORTS = {"smtp": 587, "smtps": 465}
_THREADS = 2


@dataclass(frozen=True, slots=True, repr=False)
class _Address:
    is_tls: bool
    host: str
    port: int
    user: str
    password: str


class SmtpSmarthost:
    """Fills ports.Smarthost. `url` was checked by the configuration; `sender`, too, stands in From."""

    def __init__(
        self, url: str, sender: str, *, tls: ssl.SSLContext | None = None, seconds: float = SECONDS
    ) -> None:
        self._to = _address(url)
        self._sender = sender
        self._tls = tls or ssl.create_default_context()
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="letterhead-smarthost")

    async def send(self, letter: Letter) -> None:
        """Hand a letter over; returns once it was taken. Raises Undelivered."""
        try:
            text = message(letter, self._sender).as_bytes()
        except (ValueError, IndexError) as error:  # what the standard library raises for odd addresses
            raise Undelivered(f"it can't be written as a mail: {_plain(error)}", is_final=True) from error
        ends = time.monotonic() + self._seconds
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds + MORE):
                await loop.run_in_executor(self._threads, self._hand_over, letter.email, text, ends)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*error.recipients[letter.email]) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(_said(error.smtp_code, error.smtp_error), is_ours=True) from error
        except (OSError, ValueError) as error:  # a password that is not ASCII is the second
            raise Undelivered(f"the smarthost can't be used: {_plain(error)}", is_ours=True) from error

    def _hand_over(self, to: str, text: bytes, ends: float) -> None:
        session = self._connected(ends)
        try:
            if not self._to.is_tls:
                session.ehlo_or_helo_if_needed()
                if session.has_extn("starttls"):
                    session.starttls(context=self._tls)
                elif self._to.password:
                    raise smtplib.SMTPException("it offers no STARTTLS, and a password is not sent in clear")
            if self._to.password:
                session.login(self._to.user, self._to.password)
            session.sendmail(self._sender, [to], text)
        finally:
            # With the answer to DATA all is decided (RFC 5321 §4.2.5), whatever comes of saying goodbye.
            with suppress(OSError):
                session.quit()
            with suppress(OSError):
                session.close()

    def _connected(self, ends: float) -> Session:
        host, port = self._to.host, self._to.port
        if self._to.is_tls:
            return TlsSession(host, port, ends=ends, context=self._tls)
        return Session(host, port, ends=ends)


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it goes out. It answers nobody, and asks not to be answered by machines (RFC 3834 §5).

    Raises ValueError or IndexError where the standard library can't write it.
    """
    text = EmailMessage()
    text["From"] = sender
    text["To"] = letter.email
    text["Subject"] = letter.subject
    text["Date"] = format_datetime(letter.created_at)
    # The same in every attempt, so that a receiver can tell a repetition (RFC 5322 §3.6.4).
    text["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    text["Auto-Submitted"] = "auto-generated"
    text.set_content(letter.text)
    return text


def _address(url: str) -> _Address:
    parts = urlsplit(url)
    return _Address(
        is_tls=parts.scheme == "smtps",
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _refused(code: int, said: bytes | str) -> Undelivered:
    """What was said of the letter. RFC 5321 §4.2.1: 5yz is a permanent failure."""
    return Undelivered(_said(code, said), is_final=500 <= code < 600)


def _said(code: int, said: bytes | str) -> str:
    return f"{code} {_plain(said.decode('utf-8', 'replace') if isinstance(said, bytes) else said)}"


def _plain(said: object) -> str:
    """Something foreign in one line that every database and log takes."""
    text = str(said) or type(said).__name__
    return shortened("".join(char if char.isprintable() else " " for char in text), MAX_SAID)
