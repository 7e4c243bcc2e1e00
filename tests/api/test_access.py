"""Who may do what: every operation against every permission, every role, and every foreign id."""

import json
import re

import pytest

from letterhead.core.permission import ROLES
from tests.api.conftest import Api
from tests.api.operations import OPEN, OPERATIONS, PERMISSIONS, WITH_ID, Operation

OF_DOMAIN = tuple(each for each in OPERATIONS if "{domain}" in each.path)

ROLE_SETS = {"root:full": ROLES["root:full"], "root:readonly": ROLES["root:readonly"]}
WILDCARDS = {"domain.*": frozenset({"domain.*"}), "key.*": frozenset({"key.*"}), "none": frozenset[str]()}
GRANTS = {**{each: frozenset({each}) for each in PERMISSIONS}, **WILDCARDS, **ROLE_SETS}


UNKNOWN = {"domain": "dom_1", "key": "key_1", "member": "mem_1", "address": "adr_1", "webhook": "whk_1"}


async def ask(api: Api, operation: Operation, secret: str, **ids: str) -> tuple[int, dict[str, str]]:
    path = operation.path.format_map(UNKNOWN | ids)
    given = {} if operation.body is None else {"json": operation.body}
    answer = await api.ask(operation.method, path, secret, **given)
    is_json = answer.content and "json" in answer.headers["content-type"]
    return answer.status_code, answer.json() if is_json else {}


def grants(held: frozenset[str], permission: str) -> bool:
    """Said again, without the code under test."""
    return any(each in held for each in (permission, permission.split(".", maxsplit=1)[0] + ".*")) or (
        permission.endswith(".read") and "*.read" in held
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
async def test_A02_an_operation_needs_its_own_permission_and_no_other_does(
    api: Api, operation: Operation
) -> None:
    root = await api.key()
    await api.services.teams.named("zeta")
    for number, (name, held) in enumerate(GRANTS.items()):
        key = await api.key(permissions=held)
        ids = await made(api, root, operation, number)
        status, body = await ask(api, operation, key, **ids)
        if grants(held, operation.permission):
            assert status != 403 or body["code"] == "exceeds_own_permissions", (name, body)
        else:
            assert (status, body["code"]) == (403, "insufficient_permissions"), name


@pytest.mark.parametrize("operation", WITH_ID, ids=lambda each: each.name)
async def test_A01_a_foreign_id_is_answered_like_an_unknown_one(api: Api, operation: Operation) -> None:
    victim, attacker = await api.key("acme"), await api.key("evil")
    await api.services.teams.named("zeta")
    domain, own = await api.domain(victim, "acme.com"), await api.domain(attacker, "evil.com")
    made = (await api.ask("POST", "/keys", victim, json={"name": "x", "role": "root:readonly"})).json()["id"]
    member, webhook = await added(api, victim, "jane@acme.com"), await hooked(api, victim)
    address = await taken(api, victim, "jane")
    ids = {"domain": domain, "key": made, "member": member, "address": address, "webhook": webhook}
    before = (await api.ask("GET", f"/domains/{domain}", victim)).json()
    needed = frozenset({operation.permission})
    for held, only in (
        (ROLES["root:full"], None),
        (ROLES["root:readonly"], None),
        (needed, None),
        (needed, frozenset({own})),
    ):
        key = await api.key("evil", permissions=held, domains=only)
        foreign = await ask(api, operation, key, **ids)
        others = {name: f"{each[:-4]}0000" for name, each in ids.items()}
        unknown = await ask(api, operation, key, **others)
        assert foreign[0] == (404 if grants(held, operation.permission) else 403)
        assert without_id(foreign) == without_id(unknown)
    assert (await api.ask("GET", f"/domains/{domain}", victim)).json() == before
    assert made in (await api.ask("GET", "/keys", victim)).text
    assert (await api.ask("GET", "/members", victim)).json()["data"][0]["id"] == member
    assert (await api.ask("GET", "/platform-addresses", victim)).json()["data"][0]["id"] == address
    assert (await api.ask("GET", "/webhooks", victim)).json()["data"][0]["id"] == webhook


async def made(api: Api, root: str, operation: Operation, number: int) -> dict[str, str]:
    """The ids that an operation's path asks for, each of something new."""
    ids = {}
    if "{domain}" in operation.path:
        ids["domain"] = await api.domain(root, f"acme{number}.com")
    if "{key}" in operation.path:
        issued = await api.ask("POST", "/keys", root, json={"name": "x", "role": "root:readonly"})
        ids["key"] = issued.json()["id"]
    if "{member}" in operation.path:
        ids["member"] = await added(api, root, f"{number}@acme.com")
    if "{webhook}" in operation.path:
        ids["webhook"] = await hooked(api, root)
    if "{address}" in operation.path:
        ids["address"] = await taken(api, root, f"name{number}")
    return ids


async def added(api: Api, key: str, email: str) -> str:
    """The id of a new member, who may only look."""
    made = await api.ask("POST", "/members", key, json={"email": email, "role": "viewer"})
    assert made.status_code == 201, made.text
    member: str = made.json()["id"]
    return member


async def taken(api: Api, key: str, local_part: str) -> str:
    """The id of a new address on the platform domain."""
    made = await api.ask("POST", "/platform-addresses", key, json={"local_part": local_part})
    assert made.status_code == 201, made.text
    address: str = made.json()["id"]
    return address


async def hooked(api: Api, key: str) -> str:
    """The id of the team's only webhook, which is new."""
    for each in (await api.ask("GET", "/webhooks", key)).json()["data"]:
        await api.ask("DELETE", f"/webhooks/{each['id']}", key)
    made = await api.ask("POST", "/webhooks", key, json={"url": "https://hooks.acme.com/x"})
    assert made.status_code == 201, made.text
    webhook: str = made.json()["id"]
    return webhook


def without_id(answer: tuple[int, dict[str, str]]) -> tuple[int, dict[str, str]]:
    return answer[0], {name: value for name, value in answer[1].items() if name != "request_id"}


@pytest.mark.parametrize("operation", OF_DOMAIN, ids=lambda each: each.name)
async def test_A01_a_key_limited_to_some_domains_sees_no_other_of_its_own_team(
    api: Api, operation: Operation
) -> None:
    root = await api.key()
    await api.services.teams.named("zeta")
    seen, unseen = await api.domain(root, "acme.com"), await api.domain(root, "acme.net")
    key = await api.key(domains=frozenset({seen}))
    status, body = await ask(api, operation, key, domain=unseen)
    assert (status, body["code"]) == (404, "domain_not_found")


async def test_A01_lists_show_nothing_of_other_teams(api: Api) -> None:
    victim, attacker = await api.key("acme"), await api.key("evil")
    domain = await api.domain(victim, "acme.com")
    await taken(api, victim, "acme")
    for path in (
        "/domains",
        "/events",
        "/keys",
        "/members",
        "/platform-addresses",
        "/webhooks",
        "/notices",
        "/domains?domain=acme.com",
    ):
        answer = await api.ask("GET", path, attacker)
        assert domain not in answer.text
        assert "acme" not in answer.text


async def test_A14_registering_a_name_that_others_only_claim_looks_like_any_other(api: Api) -> None:
    await api.domain(await api.key("acme"), "acme.com")
    evil = await api.key("evil")
    claimed = await api.ask("POST", "/domains", evil, json={"domain": "acme.com"})
    free = await api.ask("POST", "/domains", evil, json={"domain": "free.com"})
    assert claimed.status_code == free.status_code == 201
    assert claimed.json().keys() == free.json().keys()
    assert claimed.json()["held_elsewhere"] is False


async def test_A14_unknown_revoked_and_expired_keys_are_answered_alike(api: Api) -> None:
    root = await api.key()
    made = (await api.ask("POST", "/keys", root, json={"name": "x", "role": "root:full"})).json()
    await api.ask("DELETE", f"/keys/{made['id']}", root)
    answers = [
        await api.ask("GET", "/domains", key) for key in (made["secret"], made["secret"][:-1] + "_", "lh_x")
    ]
    bodies = {json.dumps(without_id((answer.status_code, answer.json()))) for answer in answers}
    assert len(bodies) == 1
    assert {answer.status_code for answer in answers} == {401}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
async def test_every_operation_needs_a_key(api: Api, operation: Operation) -> None:
    path = operation.path.format_map(UNKNOWN)
    answer = await api.ask(operation.method, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_required")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_every_route_is_an_operation_of_the_table_or_on_the_list_of_open_ones(api: Api) -> None:
    app = api.server.app
    routes = {
        (each.method, each.template)
        for each in app.operations
        if app.state.dialects.of(each.template).name == "native"
    }
    stated = {
        (
            each.method,
            re.sub(r"{(\w+)}", r"{\1_id}", f"/api/v2{each.path}"),
        )
        for each in OPERATIONS
    }
    assert routes == stated | {("GET", path) for path in OPEN}


@pytest.mark.parametrize("path", OPEN.values())
async def test_open_paths_answer_without_a_key(api: Api, path: str) -> None:
    assert (await api.client.get(path)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Basic {key}",
        "{key}",
        "Bearer {key} x",
        "Bearer {key},",
        "Bearer\t{key}x",
        "Token {key}",
    ],
)
async def test_a_malformed_authorization_is_401(api: Api, header: str) -> None:
    key = await api.key()
    answer = await api.ask("GET", "/domains", headers={"authorization": header.format(key=key)})
    assert answer.status_code == 401


async def test_the_scheme_is_read_in_any_case(api: Api) -> None:
    key = await api.key()
    assert (await api.ask("GET", "/domains", headers={"authorization": f"bEARER {key}"})).status_code == 200


async def test_two_authorization_headers_are_401(api: Api) -> None:
    key = await api.key()
    fields = [("authorization", f"Bearer {key}"), ("authorization", f"Bearer {key}")]
    answer = await api.client.get("/api/v2/domains", headers=fields)
    assert (answer.status_code, answer.json()["code"]) == (401, "malformed_authorization")


@pytest.mark.parametrize("name", ["key", "token", "access_token", "api_key", "authorization"])
async def test_A06_a_key_in_the_url_opens_nothing(api: Api, name: str) -> None:
    answer = await api.client.get(f"/api/v2/domains?{name}={await api.key()}")
    assert answer.status_code == 401
