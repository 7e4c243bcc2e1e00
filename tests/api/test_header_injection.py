"""A08: line breaks and other control characters get into no header, and are refused where they are typed."""

import pytest

from tests.api.conftest import Api

INJECTED = ("\r\nX-Evil: 1", "\nX-Evil: 1", "\r", "\x0b", "\x0c", "\x1b[0m", "\x7f", "\x85", "\u2028", "\x00")
PATHS = ("/domains/{}", "/domains/{}/zone-file", "/domains/{}/verify", "/keys/{}")


@pytest.mark.parametrize("evil", INJECTED)
async def test_A08_controls_in_a_domain_are_422(api: Api, evil: str) -> None:
    key = await api.key()
    for name in (f"acme{evil}.com", f"acme.com{evil}.com", f"{evil}x.acme.com"):
        answer = await api.ask("POST", "/domains", key, json={"domain": name})
        assert answer.status_code == 422, ascii(name)
        assert "x-evil" not in answer.headers


@pytest.mark.parametrize("evil", [each for each in INJECTED if each < "\x80"])
async def test_A08_controls_in_a_key_s_name_are_422(api: Api, evil: str) -> None:
    body = {"name": f"ci{evil}", "role": "root:readonly"}
    assert (await api.ask("POST", "/keys", await api.key(), json=body)).status_code == 422


@pytest.mark.parametrize("octet", ["%00", "%0d", "%0a", "%0D%0AX-Evil:%201", "%1f", "%7f"])
@pytest.mark.parametrize("path", PATHS)
async def test_A08_controls_in_an_id_are_404(api: Api, path: str, octet: str) -> None:
    key = await api.key()
    domain = await api.domain(key)
    method = {"verify": "POST", "{}": "GET"}.get(path.rpartition("/")[2], "GET")
    method = "DELETE" if path.startswith("/keys") else method
    for text in (octet, domain + octet, octet + domain):
        answer = await api.ask(method, path.format(text), key)
        assert answer.status_code == 404, text
        assert "x-evil" not in answer.headers


@pytest.mark.parametrize("given", ["a b", "a\tb", "a;b", "x" * 65, "é".encode().decode("latin-1")])
async def test_A08_a_request_id_that_is_not_harmless_is_not_repeated(api: Api, given: str) -> None:
    headers = {b"x-request-id": given.encode("latin-1")}
    answer = await api.client.get("/healthz", headers=headers)
    assert answer.headers["x-request-id"].startswith("req_")


async def test_A08_the_name_of_a_downloaded_file_is_a_hostname_alone(api: Api) -> None:
    key = await api.key()
    domain = await api.domain(key, "münchen.de")
    answer = await api.ask("GET", f"/domains/{domain}/zone-file", key)
    assert answer.headers["content-disposition"] == 'attachment; filename="xn--mnchen-3ya.de.zone"'
