"""What a transcript holds an answer to: every byte, but for what no two runs have in common."""

import re
from pathlib import Path

import httpx2
import pytest

from tests.wire import stage
from tests.wire.asked import domains
from tests.wire.placeholder import Bindings
from tests.wire.replay import difference
from tests.wire.transcript import Exchange, NoTranscript, Step, read

WRITTEN = """\
# zone acme.com

### Register
POST /v1/domains?x=1
Authorization: Bearer {{mine}}

{"domain": "é.com"}

HTTP/1.1 201 Created
Content-Type: application/json

{
  "id": "dom_{{id}}",
  "domain": "é.com",
  "at": ["{{time1}}", "{{time1}}"]
}

# 6 hours pass
"""
BODY = '{"id":"dom_01x","domain":"é.com","at":["2026-01-15T12:00:00Z","2026-01-15T12:00:00Z"]}'


def written(tmp_path: Path, text: str = WRITTEN) -> list[Exchange | Step]:
    path = tmp_path / "01-some.http"
    path.write_text(text, "utf-8")
    return read(path)


def exchange(tmp_path: Path, text: str = WRITTEN) -> Exchange:
    return next(part for part in written(tmp_path, text) if isinstance(part, Exchange))


def answer(body: str = BODY, status: int = 201, content_type: str = "application/json") -> httpx2.Response:
    return httpx2.Response(status, headers={"content-type": content_type}, content=body.encode())


def test_a_transcript_is_read_in_order(tmp_path: Path) -> None:
    before, one, after = written(tmp_path)
    assert (before, after) == (Step(1, "zone acme.com"), Step(18, "6 hours pass"))
    assert isinstance(one, Exchange)
    assert (one.line, one.title, one.method, one.path, one.status) == (
        3,
        "Register",
        "POST",
        "/v1/domains?x=1",
        201,
    )
    assert one.request.headers == (("Authorization", "Bearer {{mine}}"),)
    assert one.request.body == '{"domain": "é.com"}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no exchange"),
        ("# zone acme.com", "holds no exchange"),
        ("GET /", "stands in no exchange"),
        ("### x\nGET /\n", "0 answers"),
        ("### x\nGET /\n\nHTTP/1.1 200\n\nHTTP/1.1 200\n", "2 answers"),
        ("### x\nfetch it please\n\nHTTP/1.1 200\n", "not a method and a path"),
    ],
)
def test_what_is_no_transcript_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(NoTranscript, match=said):
        written(tmp_path, text)


def test_the_same_bytes_are_no_difference(tmp_path: Path) -> None:
    assert difference(exchange(tmp_path), answer(), Bindings({})) == ""


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (answer(status=200), "+HTTP/1.1 200"),
        (answer(content_type="application/problem+json"), "+Content-Type: application/problem+json"),
        (answer(BODY.replace("dom_", "mdom_")), '+  "id": "mdom_01x",'),
        (answer(BODY.replace("é", "\\u00e9")), "but for how it is written"),
        (answer(BODY.replace(",", ", ")), "but for how it is written"),
        (answer(BODY + "\n"), "but for how it is written"),
        (answer(BODY[:-1] + ',"more":1}'), '+  "more": 1'),
        (answer('{"domain":"é.com","id":"dom_01x"' + BODY[34:]), '-  "domain": "é.com",'),
        (answer(BODY.replace("12:00:00Z", "12:00:01Z", 1)), "2026-01-15T12:00:01Z"),
        (answer(BODY.replace("12:00:00Z", "12:00:00.5Z")), "12:00:00.5Z"),
        (answer(BODY.replace("00Z", "00+00:00")), "00+00:00"),
        (answer("nothing"), "+nothing"),
    ],
)
def test_everything_else_is_told_by_a_diff(tmp_path: Path, told: httpx2.Response, line: str) -> None:
    assert line in difference(exchange(tmp_path), told, Bindings({}))


def test_what_stood_there_first_must_stand_there_ever_after(tmp_path: Path) -> None:
    bindings, one = Bindings({}), exchange(tmp_path)
    assert difference(one, answer(), bindings) == ""
    assert "dom_01y" in difference(one, answer(BODY.replace("01x", "01y")), bindings)
    assert bindings.filled("/v1/domains/dom_{{id}}") == "/v1/domains/dom_01x"


def test_what_passes_is_forgotten_after_its_exchange() -> None:
    bindings = Bindings({})
    assert bindings.match("req_{{request}} {{id}}", "req_1 x")
    assert not bindings.match("req_{{request}}", "req_2")
    bindings.forget()
    assert bindings.match("req_{{request}} {{id}}", "req_2 x")
    assert not bindings.match("{{id}}", "y")


def test_a_placeholder_that_stands_for_nothing_yet_can_not_be_sent() -> None:
    with pytest.raises(KeyError):
        Bindings({}).filled("/v1/domains/dom_{{id}}")


def test_a_body_that_is_not_looked_at(tmp_path: Path) -> None:
    one = exchange(tmp_path, "### x\nGET /\n\nHTTP/1.1 200\n\n...\n")
    assert difference(one, answer("whatever", 200, "text/plain"), Bindings({})) == ""
    assert difference(one, answer("whatever", 404, "text/plain"), Bindings({}))


def test_no_body_is_no_body(tmp_path: Path) -> None:
    one = exchange(tmp_path, "### x\nDELETE /\n\nHTTP/1.1 204\n")
    assert difference(one, httpx2.Response(204), Bindings({})) == ""
    assert difference(one, answer("{}", 204), Bindings({}))


def test_every_step_that_is_described_or_written_down_means_something() -> None:
    described = re.findall(r"^# (.+?)(?:  .*)?$", stage.__doc__ or "", re.MULTILINE)
    files = sorted(Path(__file__).parent.glob("*/*.http"))
    taken = [part.text for file in files for part in read(file) if isinstance(part, Step)]
    assert len(described) > 10
    for step in (*described, *taken):
        stage.understood(step)


@pytest.mark.parametrize("step", ["publish everything, please", "name servers rest", "a while passes", ""])
def test_a_step_that_means_nothing_is_an_error(step: str) -> None:
    with pytest.raises(stage.NoStep):
        stage.understood(step)


A, B = "acme.com", "mail.acme.com"


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        (  # mails
            {
                "domain": A,
                "dns_records": {"mx": {"type": "MX", "host": A, "value": "mx.x.net", "priority": 10}},
            },
            {"mx": "acme.com. 300 IN MX 10 mx.x.net."},
        ),
        (  # agentmail_pro
            {
                "domain": A,
                "dnsRecords": [
                    {"type": "MX", "name": A, "value": "10 mx.x.net", "priority": 10},
                    {"type": "TXT", "name": f"_amazonses.{A}", "value": "abc"},
                    {"type": "TXT", "name": f"lh._domainkey.{A}", "value": "v=DKIM1; p=" + "k" * 300},
                ],
            },
            {
                "mx": "acme.com. 300 IN MX 10 mx.x.net.",
                "ownership": '_amazonses.acme.com. 300 IN TXT "abc"',
                "dkim": f'lh._domainkey.acme.com. 300 IN TXT "v=DKIM1; p={"k" * 244}" "{"k" * 56}"',
            },
        ),
        (  # sendmux
            {
                "ok": True,
                "data": {
                    "domain": B,
                    "dns_records": {
                        "mx": [{"priority": 10, "target": "mx.x.net"}],
                        "spf": {"name": B, "value": "v=spf1 -all"},
                        "dmarc": {"name": f"_dmarc.{B}", "value": "v=DMARC1; p=none"},
                        "dkim": [{"name": f"t._domainkey.{B}", "value": "t.dkim.x.net"}],
                        "mail_from": {
                            "mx": {"name": f"bounce.{B}", "priority": 10, "target": "b.x.net"},
                            "spf": {"name": f"bounce.{B}", "value": "v=spf1 a -all"},
                        },
                    },
                },
            },
            {
                "mx": "mail.acme.com. 300 IN MX 10 mx.x.net.",
                "spf": 'mail.acme.com. 300 IN TXT "v=spf1 -all"',
                "dmarc": '_dmarc.mail.acme.com. 300 IN TXT "v=DMARC1; p=none"',
                "dkim": "t._domainkey.mail.acme.com. 300 IN CNAME t.dkim.x.net.",
                "mail_from_mx": "bounce.mail.acme.com. 300 IN MX 10 b.x.net.",
                "mail_from_spf": 'bounce.mail.acme.com. 300 IN TXT "v=spf1 a -all"',
            },
        ),
    ],
    ids=["mails", "agentmail_pro", "sendmux"],
)
def test_what_an_answer_asks_for_is_read_as_its_client_would(shown: object, asked: dict[str, str]) -> None:
    for body in (shown, [shown]):
        ((_, records),) = domains(body)
        assert {each.role: each.line for each in records} == asked
    assert list(domains({"domains": [{"domain": A}]})) == []
