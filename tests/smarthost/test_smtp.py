"""Letters handed to a real SMTP server on loopback."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from letterhead.core.owner_notice import Letter
from letterhead.ports import Undelivered
from letterhead.smarthost.smtp import MAX_SAID, SmtpSmarthost, message
from tests.core.dns import NOON
from tests.nameservers.authority import Authority

LETTER = Letter(
    "ltr_1", "acme", "jane@acme.net", "acme.com: failed", "acme.com has failed ☃.\n.\nEnd\n", NOON, NOON
)
SENDER = "letterhead@post.example"


Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

ANSWERS = {
    "hello": "220 sink",
    "EHLO": "250-sink\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "DATA": "354 go on",
    "taken": "250 taken",
    "QUIT": "221 bye",
}


@asynccontextmanager
async def sink(
    got: list[str], refuse: dict[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """The least that an SMTP server has to say (RFC 5321 §4.1); yields its port.

    refuse  what it says instead to some verbs, in its greeting (hello) and after a letter (taken).
    """
    answers = ANSWERS | (refuse or {})

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{answers['hello']}\r\n".encode())
        while line := (await reader.readline()).decode():
            verb = line[:4].upper()
            got.append(line.strip())
            writer.write(f"{answers.get(verb, '250 fine')}\r\n".encode())
            if verb == "DATA" and answers["DATA"].startswith("354"):
                got.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                writer.write(f"{answers['taken']}\r\n".encode())
            if verb == "QUIT":
                break

    async with listening(serve, tls) as port:
        yield port


@asynccontextmanager
async def listening(serve: Serving, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on loopback, all of whose conversations are over at the end; yields its port."""
    talks: list[asyncio.Task[None] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        with suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*(each for each in talks if each))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def speaking_tls(port: int, authority: Authority, user: str) -> SmtpSmarthost:
    """A smarthost with TLS from the first byte and a password."""
    trusting = ssl.create_default_context(cafile=authority.file)
    return SmtpSmarthost(f"smtps://{user}@127.0.0.1:{port}", SENDER, tls=trusting)


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
        ({"RCPT": "421 going down"}, False),
        ({"DATA": "554 no"}, True),
        ({"DATA": "452 full"}, False),
        ({"taken": "550 spam"}, True),
        ({"taken": "451 later"}, False),
    ],
)
async def test_what_is_said_of_the_letter_decides_whether_it_is_tried_again(
    refuse: dict[str, str], is_final: bool
) -> None:
    async with sink([], refuse) as port:
        with pytest.raises(Undelivered) as refused:
            await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert (refused.value.is_final, refused.value.is_ours) == (is_final, False)
    assert str(refused.value)[:3] == next(iter(refuse.values()))[:3]


@pytest.mark.parametrize(
    "refuse",
    [
        {"hello": "554 not here"},
        {"EHLO": "550 who are you", "HELO": "550 who are you"},
        {"AUTH": "535 wrong password"},
        {"MAIL": "554 not you"},
        {"MAIL": "451 later"},
    ],
)
async def test_what_is_said_of_us_gives_no_letter_up(refuse: dict[str, str], authority: Authority) -> None:
    async with sink([], refuse, authority.server("127.0.0.1")) as port:
        with pytest.raises(Undelivered) as refused:
            await speaking_tls(port, authority, "me:s3cret").send(LETTER)
    assert (refused.value.is_final, refused.value.is_ours) == (False, True)
    assert str(refused.value)[:3] == next(iter(refuse.values()))[:3]


async def test_nor_do_a_starttls_that_is_refused_and_a_password_that_can_not_be_sent(
    authority: Authority,
) -> None:
    async with sink([], {"EHLO": "250-sink\r\n250 STARTTLS", "STAR": "554 no"}) as port:
        with pytest.raises(Undelivered, match="554") as refused:
            await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert (refused.value.is_final, refused.value.is_ours) == (False, True)
    async with sink([], tls=authority.server("127.0.0.1")) as port:
        with pytest.raises(Undelivered, match="ascii") as refused:
            await speaking_tls(port, authority, "me:pa%C3%9Fword").send(LETTER)
    assert (refused.value.is_final, refused.value.is_ours) == (False, True)


async def test_a_smarthost_that_is_away_is_tried_again() -> None:
    async with sink([]) as port:
        pass
    with pytest.raises(Undelivered) as refused:
        await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert (refused.value.is_final, refused.value.is_ours) == (False, True)


@pytest.mark.parametrize("goodbye", ["421 going down", "250 fine", "502 what", "no answer", ""])
async def test_a_letter_that_was_taken_is_sent_whatever_is_said_to_quit(goodbye: str) -> None:
    got: list[str] = []
    async with sink(got, {"QUIT": goodbye}) as port:
        await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert [each for each in got if each.upper() == "QUIT"]


async def test_X12_a_letter_has_one_deadline_however_slowly_the_smarthost_speaks() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"220-sink\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with listening(drip) as port:
        with pytest.raises(Undelivered, match="unexpectedly closed") as refused:
            await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER, seconds=0.2).send(LETTER)
    assert (refused.value.is_final, refused.value.is_ours) == (False, True)


@pytest.mark.parametrize("address", ["=?utf-8?q??=@x.com", "=?us-ascii?q?a=0d=0ab?=@x.com", "=?x@a\nb.com"])
async def test_L17_an_address_that_can_not_stand_in_a_mail_gives_up_its_letter_alone(address: str) -> None:
    got: list[str] = []
    async with sink(got) as port:
        with pytest.raises(Undelivered) as refused:
            await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(replace(LETTER, email=address))
    assert (refused.value.is_final, refused.value.is_ours) == (True, False)
    assert got == []


async def test_L17_a_letter_goes_to_the_address_as_it_is_not_as_a_header_would_be_read() -> None:
    got: list[str] = []
    address = "=?us-ascii?q?jane?=@x.com"
    async with sink(got) as port:
        await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(replace(LETTER, email=address))
    assert f"rcpt TO:<{address}>" in got


async def test_what_the_smarthost_said_is_kept_in_one_short_line() -> None:
    async with sink([], {"RCPT": f"550-no\0such\x1b\r\n550 {'x' * 300}"}) as port:
        with pytest.raises(Undelivered) as refused:
            await SmtpSmarthost(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) <= MAX_SAID + len("550 ")


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
        letter = replace(LETTER, email=values["email"], subject=values["subject"], text="")
        with pytest.raises(ValueError, match=r"linefeed|carriage return|CR or LF"):
            message(letter, SENDER)
