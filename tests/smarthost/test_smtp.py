"""Letters handed to a real SMTP server on loopback."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from letterhead.core.owner_notice import Letter
from letterhead.ports import Undelivered
from letterhead.smarthost.smtp import SmtpSmarthost, message
from tests.core.dns import NOON

LETTER = Letter("ltr_1", "acme", "jane@acme.net", "acme.com: failed", "acme.com has failed ☃.\n.\nEnd\n", NOON, NOON)
SENDER = "letterhead@post.example"


@asynccontextmanager
async def sink(got: list[str], refuse: dict[str, str] | None = None) -> AsyncIterator[int]:
    """The least that an SMTP server has to say (RFC 5321 §4.1); yields its port."""
    refusing = refuse or {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := (await reader.readline()).decode():
            verb = line[:4].upper()
            got.append(line.strip())
            if verb in refusing:
                writer.write(f"{refusing[verb]}\r\n".encode())
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                got.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                writer.write(b"250 taken\r\n")
            else:
                writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n")
                if verb == "QUIT":
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_letter_arrives_whole() -> None:
    got: list[str] = []
    async with sink(got) as port:
        await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert f"rcpt TO:<{LETTER.email}>" in got
    raw = next(each for each in got if "Subject" in each).replace("\r\n..", "\r\n.")
    parsed = email.message_from_string(raw, policy=email.policy.default)
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert (parsed["From"], parsed["To"], parsed["Subject"]) == (SENDER, LETTER.email, LETTER.subject)
    assert parsed["Message-ID"] == "<ltr_1@post.example>"


@pytest.mark.parametrize(
    ("refuse", "is_final"),
    [
        ({"RCPT": "550 no such user"}, True),
        ({"RCPT": "451 later"}, False),
        ({"MAIL": "554 not you"}, True),
        ({"DATA": "452 full"}, False),
    ],
)
async def test_what_the_smarthost_says_decides_whether_it_is_tried_again(
    refuse: dict[str, str], is_final: bool
) -> None:
    async with sink([], refuse) as port:
        with pytest.raises(Undelivered) as refused:
            await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert refused.value.is_final is is_final
    assert str(refused.value)[:3] == next(iter(refuse.values()))[:3]


async def test_a_smarthost_that_is_away_is_tried_again() -> None:
    async with sink([]) as port:
        pass
    with pytest.raises(Undelivered) as refused:
        await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert not refused.value.is_final


async def test_A04_a_password_is_never_sent_in_clear() -> None:
    got: list[str] = []
    async with sink(got) as port:
        with pytest.raises(Undelivered, match="STARTTLS"):
            await SmtpSmarthost(f"smtp://me:s3cret@127.0.0.1:{port}", SENDER).send(LETTER)
    assert not [each for each in got if each.upper().startswith("AUTH")]
    assert "s3cret" not in repr(SmtpSmarthost(f"smtp://me:s3cret@127.0.0.1:{port}", SENDER)._to)


def test_L17_nothing_in_a_letter_becomes_a_header() -> None:
    for field in ("subject", "email"):
        values = {
            "subject": LETTER.subject,
            "email": LETTER.email,
            field: "a@b.example\r\nBcc: evil@b.example",
        }
        letter = Letter("ltr_1", "acme", values["email"], values["subject"], "", NOON, NOON)
        with pytest.raises(ValueError, match=r"linefeed|carriage return|CR or LF"):
            message(letter, SENDER)
