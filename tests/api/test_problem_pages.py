"""The pages that the types of problems lead to."""

from urllib.parse import urlsplit

import pytest

from letterhead.api.problem_pages import ENTRIES
from tests.api.conftest import PUBLIC_URL, Api


async def test_the_type_of_a_problem_leads_to_its_page(api: Api) -> None:
    said = (await api.client.get("/api/v2/domains")).json()
    assert said["type"].startswith(PUBLIC_URL)
    page = await api.client.get(urlsplit(said["type"]).path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "authentication_required" in page.text
    assert "send a key that is in force" in page.text


async def test_every_code_has_a_page_that_is_whole(api: Api) -> None:
    for code in ENTRIES:
        page = (await api.client.get(f"/problems/{code}")).text
        assert page.count("<p>") == page.count("</p>") == 4, code
        assert "`" not in page, code
        assert "](" not in page, code


async def test_the_list_leads_to_every_code_that_a_request_can_meet(api: Api) -> None:
    listed = (await api.client.get("/problems")).text
    for entry in ENTRIES.values():
        assert (f'href="/problems/{entry.code}"' in listed) == (entry.status != "none")


@pytest.mark.parametrize("code", ["nothing", "<script>", "domain_held.html", "DOMAIN_HELD"])
async def test_an_unknown_code_is_404_and_nothing_of_it_is_shown(api: Api, code: str) -> None:
    answer = await api.client.get(f"/problems/{code}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "<script>" not in answer.text
