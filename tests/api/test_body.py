"""Bodies: JSON that can be read in one way only, and fields that are all named when they are wrong."""

import gzip
import json
import time
from contextlib import suppress
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.api import body
from letterhead.api.problem import Problem
from tests.api.conftest import Api
from tests.api.json_bodies import bodies

BODIES = bodies()
STATUS = {"malformed_json": 400, "too_deep": 400, "validation": 422}


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=3)]
    words: list[str] = []
    agreed: bool = False


def refused(raw: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        body.read(raw, Shape, depth=32)
    return caught.value


def test_A10_the_table_is_long_enough() -> None:
    assert len(BODIES) >= 230


@pytest.mark.parametrize(("outcome", "raw"), BODIES.values(), ids=BODIES)
def test_A10_a_body_is_read_in_one_way_or_refused(outcome: str, raw: bytes) -> None:
    if outcome == "ok":
        assert body.decode(raw, depth=32) == json.loads(raw)
        return
    with pytest.raises(Problem) as caught:
        body.decode(raw, depth=32)
    assert (caught.value.code, caught.value.status) == (outcome, STATUS[outcome])


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'], ids=bytes.decode)
def test_A10_a_hundred_thousand_levels_cost_no_more_than_their_length(opening: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Problem) as caught:
        body.decode(opening * 100_000, depth=32)
    assert caught.value.code == "too_deep"
    assert time.process_time() - began < 0.5


async def test_A10_a_compressed_bomb_is_not_opened(api: Api) -> None:
    bomb = gzip.compress(b'{"domain":"' + b"a" * 50_000_000 + b'"}')
    assert len(bomb) < 64 * 1024
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await api.ask("POST", "/domains", await api.key(), content=bomb, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_A10_no_body_is_a_500_and_the_code_is_the_same_over_http(api: Api) -> None:
    key = await api.key()
    for name, (outcome, raw) in BODIES.items():
        headers = {"content-type": "application/json"}
        answer = await api.ask("POST", "/domains", key, content=raw, headers=headers)
        assert answer.status_code in {400, 422}, name
        if outcome != "ok":
            assert answer.json()["code"] == outcome, name


@pytest.mark.parametrize(
    ("size", "status"), [(64 * 1024, 422), (64 * 1024 + 1, 413), (50_000_000, 413)], ids=str
)
async def test_A10_a_body_of_more_than_64_kib_is_413(api: Api, size: int, status: int) -> None:
    headers = {"content-type": "application/json"}
    raw = b'{"domain":"' + b"a" * (size - 13) + b'"}'
    answer = await api.ask("POST", "/domains", await api.key(), content=raw, headers=headers)
    assert answer.status_code == status


async def test_A10_a_chunked_body_is_measured_too(api: Api) -> None:
    async def endless():  # noqa: ANN202 - an async generator of octets
        for _ in range(1000):
            yield b" " * 1000

    headers = {"content-type": "application/json"}
    answer = await api.ask("POST", "/domains", await api.key(), content=endless(), headers=headers)
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/json", "content-encoding": "identity, br"},
    ],
    ids=str,
)
async def test_A10_a_body_of_another_kind_is_415(api: Api, headers: dict[str, str]) -> None:
    answer = await api.ask(
        "POST", "/domains", await api.key(), content=b'{"domain":"acme.com"}', headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_may_be_declared_in_any_spelling(api: Api, kind: str) -> None:
    headers = {"content-type": kind, "content-encoding": "identity"}
    answer = await api.ask(
        "POST", "/domains", await api.key(), content=b'{"domain":"acme.com"}', headers=headers
    )
    assert answer.status_code == 201


def test_every_wrong_field_is_named() -> None:
    problem = refused(b'{"name":1,"words":["a",2],"id":"x","status":"verified"}')
    assert {each["field"] for each in problem.extra["errors"]} == {"name", "words[1]", "id", "status"}  # type: ignore[attr-defined]
    assert problem.param is None


def test_a_single_wrong_field_is_the_param() -> None:
    assert refused(b"{}").param == "name"
    assert refused(b'{"name":"abcd"}').param == "name"


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"a"', b"1", b"true"])
def test_a_body_that_is_no_object_is_422(raw: bytes) -> None:
    assert refused(raw).code == "validation"


@pytest.mark.parametrize("agreed", ["1", "0", '"true"', '"on"', "null", "1.0", "[]"])
def test_only_a_boolean_is_a_boolean(agreed: str) -> None:
    assert refused(f'{{"name":"a","agreed":{agreed}}}'.encode()).param == "agreed"


@given(st.binary(max_size=200))
def test_A10_any_octets_are_a_value_or_a_problem(raw: bytes) -> None:
    with suppress(Problem):
        body.decode(raw, depth=32)


STRINGS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_what_was_written_is_what_is_read(value: object, ascii_only: bool) -> None:
    assert body.decode(json.dumps(value, ensure_ascii=ascii_only).encode(), depth=32) == value
