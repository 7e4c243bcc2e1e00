"""A letter handed to the smarthost by SMTP (RFC 5321), in a thread: the standard library's client blocks.

    smtp://user:password@mail.acme.com:587    STARTTLS where it is offered; demanded where there is a password
    smtps://user:password@mail.acme.com:465   TLS from the first byte (RFC 8314)

The smarthost is the operator's own choice, so it may be private; its certificate must be valid.
"""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from letterhead.core.owner_notice import Letter
from letterhead.ports import Undelivered

SECONDS = 20.0
"""How long each step of the conversation may take."""

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
    """Fills ports.Smarthost. `url` was checked by the configuration; `sender` stands in From."""

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
        text = message(letter, self._sender)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._hand_over, text)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _undelivered(code, said) from error
        except smtplib.SMTPResponseException as error:
            raise _undelivered(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(f"the smarthost could not be used: {error!s:.200}") from error

    def _hand_over(self, text: EmailMessage) -> None:
        with self._connected() as session:
            if not self._to.is_tls:
                session.ehlo()
                if session.has_extn("starttls"):
                    session.starttls(context=self._tls)
                elif self._to.password:
                    raise smtplib.SMTPException("it offers no STARTTLS, and a password is not sent in clear")
            if self._to.password:
                session.login(self._to.user, self._to.password)
            session.send_message(text)

    def _connected(self) -> smtplib.SMTP:
        host, port = self._to.host, self._to.port
        if self._to.is_tls:
            return smtplib.SMTP_SSL(host, port, timeout=self._seconds, context=self._tls)
        return smtplib.SMTP(host, port, timeout=self._seconds)


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it goes out. It answers nobody, and asks not to be answered by machines (RFC 3834 §5)."""
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


def _undelivered(code: int, said: bytes | str) -> Undelivered:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    # RFC 5321 §4.2.1: 5yz is a permanent failure.
    return Undelivered(f"{code} {text:.200}", is_final=500 <= code < 600)
