"""The OpenAPI document is true: its operations are the routes, and real answers fit its schemas."""

import re
from typing import Any

import msgspec
import pytest

from letterhead.api.native.examples import EXAMPLES
from letterhead.core.finding import Outcome
from tests.api.conftest import PUBLIC_URL, Api
from tests.api.operations import OPERATIONS
from tests.api.schema import faults

UNDOCUMENTED = {"/api/v2/openapi.json", "/openapi/{file}", "/problems", "/problems/{code}"}
ADDRESSES = ("/api/v2/openapi.json", "/openapi/native.json")


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    answer = await api.client.get("/openapi/native.json")
    body: dict[str, Any] = answer.json()
    return body


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(m.upper(), path): each for path, item in document["paths"].items() for m, each in item.items()}


def is_native(api: Api, path: str) -> bool:
    return bool(api.server.app.state.dialects.of(path).name == "native")


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*(references(each) for each in node.values()))
    return set().union(*(references(each) for each in node)) if isinstance(node, list) else set()


async def test_both_addresses_give_the_same_document(api: Api) -> None:
    answers = [await api.client.get(path) for path in ADDRESSES]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["openapi"].startswith("3.1")
    assert answers[0].json()["servers"] == [{"url": PUBLIC_URL}]


async def test_every_operation_is_a_route_and_every_route_an_operation(
    api: Api, document: dict[str, Any]
) -> None:
    routes = {
        (each.method, each.template)
        for each in api.server.app.operations
        if each.template not in UNDOCUMENTED and is_native(api, each.template)
    }
    assert operations(document).keys() == routes


def test_every_reference_leads_to_a_schema_and_every_schema_is_referred_to(document: dict[str, Any]) -> None:
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) == names


def test_operations_are_described_and_say_what_they_may_answer(document: dict[str, Any]) -> None:
    described = operations(document)
    ids = [each["operationId"] for each in described.values()]
    assert len(ids) == len(set(ids))
    for (_, path), each in described.items():
        assert each["description"]
        assert each["tags"]
        if path.startswith("/api/v2"):
            assert {"400", "401", "403", "500", "503"} <= each["responses"].keys()
            assert all("problem" in str(r["content"]) for s, r in each["responses"].items() if s >= "4")
            assert "404" in each["responses"] or "{" not in path
            assert ("415" in each["responses"]) == ("requestBody" in each)
        else:
            assert each["security"] == [{}]
    assert document["security"] == [{"key": []}]
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_bodies_are_closed_and_their_bounds_stand_in_the_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("NewDomain", "DomainChange", "Offer", "NewKey"):
        assert schemas[name]["additionalProperties"] is False
    assert schemas["NewKey"]["properties"]["name"]["maxLength"] == 100
    assert "priority" not in schemas["Record"]["required"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_fit_their_schemas_and_can_be_read(name: str, document: dict[str, Any]) -> None:
    example = document["components"]["schemas"][name]["examples"][0]
    assert faults(example, {"$ref": f"#/components/schemas/{name}"}, document) == []
    assert msgspec.convert(example, type(EXAMPLES[name])) == EXAMPLES[name]


async def test_real_answers_fit_the_schema_of_their_status(api: Api, document: dict[str, Any]) -> None:
    root = await api.key()
    await api.services.teams.named("zeta")
    described = operations(document)
    for outcome in (None, Outcome.FAIL, Outcome.PASS):
        if outcome:
            api.oracle.outcome = outcome
        for operation in OPERATIONS:
            domain = await api.domain(root, "acme.com")
            if outcome:
                await api.ask("POST", f"/domains/{domain}/verify", root)
            made = (await api.ask("POST", "/keys", root, json={"name": "x", "role": "root:readonly"})).json()
            hook = (await api.ask("POST", "/webhooks", root, json={"url": "https://a.acme.com"})).json()["id"]
            ids = {"member": "mem_none", "address": "adr_none", "webhook": hook}
            path = operation.path.format(domain=domain, key=made["id"], **ids)
            given = {} if operation.body is None else {"json": operation.body}
            for key in (root, None):
                answer = await api.ask(operation.method, path, key, **given)
                template = re.sub(r"{(\w+)}", r"{\1_id}", operation.path)
                response = described[operation.method, f"/api/v2{template}"]["responses"][
                    str(answer.status_code)
                ]
                check(answer, response, document)
            for noun in ("domains", "webhooks"):
                for each in (await api.ask("GET", f"/{noun}", root)).json()["data"]:
                    await api.ask("DELETE", f"/{noun}/{each['id']}", root)


def check(answer: Any, response: dict[str, Any], document: dict[str, Any]) -> None:
    if not answer.content:
        assert "content" not in response
        return
    ((media_type, content),) = response["content"].items()
    assert answer.headers["content-type"].partition(";")[0] == media_type
    value = answer.json() if media_type.endswith(("/json", "+json")) else answer.text  # JSON lines are text
    assert faults(value, content["schema"], document) == []


def test_the_checker_of_schemas_finds_faults(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/NewDomain"}
    assert faults({"domain": "acme.com"}, schema, document) == []
    for wrong in (
        {},
        {"domain": 1},
        {"domain": "a", "x": 1},
        {"domain": "a" * 2000},
        {"domain": "a", "mode": "x"},
        [],
    ):
        assert faults(wrong, schema, document)
