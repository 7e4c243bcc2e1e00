"""Hostile text in every text field of every operation: refused, or kept as it is; never in a header (A08).

The fields are found in the OpenAPI document, so that a new one is tried without anybody thinking of it.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.api.conftest import Api
from tests.api.operations import OPERATIONS, Operation

LINES = {
    "header": "acme.com\r\nX-Evil: 1",
    "blind copy": "acme.com\nBcc: eve@evil.example",
    "body": "acme.com\r\n\r\n<script>alert(1)</script>",
    "folded": "acme.com\r\n X-Evil: 1",
    "carriage return": "acme.com\rX-Evil: 1",
    "encoded": "acme.com%0d%0aX-Evil:%201",
    "encoded twice": "acme.com%250d%250aX-Evil: 1",
    "escaped": "acme.com\\r\\nX-Evil: 1",
    "encoded word": "=?utf-8?q?acme=0d=0aX-Evil:_1?=",
    "next line": "acme.com\u0085X-Evil: 1",
    "line separator": "acme.com\u2028X-Evil: 1",
    "paragraph separator": "acme.com\u2029X-Evil: 1",
    "letters whose low octet breaks a line": "acme.com\u010d\u010aX-Evil: 1",
    "vertical tab": "acme.com\u000bX-Evil: 1",
    "form feed": "acme.com\u000cX-Evil: 1",
    "nul": "acme.com\u0000X-Evil: 1",
    "escape": "acme.com\u001b[2JX-Evil: 1",
    "delete": "acme.com\u007fX-Evil: 1",
}
SIGNS = {
    "empty": "",
    "blank": " ",
    "quotes": "'\"`",
    "a title that ends": "</title><script>alert(1)</script>",
    "a template": "{{7*7}}${7*7}<%= 7*7 %>",
    "a format": "%s%n%x{0.__class__}",
    "a path": "../../../../etc/passwd",
    "a device": "CON",
    "a formula": "=cmd|' /C calc'!A0",
    "a word of YAML": "!!python/object/apply:os.system [id]",
    "from right to left": "\u202emoc.emca",
    "no width": "ac\u200bme.com",
    "byte order mark": "\ufeffacme.com",
    "piled up": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467.com",
    "no character": "\uffff\ufffe\ufdd0",
    "beyond the first plane": "\U0010ffff",
    "long": "a" * 60_000,
}
HOSTILE = LINES | SIGNS


def texts(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field that takes a text, or a list of texts, and how a text is put into it."""
    schema = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    for name, field in schema.get("properties", {}).items():
        for kind in (field, *field.get("anyOf", ()), *field.get("oneOf", ())):
            if kind.get("type") == "string" or "$ref" in kind:
                yield name, str
            elif kind.get("type") == "array":
                yield name, lambda text: [text]


def fields(document: dict[str, Any]) -> list[tuple[Operation, str, Any]]:
    """The operations that take a body, with each of its fields."""
    described = {_bare(path): item for path, item in document["paths"].items()}
    found = []
    for operation in OPERATIONS:
        body = described[_bare("/api/v2" + operation.path)][operation.method.lower()].get("requestBody", {})
        for media in body.get("content", {}).values():
            found += [(operation, name, put) for name, put in texts(media["schema"], document)]
    return found


def _bare(path: str) -> str:
    """A path whose parameters have no names."""
    return re.sub(r"\{\w+\}", "{}", path)


async def test_A08_every_text_field_that_we_have_is_tried(api: Api) -> None:
    tried = {
        (each.path, name) for each, name, _ in fields((await api.client.get("/openapi/native.json")).json())
    }
    assert tried >= {
        ("/domains", "domain"),
        ("/domains", "profile"),
        ("/domains", "mode"),
        ("/domains/{domain}/transfer", "team"),
        ("/keys", "name"),
        ("/keys", "role"),
        ("/keys", "permissions"),
        ("/keys", "domains"),
        ("/keys", "mailboxes"),
        ("/keys", "expires_at"),
    }
    with_body = {each.path for each in OPERATIONS if each.body}
    assert with_body - {"/domains/{domain}"} <= {path for path, _ in tried}  # that one takes a boolean


async def test_A08_hostile_text_in_any_field_is_refused_or_kept_and_reaches_no_header(api: Api) -> None:
    found = fields((await api.client.get("/openapi/native.json")).json())
    key = await api.key()
    domain = await api.domain(key)
    for title, hostile in HOSTILE.items():
        for operation, name, put in found:
            path = re.sub(r"\{\w+\}", "none", operation.path.replace("{domain}", domain))
            answer = await api.ask(
                operation.method, path, key, json={**(operation.body or {}), name: put(hostile)}
            )
            case = (operation.name, name, title)
            assert answer.status_code in {200, 201, 403, 404, 409, 422}, (*case, answer.text)
            assert harmless(answer), case
            if answer.status_code < 300 and title in LINES:
                assert answer.json()[name] == put(hostile), case
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json", case


async def test_A08_hostile_text_in_a_query_or_a_path_reaches_no_header(api: Api) -> None:
    key = await api.key()
    for title, hostile in LINES.items():
        for params in ({"domain": hostile}, {"cursor": hostile}, {"status": hostile}, {hostile: "1"}):
            answer = await api.ask("GET", "/domains", key, params=params)
            assert (answer.status_code, harmless(answer)) == (422, True), title
        quoted = "".join(f"%{octet:02x}" for octet in hostile.encode())
        answer = await api.ask("GET", f"/domains/{quoted}", key)
        assert (answer.status_code, harmless(answer)) == (404, True), title


def harmless(answer: httpx2.Response) -> bool:
    """Whether no header came in by the text, and none holds a sign that could let one in."""
    added = {"x-evil", "bcc"} & set(answer.headers)
    return not added and not any(sign in value for value in answer.headers.values() for sign in "\r\n\0")
