"""Any dialect shows any domain of the team; the profile of its registration alone decides."""

from itertools import product

import pytest

from letterhead.core.finding import Outcome
from letterhead.core.profile import PROFILES
from tests.api.conftest import Api
from tests.api.dialects.conftest import Speak
from tests.api.dialects.spoken import DIALECTS, Speaker, Spoken

PAIRS = pytest.mark.parametrize(
    ("made_in", "seen_in"),
    list(product(DIALECTS, DIALECTS)),
    ids=lambda each: each.name,
)
WITH_CNAMES = {"sendmux", "inboxlayer", "anyreach"}


async def one(client: Speaker) -> dict[str, object]:
    """The only domain of the team, as the list shows it."""
    (domain,) = client.spoken.of(await client.told("GET"))
    found: dict[str, object] = domain
    return found


@PAIRS
async def test_a_domain_is_right_in_every_dialect_and_goes_its_way_there(
    api: Api, speak: Speak, made_in: Spoken, seen_in: Spoken
) -> None:
    maker, client = await speak(made_in.name), await speak(seen_in.name)
    await maker.register("acme.com")
    listed = await one(client)
    path = f"/{listed['id']}"
    pending, verified, _ = seen_in.words
    assert (listed["domain"], listed[seen_in.status_at]) == ("acme.com", pending)
    shown = seen_in.of(await client.told("GET", path))
    assert listed.items() <= shown.items() or seen_in.name == "agentmail_pro"
    mandatory(seen_in, shown, made_in)
    status = 422 if seen_in.name == "agentmail_pro" else 200
    await client.told("POST", f"{path}/verify", status)
    assert (await one(client))[seen_in.status_at] == pending
    api.oracle.outcome = Outcome.PASS
    await client.told("POST", f"{path}/verify")
    assert (await one(client))[seen_in.status_at] == verified
    assert (await one(maker))[made_in.status_at] == made_in.words[1]
    removed = await client.ask("DELETE", path)
    assert removed.status_code == (204 if seen_in.name == "inboxlayer" else 200)
    assert maker.spoken.of(await maker.told("GET")) == []


def mandatory(seen_in: Spoken, shown: dict[str, object], made_in: Spoken) -> None:
    """What a dialect must fill, whatever was asked for."""
    text = str(shown)
    assert "None" not in text.replace("'verified_at': None", "").replace("'verifiedAt': None", "").replace(
        "'ses_identity_checked_at': None", ""
    )
    if seen_in.name == "sendmux":
        records = shown["dns_records"]
        assert isinstance(records, dict)
        assert len(records["dkim"]) == (3 if made_in.name in WITH_CNAMES else 0)
        assert records["verification"]["value"].partition("=")[2] or records["verification"]["value"]
        assert records["mail_from"]["mx"]["target"] == "bounce.letterhead.example"
        assert shown["ses_dkim_status"] == ("not_started" if made_in.name == "mails" else "pending")
    if seen_in.name == "inboxlayer":
        is_aliased = made_in.name in WITH_CNAMES
        assert bool(shown["dkim_host"]) is bool(shown["dkim_value"]) is is_aliased
        assert isinstance(shown["dkim_host"], str)
        assert len(shown["dkim_records"]) == (3 if is_aliased else 0)  # type: ignore[arg-type]  # a list
    if seen_in.name == "mails":
        assert {"mx", "spf", "dmarc"} <= set(shown["dns_records"])  # type: ignore[call-overload]  # a dict


@pytest.mark.parametrize("made_in", DIALECTS, ids=lambda each: each.name)
async def test_the_profile_is_that_of_the_registration_and_the_token_of_the_claim(
    api: Api, speak: Speak, made_in: Spoken
) -> None:
    root = await api.key()
    await (await speak(made_in.name)).register("acme.com")
    (native,) = (await api.ask("GET", "/domains", root)).json()["data"]
    assert native["profile"] == made_in.name
    domain = await api.services.domains.store.domains.by_id(native["id"])
    assert domain is not None
    sendmux = await speak("sendmux")
    shown = (await sendmux.told("GET", f"/m{native['id']}"))["data"]
    assert domain.token in shown["dns_records"]["verification"]["value"]
    asked = (await api.ask("GET", f"/domains/{native['id']}/records", root)).json()["data"]
    wanted = {(w.role, w.type) for w in PROFILES[made_in.name].wants}
    assert {(each["role"], each["type"]) for each in asked} <= wanted


async def test_what_is_known_is_known_in_every_dialect_while_nobody_answers(api: Api, speak: Speak) -> None:
    clients = [await speak(each.name) for each in DIALECTS]
    await clients[0].register("acme.com")
    api.oracle.outcome = Outcome.PASS
    await clients[0].told("POST", f"/{(await one(clients[0]))['id']}/verify")
    before = [await one(client) for client in clients]
    api.oracle.outcome = Outcome.UNKNOWN
    await clients[0].told("POST", f"/{before[0]['id']}/verify")
    moved = {"ses_identity_checked_at", "updatedAt"}
    for client, known in zip(clients, before, strict=True):
        now = await one(client)
        assert {n: v for n, v in now.items() if n not in moved} == {
            n: v for n, v in known.items() if n not in moved
        }, client.spoken.name
        assert now[client.spoken.status_at] == client.spoken.words[1]


async def test_an_id_of_one_dialect_is_an_id_of_the_others_but_for_sendmuxs_prefix(speak: Speak) -> None:
    made = (await (await speak("mails")).register("acme.com"))["id"]
    for spoken in DIALECTS:
        own = f"m{made}" if spoken.name == "sendmux" else made
        assert spoken.of(await (await speak(spoken.name)).told("GET", f"/{own}"))["id"] == own
