"""A01, A02: every operation that any OpenAPI document describes, against foreign ids and weak keys.

Nothing is listed here: paths, methods and bodies come from the documents, so a new dialect is in at once.
"""

import json
import re
from typing import Any, NamedTuple

import httpx2
import pytest

from letterhead.api.dialects.table import DIALECTS
from letterhead.core.finding import Outcome
from letterhead.core.permission import MEMBER_ROLES, ROLES, SCOPES, VERBS, granted
from tests.api.conftest import FULL, Api
from tests.api.operations import OPEN

NAMES = [dialect.name for dialect in DIALECTS.known]


class Described(NamedTuple):
    """An operation of a document: its path as a template, and a body that it takes, None for none."""

    method: str
    path: str
    body: Any


async def described(api: Api, name: str) -> list[Described]:
    document = (await api.client.get(f"/openapi/{name}.json")).json()
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = next(iter(content.values()))["schema"] if content else None
            body = None if schema is None else sample(schema, document)
            found.append(Described(method.upper(), path, body))
    return [each for each in found if each.path not in OPEN.values()]


def sample(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """A value that a schema allows: its example, or the least that is needed, and one member at least."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("examples"):
        return schema["examples"][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return sample(next(each for each in schema[choice] if each.get("type") != "null"), document)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        known = schema.get("properties", {})
        return {name: sample(known[name], document) for name in schema.get("required") or list(known)[:1]}
    return {"string": "acme.com", "boolean": True, "integer": 1, "array": []}[schema["type"]]


class Ids(NamedTuple):
    """What stands for each parameter of a path."""

    domain: str
    key: str
    member: str
    address: str
    webhook: str

    def unknown(self) -> "Ids":
        """The same shapes, and nothing behind them."""
        return Ids(*(f"{each[:-4]}0000" for each in self))

    def into(self, template: str) -> str:
        """The path with these ids; whatever is nothing else is a domain."""
        named = {
            "key_id": self.key,
            "member_id": self.member,
            "address_id": self.address,
            "webhook_id": self.webhook,
        }
        return re.sub(r"{(\w+)}", lambda match: named.get(match[1], self.domain), template)


async def owned(api: Api, root: str, operations: list[Described], domain: str) -> Ids:
    """Ids of a team's own, the domain's as this dialect writes it."""
    key = (await api.ask("POST", "/keys", root, json={"name": "x", "role": "root:readonly"})).json()["id"]
    person = {"email": f"{domain}@acme.com", "role": "viewer"}
    member = (await api.ask("POST", "/members", root, json=person)).json()["id"]
    name = {"local_part": f"victim-{domain[-8:]}"}
    address = (await api.ask("POST", "/platform-addresses", root, json=name)).json()["id"]
    hook = {"url": "https://hooks.victim.com/"}
    webhook = (await api.ask("POST", "/webhooks", root, json=hook)).json()["id"]
    random = domain.partition("_")[2]
    for each in operations:
        if each.method == "GET" and "{" not in each.path:
            shown = re.search(rf'"(\w*{random})"', (await asked(api, each, each.path, root)).text)
            if shown:
                return Ids(shown[1], key, member, address, webhook)
    return Ids(domain, key, member, address, webhook)


async def asked(api: Api, operation: Described, path: str, key: str | None) -> httpx2.Response:
    given = {} if operation.body is None else {"json": operation.body}
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return await api.client.request(operation.method, path, headers=headers, **given)


def said(answer: httpx2.Response, ids: Ids) -> tuple[int, str]:
    """An answer without what differs each time: the request's id, and the ids that were asked for."""
    text = re.sub(r"req_\w+", "req", answer.text)
    for each in ids:
        text = text.replace(each, "id")
    return answer.status_code, text


@pytest.mark.parametrize("name", NAMES)
async def test_A01_in_every_dialect_a_foreign_id_is_answered_like_an_unknown_one(api: Api, name: str) -> None:
    operations = await described(api, name)
    victim, attacker = await api.key("acme"), await api.key("evil")
    domain = await api.domain(victim, "victim.com")
    own = await api.domain(attacker, "evil.com")
    ids = await owned(api, victim, operations, domain)
    before = (await api.ask("GET", f"/domains/{domain}", victim)).json()
    with_id = [each for each in operations if "{" in each.path]
    assert with_id
    for held, only in (
        (FULL, None),
        (ROLES["root:readonly"], None),
        (frozenset[str](), None),
        (FULL, frozenset({own})),
    ):
        key = await api.key("evil", permissions=held, domains=only)
        for each in with_id:
            foreign = said(await asked(api, each, ids.into(each.path), key), ids)
            unknown = said(await asked(api, each, ids.unknown().into(each.path), key), ids.unknown())
            assert foreign == unknown, each
            assert foreign[0] in ({404} if held == FULL else {403, 404}), (each, foreign)
            assert "victim" not in foreign[1]
    assert (await api.ask("GET", f"/domains/{domain}", victim)).json() == before
    assert ids.key in (await api.ask("GET", "/keys", victim)).text
    assert ids.member in (await api.ask("GET", "/members", victim)).text
    assert ids.address in (await api.ask("GET", "/platform-addresses", victim)).text


@pytest.mark.parametrize("name", NAMES)
async def test_A01_in_every_dialect_lists_show_nothing_of_other_teams(api: Api, name: str) -> None:
    domain = await api.domain(await api.key("acme"), "victim.com")
    attacker = await api.key("evil")
    for each in await described(api, name):
        if each.method == "GET" and "{" not in each.path:
            answer = await asked(api, each, each.path, attacker)
            assert answer.status_code == 200, each
            assert "victim" not in answer.text
            assert domain.partition("_")[2] not in answer.text


@pytest.mark.parametrize("name", NAMES)
async def test_A02_in_every_dialect_nothing_is_done_without_a_permission_and_nothing_without_a_key(
    api: Api, name: str
) -> None:
    operations = await described(api, name)
    root = await api.key()
    domain = await api.domain(root, "acme.net")
    ids = await owned(api, root, operations, domain)
    bare = await api.key(permissions=frozenset())
    before = (await api.ask("GET", f"/domains/{domain}", root)).json()
    for each in operations:
        path = ids.into(each.path)
        assert (await asked(api, each, path, bare)).status_code == 403, each
        assert (await asked(api, each, path, None)).status_code == 401, each
    assert (await api.ask("GET", f"/domains/{domain}", root)).json() == before


@pytest.mark.parametrize("name", NAMES)
async def test_A02_in_every_dialect_a_reader_changes_nothing(api: Api, name: str) -> None:
    operations = await described(api, name)
    root = await api.key()
    domain = await api.domain(root, "acme.net")
    ids = await owned(api, root, operations, domain)
    reader = await api.key(permissions=ROLES["root:readonly"])
    for each in operations:
        answer = await asked(api, each, ids.into(each.path), reader)
        looks = each.method == "GET" or each.path.endswith(("/refresh", "/watch"))
        assert answer.status_code == (200 if looks else 403), (each, answer.text)
    shown = json.loads((await api.ask("GET", f"/domains/{domain}", root)).text)
    assert (shown["status"], shown["is_default"], shown["mode"]) == ("pending", False, "send_receive")


@pytest.mark.parametrize("name", NAMES)
async def test_A07_in_every_dialect_what_a_client_may_not_set_stays_unset(api: Api, name: str) -> None:
    root = await api.key()
    stranger = await api.services.teams.named("evil")
    for number, each in enumerate(await described(api, name)):
        if each.body is None or "{" in each.path or "domain" not in each.path:
            continue
        text = json.dumps(each.body).replace("acme.com", f"fresh{number}.com")
        for field, value in (
            ("team", stranger.id),
            ("status", "verified"),
            ("verified_at", "2020-01-01T00:00:00Z"),
            ("id", "dom_1"),
            ("is_admin", True),
        ):
            body = {**json.loads(text), field: value}
            await asked(api, each._replace(body=body), each.path, root)
    for domain in (await api.ask("GET", "/domains", root)).json()["data"]:
        assert (domain["status"], domain["verified_at"]) == ("pending", None)
        assert domain["id"] != "dom_1"
    assert (await api.ask("GET", "/domains", await api.key("evil"))).json()["data"] == []


GRANTS = {
    **ROLES,
    **{f"member {role}": held for role, held in MEMBER_ROLES.items()},
    **{scope: granted(frozenset({scope})) for scope in SCOPES},
    **{f"domain.{verb}": frozenset({f"domain.{verb}"}) for verb in VERBS["domain"]},
    "domain.*": frozenset({"domain.*"}),
    "everything but domains": frozenset(f"{noun}.*" for noun in VERBS if noun != "domain"),
}
VERB_OF = {"GET": "read", "POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}


def needed(operation: Described) -> str:
    """What an operation on domains needs, said again without the code under test."""
    last = operation.path.rpartition("/")[2]
    verb = {"verify": "verify", "refresh": "read", "watch": "read"}.get(last)
    return f"domain.{verb or VERB_OF[operation.method]}"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "native"])
async def test_A02_in_every_dialect_every_role_does_what_it_may_and_nothing_else(api: Api, name: str) -> None:
    operations = sorted(await described(api, name), key=lambda each: each.method == "DELETE")
    root = await api.key()
    for number, (role, held) in enumerate(GRANTS.items()):
        domain = await api.domain(root, f"role{number}.com")
        ids = await owned(api, root, operations, domain)
        key = await api.key(permissions=held)
        for each in operations:
            answer = await asked(api, each, ids.into(each.path), key)
            may = needed(each) in held or "domain.*" in held
            assert (answer.status_code != 403) is may, (role, each, answer.text)
            assert answer.status_code not in {401, 405, 500}, (role, each)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "native"])
async def test_A02_in_every_dialect_a_key_for_one_domain_sees_no_other(api: Api, name: str) -> None:
    operations = await described(api, name)
    root = await api.key()
    own, other = await api.domain(root, "own.com"), await api.domain(root, "other.com")
    limited = await api.key(domains=frozenset({own}))
    ids = await owned(api, root, operations, other)
    for each in operations:
        answer = await asked(api, each, ids.into(each.path), limited)
        assert "other.com" not in answer.text, each
        if "{" in each.path:
            assert answer.status_code == 404, each
        elif each.method == "POST":
            assert answer.status_code == 403, each
    assert (await api.ask("GET", f"/domains/{other}", root)).json()["status"] == "pending"


@pytest.mark.parametrize("name", NAMES)
async def test_A06_in_every_dialect_no_header_and_no_parameter_makes_a_key_another_teams(
    api: Api, name: str
) -> None:
    victim, attacker = await api.key("acme"), await api.key("evil")
    domain = await api.domain(victim, "victim.com")
    operations = await described(api, name)
    ids = await owned(api, victim, operations, domain)
    for team in ((await api.services.teams.named("acme")).id, "acme"):
        headers = {"authorization": f"Bearer {attacker}"} | dict.fromkeys(
            ("x-anyreach-org", "x-org", "x-team", "x-tenant-id", "x-forwarded-user"), team
        )
        for each in operations:
            path = ids.into(each.path)
            for query in ("", f"?team={team}", f"?key={victim}", f"?access_token={victim}"):
                answer = await api.client.request(each.method, path + query, headers=headers, json=each.body)
                assert "victim" not in answer.text, (each, query)
                if "{" in each.path:
                    assert answer.status_code in {400, 403, 404, 422}, (each, query, answer.text)
    assert (await api.ask("GET", f"/domains/{domain}", victim)).json()["status"] == "pending"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "native"])
async def test_A14_in_every_dialect_another_teams_claim_is_not_told_and_its_holder_is_not_named(
    api: Api, name: str
) -> None:
    victim, attacker = await api.key("victim"), await api.key("evil")
    domain = await api.domain(victim, "acme.com")
    create = next(
        each for each in await described(api, name) if each.method == "POST" and "{" not in each.path
    )
    body = {"domain": "acme.com"}
    claimed = await asked(api, create._replace(body=body), create.path, attacker)
    assert claimed.status_code in {200, 201}
    api.oracle.outcome = Outcome.PASS
    await api.ask("POST", f"/domains/{domain}/verify", victim)
    held = await asked(api, create._replace(body=body), create.path, await api.key("third"))
    assert held.status_code == 409
    assert "victim" not in held.text
    assert domain.partition("_")[2] not in held.text
