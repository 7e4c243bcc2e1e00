"""The seam of the dialects, proven by a small one of the test's own beside the native interface."""

import json
from typing import Any

import msgspec
import pytest
from litestar import Response, get, post
from litestar.openapi.spec import SecurityScheme
from litestar.params import JSONBody

from letterhead.api.answer import Answer
from letterhead.api.dialect import Description, Dialect, Dialects
from letterhead.api.headers import Headers
from letterhead.api.native.dialect import NATIVE
from letterhead.api.problem import Problem
from letterhead.api.request import Request
from letterhead.api.responses import errors
from letterhead.api.settings import Limits
from letterhead.core.permission import Actor
from letterhead.core.refusal import forbidden
from letterhead.service.services import Services
from tests.api.conftest import Api
from tests.api.raw import exchange, read


class Greeting(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom to greet."""

    name: str


class Oops(msgspec.Struct, kw_only=True):
    """What went wrong."""

    oops: str
    at: str


def word(said: Problem, request_id: str, public_url: str) -> Answer:
    del public_url
    body = msgspec.json.encode(Oops(oops=said.code, at=request_id))
    status = 400 if said.status == 422 else said.status
    return Answer(status, {"content-type": "application/json", **said.headers}, body)


async def only_with_a_hat(headers: Headers, services: Services, secret: str, actor: Actor) -> None:
    assert services
    if headers.get("x-hat") not in {None, actor.team} or not secret:
        raise forbidden("wrong_hat", "That is not your hat.")


@post(
    "/greetings",
    responses=errors(Oops, (400, 401, 403)),
    status_code=200,
)
async def greet(request: Request, data: JSONBody[Greeting]) -> Greeting:
    """Greet somebody."""
    return Greeting(name=f"{data.name} of {request.actor.team} {request.id}")


@get("/broken", responses=errors(Oops, (500,)))
async def break_down() -> Response[str]:
    """Break down."""
    raise RuntimeError("a secret of ours")


TOY = Dialect(
    name="toy",
    prefix="/toy/v1",
    handlers=(greet, break_down),
    word=word,
    description=Description(
        title="Toy",
        text="For tests.",
        examples={"Greeting": Greeting(name="Ada")},
        security={"token": SecurityScheme(type="apiKey", name="Authorization", security_scheme_in="header")},
    ),
    schemes=frozenset({"bearer", "token"}),
    admit=only_with_a_hat,
    cors={"access-control-allow-origin": "*", "access-control-allow-methods": "GET, POST, OPTIONS"},
)


@pytest.fixture
def dialects() -> Dialects:
    return Dialects((NATIVE, TOY))


@pytest.fixture
def limits() -> Limits:
    return Limits(body=100, head_time=0.4, connections_per_address=8, drain_time=2)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/toy/v1", "toy"),
        ("/toy/v1/greetings/x", "toy"),
        ("/toy/v10", "native"),
        ("/toy", "native"),
        ("/TOY/v1", "native"),
        ("/", "native"),
        ("", "native"),
        ("/toy/v1/greetings/deep/er", "deeper"),
    ],
)
def test_a_path_belongs_to_the_longest_prefix_in_whole_segments(path: str, name: str) -> None:
    deeper = Dialect(
        name="deeper",
        prefix="/toy/v1/greetings/deep",
        handlers=(),
        word=word,
        description=TOY.description,
    )
    assert Dialects((TOY, deeper, NATIVE)).of(path).name == name


BAD = {
    "unknown path": ("GET", "/toy/v1/nothing", {}, 404, "not_found"),
    "final slash": ("POST", "/toy/v1/greetings/", {}, 404, "not_found"),
    "wrong method": ("DELETE", "/toy/v1/greetings", {}, 405, "method_not_allowed"),
    "no body": (
        "POST",
        "/toy/v1/greetings",
        {"headers": {"content-type": "application/json"}},
        400,
        "malformed_json",
    ),
    "malformed body": (
        "POST",
        "/toy/v1/greetings",
        {"content": b"{", "headers": {"content-type": "application/json"}},
        400,
        "malformed_json",
    ),
    "no JSON": ("POST", "/toy/v1/greetings", {"content": b"x"}, 415, "unsupported_media_type"),
    "unknown field": ("POST", "/toy/v1/greetings", {"json": {"name": "a", "b": 1}}, 400, "validation"),
    "unknown parameter": ("POST", "/toy/v1/greetings?x=1", {"json": {"name": "a"}}, 400, "validation"),
    "large body": ("POST", "/toy/v1/greetings", {"json": {"name": "a" * 200}}, 413, "body_too_large"),
    "our mistake": ("GET", "/toy/v1/broken", {}, 500, "unexpected"),
    "wrong admission": ("GET", "/toy/v1/broken", {"headers": {"x-hat": "x"}}, 403, "wrong_hat"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
async def test_every_failure_is_in_the_words_of_the_dialect(api: Api, case: tuple[Any, ...]) -> None:
    method, path, given, status, code = case
    headers = {"authorization": f"Bearer {await api.key()}", **given.get("headers", {})}
    answer = await api.client.request(method, path, **{**given, "headers": headers})
    assert (answer.status_code, answer.json()["oops"]) == (status, code)
    assert answer.json()["at"] == answer.headers["x-request-id"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "a secret of ours" not in answer.text
    if status == 405:
        assert answer.headers["allow"] == "OPTIONS, POST"


async def test_no_key_is_in_the_words_of_the_dialect_and_its_schemes_open_it(api: Api) -> None:
    key = await api.key()
    for header, status in (
        (None, 401),
        (f"Basic {key}", 401),
        (f"Bearer {key}", 200),
        (f"Token {key}", 200),
        (f"token {key}x", 401),
    ):
        headers = {"authorization": header} if header else {}
        answer = await api.client.post("/toy/v1/greetings", json={"name": "Ada"}, headers=headers)
        assert answer.status_code == status, header
        if status == 401:
            assert answer.json()["oops"] in {"authentication_required", "malformed_authorization"}
    native = await api.client.get("/api/v2/domains", headers={"authorization": f"Token {key}"})
    assert native.status_code == 401


@pytest.mark.parametrize(
    ("path", "is_toy"),
    [(b"/toy/v1/x", True), (b"/toy/v1?x=1", True), (b"/toy/%761/x", True), (b"/toy/v10", False)],
)
async def test_what_is_refused_before_there_is_a_request_is_in_its_words_too(
    api: Api, path: bytes, is_toy: bool
) -> None:
    fields = b"Host: x\r\nX: " + b"a" * 20_000
    status, headers, body = read(await exchange(api.server.port, b"GET " + path + b" HTTP/1.1\r\n" + fields))
    assert status == 431
    assert ("oops" in body) == is_toy
    assert headers.get("access-control-allow-origin") == ("*" if is_toy else None)


PREFLIGHT = {"origin": "https://app.example", "access-control-request-method": "POST"}


async def test_a_preflight_is_answered_where_other_origins_are_let_in_and_only_there(api: Api) -> None:
    for path in ("/toy/v1/greetings", "/toy/v1/nothing"):
        answer = await api.client.options(path, headers=PREFLIGHT)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
        assert "content-length" not in answer.headers
    answer = await api.client.options("/api/v2/domains", headers=PREFLIGHT)
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_each_dialect_has_a_document_of_its_own_and_nothing_of_another(api: Api) -> None:
    toy = (await api.client.get("/openapi/toy.json")).json()
    assert toy["paths"].keys() == {"/toy/v1/greetings", "/toy/v1/broken"}
    assert toy["components"]["schemas"].keys() == {"Greeting", "Oops"}
    assert toy["security"] == [{"token": []}]
    assert toy["paths"]["/toy/v1/greetings"]["post"]["responses"].keys() >= {"200", "400", "401", "403"}
    assert "/toy" not in json.dumps((await api.client.get("/openapi/native.json")).json()["paths"])
    for unknown in ("toy", "nothing.json", "toy.json.json"):
        answer = await api.client.get(f"/openapi/{unknown}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
