"""Whatever is sent, each OpenAPI document tells what comes back (A18); schemathesis does the sending."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks as general
from schemathesis.specs.openapi import checks as of_openapi

from letterhead.api.dialects.table import DIALECTS
from letterhead.core.finding import Outcome
from letterhead.core.permission import ROLES
from tests.api.conftest import FULL, Api

NAMES = [dialect.name for dialect in DIALECTS.known]
CHECKS = [
    general.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
]
EXAMPLES, MANY = 5, 1_500
"""Of each operation: in every run of the tests, and in a long one."""


class Sender:
    """Sends what is generated for one document, now and then with the id of a domain that there is."""

    def __init__(self, url: str, document: dict[str, Any], keys: list[str], ids: list[str]) -> None:
        self._schema = schemathesis.openapi.from_dict(document)
        self._schema.config.update(base_url=url)
        self._url = url
        self._keys = st.sampled_from(keys)
        self._ids = st.one_of(st.none(), st.sampled_from(ids))

    def operations(self) -> Iterator[Any]:
        """Every operation; what removes comes last."""
        found = [each.ok() for each in self._schema.get_all_operations()]
        yield from sorted(found, key=lambda each: bool(each.method.upper() == "DELETE"))

    def send_all(self, examples: int) -> Counter[int]:
        """Send so many examples of each operation. Returns how often each status came back."""
        told: Counter[int] = Counter()
        with requests.Session() as session:
            session.trust_env = False
            for operation in self.operations():
                self._send(operation, session, examples, told)
        return told

    def _send(self, operation: Any, session: requests.Session, examples: int, told: Counter[int]) -> None:
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), own=self._ids, key=self._keys)
        def once(case: schemathesis.Case, own: str | None, key: str) -> None:
            if own is not None and "domain_id" in case.path_parameters:
                case.path_parameters["domain_id"] = own
            headers = {"Authorization": f"Bearer {key}"}
            answer = case.call(base_url=self._url, session=session, headers=headers, timeout=30)
            case.validate_response(answer, checks=CHECKS)
            told[answer.status_code] += 1

        once()


async def sender(api: Api, name: str) -> Sender:
    """A sender to a server with domains in every state of their proof."""
    root = await api.key(permissions=FULL)
    ids = []
    for number, outcome in enumerate((None, Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS)):
        ids.append(await api.domain(root, f"d{number}.com"))
        if outcome:
            api.oracle.outcome = outcome
            await api.ask("POST", f"/domains/{ids[-1]}/verify", root)
    api.oracle.outcome = Outcome.FAIL
    document = (await api.client.get(f"/openapi/{name}.json")).json()
    keys = [root, await api.key(permissions=ROLES["root:readonly"]), "nobody"]
    ids = [f"m{each}" for each in ids] if name == "sendmux" else ids
    return Sender(str(api.client.base_url), document, keys, ids)


@pytest.mark.parametrize("name", NAMES)
async def test_A18_every_answer_is_one_that_the_document_tells(api: Api, name: str) -> None:
    fuzz = await sender(api, name)
    told = await asyncio.to_thread(fuzz.send_all, EXAMPLES)
    assert {200, 401, 403, 404} < told.keys(), told


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", NAMES)
async def test_A18_nor_is_there_another_one_among_very_many(api: Api, name: str) -> None:
    fuzz = await sender(api, name)
    told = await asyncio.to_thread(fuzz.send_all, MANY)
    assert {200, 401, 403, 404} < told.keys(), told


async def test_a_document_that_leaves_a_status_out_is_caught(api: Api) -> None:
    fuzz = await sender(api, "mails")
    document = (await api.client.get("/openapi/mails.json")).json()
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("401", None)
    fuzz = Sender(str(api.client.base_url), document, ["nobody"], ["dom_0"])
    with pytest.raises(BaseException, match="Undocumented status code"):
        await asyncio.to_thread(fuzz.send_all, EXAMPLES)
