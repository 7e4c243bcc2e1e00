"""What holds for a resolver over every transport, against a real Unbound that validates."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import pytest
import uvloop

from letterhead.core.answer import Fault, Observation, Question, RecordType, Source
from letterhead.core.endpoint import Transport, endpoint
from letterhead.ports import Resolver
from letterhead.resolver.opening import opened
from tests.clock import ManualClock
from tests.nameservers.authority import Authority
from tests.nameservers.knot import Knot
from tests.nameservers.liar import Liar
from tests.nameservers.lies import silent
from tests.nameservers.ports import free_port
from tests.nameservers.signing import signed, tampered
from tests.nameservers.unbound import NAME, Unbound
from tests.resolver.asking import texts

ADDRESS = "127.0.0.40"
MANY = 200
PLAIN = "\n".join(
    [
        '@ TXT "v=spf1 " "-all"',
        "@ MX 10 mx",
        "one CNAME two\ntwo CNAME three",
        'three TXT "end"',
        '*.brief 1 TXT "brief"',
        *(f'big TXT "{index:03}{"x" * 240}"' for index in range(60)),
        *(f'n{index} TXT "{index}"' for index in range(MANY)),
    ]
)
SIGNED = '@ TXT "true"\n@ MX 10 mx'


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def zones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, object]]:
    """Who answers for what: the arguments of an Unbound that knows them all."""
    broken = {
        "signed.test": signed("signed.test", SIGNED),
        "tampered.test": tampered("tampered.test", SIGNED, '"true"', '"forged"'),
        "expired.test": signed("expired.test", SIGNED, expired=True),
    }
    knot = Knot("127.0.0.1", free_port(), tmp_path_factory.mktemp("knot"))
    mute, refusing = Liar("127.0.0.9"), Liar("127.0.0.9")
    mute.script(silent())
    with ExitStack() as stack:
        for server in (knot, mute, refusing):
            stack.callback(server.stop)
            server.start()
        knot.publish_all({"plain.test": PLAIN, **{name: zone.text for name, zone in broken.items()}})
        yield {
            "anchors": [zone.anchor for zone in broken.values()],
            "stubs": {
                "test": f"127.0.0.1@{knot.port}",
                "silent.test": f"127.0.0.9@{mute.port}",
                "refused.test": f"127.0.0.9@{refusing.port}",
            },
        }


@pytest.fixture(scope="module")
def unbound(
    tmp_path_factory: pytest.TempPathFactory, authority: Authority, zones: Mapping[str, object]
) -> Iterator[Unbound]:
    server = Unbound(ADDRESS, tmp_path_factory.mktemp("unbound"), authority, **zones)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(params=list(Transport))
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param


@pytest.fixture
async def resolver(
    transport: Transport, unbound: Unbound, authority: Authority, clock: ManualClock
) -> AsyncIterator[Resolver]:
    async with opened(unbound.urls[transport], clock, ca_file=authority.file) as resolver:
        yield resolver


async def ask(
    resolver: Resolver, name: str, rtype: RecordType = RecordType.TXT, *, within: float = 5
) -> Observation:
    (observation,) = await resolver.ask(Question(name, rtype), within=within)
    return observation


async def test_R25_an_answer_is_observed_with_who_said_it_and_when(
    resolver: Resolver, transport: Transport, unbound: Unbound, clock: ManualClock
) -> None:
    observation = await ask(resolver, "plain.test")
    assert (observation.rcode, observation.fault, observation.detail) == ("NOERROR", None, "")
    assert texts(observation) == ["v=spf1 -all"]
    assert (observation.source, observation.asked_at) == (Source.RECURSIVE, clock.now())
    at = endpoint(unbound.urls[transport])
    assert (observation.server, observation.name) == (at.url, NAME if transport.is_encrypted else "")


@pytest.mark.parametrize(("name", "rcode"), [("none.plain.test", "NXDOMAIN"), ("n1.plain.test", "NOERROR")])
async def test_R03_absence_comes_with_its_soa(resolver: Resolver, name: str, rcode: str) -> None:
    observation = await ask(resolver, name, RecordType.MX)
    assert (observation.rcode, observation.fault, observation.records) == (rcode, None, ())
    assert observation.soa is not None
    assert observation.soa.owner == "plain.test"


async def test_R02_servfail_is_no_absence(resolver: Resolver) -> None:
    observation = await ask(resolver, "refused.test")
    assert (observation.fault, observation.rcode, observation.records) == (Fault.SERVFAIL, "SERVFAIL", ())


async def test_a_reply_of_15_kb_arrives_whole(resolver: Resolver) -> None:
    assert sorted(text[:3] for text in texts(await ask(resolver, "big.plain.test"))) == [
        f"{index:03}" for index in range(60)
    ]


async def test_a_chain_of_aliases_is_followed_by_the_resolver(resolver: Resolver) -> None:
    observation = await ask(resolver, "one.plain.test")
    assert texts(observation) == ["two.plain.test", "three.plain.test", "end"]


async def test_R02_what_is_not_answered_in_time_is_a_timeout(resolver: Resolver) -> None:
    observation = await ask(resolver, "silent.test", within=0.3)
    assert observation.fault is Fault.TIMEOUT
    assert "no reply over " in observation.detail


async def test_R02_no_number_of_timeouts_keeps_a_resolver_from_being_asked(resolver: Resolver) -> None:
    for _ in range(3):
        silence = (ask(resolver, f"n{index}.silent.test", within=0.05) for index in range(50))
        assert {o.fault for o in await asyncio.gather(*silence)} == {Fault.TIMEOUT}
    assert texts(await ask(resolver, "n1.plain.test")) == ["1"]


async def test_a_name_that_no_query_can_hold_is_an_observation_too(resolver: Resolver) -> None:
    assert (await ask(resolver, f"{'x' * 64}.test")).fault is Fault.MALFORMED


async def test_two_hundred_questions_at_once_each_get_their_own_answer(resolver: Resolver) -> None:
    asked = (ask(resolver, f"n{index}.plain.test", within=20) for index in range(MANY))
    observations = await asyncio.gather(*asked)
    assert [texts(o) or o for o in observations] == [[str(index)] for index in range(MANY)]


async def test_R09_what_is_signed_is_authenticated_and_what_is_not_is_not(resolver: Resolver) -> None:
    for name, authenticated in (("signed.test", True), ("none.signed.test", True), ("plain.test", False)):
        observation = await ask(resolver, name)
        assert (observation.fault, observation.authenticated) == (None, authenticated)


async def test_R09_a_resolver_that_does_not_validate_would_believe_the_forgery(unbound: Unbound) -> None:
    at = endpoint(unbound.urls["udp"])
    unchecked = dns.message.make_query("tampered.test", "TXT", flags=dns.flags.RD | dns.flags.CD)
    reply = dns.query.udp(unchecked, at.ip, port=at.port, timeout=5)
    assert '"forged"' in reply.answer[0].to_text()


@pytest.mark.parametrize("name", ["tampered.test", "expired.test"])
async def test_R09_R10_a_zone_with_broken_signatures_is_bogus_and_nothing_of_it_counts(
    resolver: Resolver, name: str
) -> None:
    observation = await ask(resolver, name)
    assert (observation.fault, observation.records) == (Fault.BOGUS, ())
    assert "EDE " in observation.detail


def test_it_holds_on_the_loop_that_the_server_runs_on(
    transport: Transport, unbound: Unbound, authority: Authority, clock: ManualClock
) -> None:
    async def look() -> list[list[str]]:
        async with opened(unbound.urls[transport], clock, ca_file=authority.file) as resolver:
            asked = (ask(resolver, f"n{index}.plain.test") for index in range(10))
            return [texts(o) for o in await asyncio.gather(*asked)]

    assert uvloop.run(look()) == [[str(index)] for index in range(10)]


async def test_R01_a_resolver_that_goes_down_is_a_network_fault_until_it_is_back(
    transport: Transport,
    zones: Mapping[str, object],
    authority: Authority,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    server = Unbound(ADDRESS, tmp_path / "unbound", authority, **zones).start()
    try:
        async with opened(server.urls[transport], clock, ca_file=authority.file) as resolver:
            assert texts(await ask(resolver, "n1.plain.test")) == ["1"]
            waiting = [asyncio.create_task(ask(resolver, "silent.test")) for _ in range(5)]
            await asyncio.sleep(0.1)
            server.stop()
            down = await ask(resolver, "n2.plain.test")
            assert (down.fault, down.records) == (Fault.NETWORK, ())
            assert {o.fault for o in await asyncio.gather(*waiting)} <= {Fault.NETWORK, Fault.TIMEOUT}
            server.start()
            assert texts(await ask(resolver, "n3.plain.test")) == ["3"]
    finally:
        server.stop()


async def test_R13_an_answer_past_its_time_is_stale(
    authority: Authority, zones: Mapping[str, object], clock: ManualClock, tmp_path: Path
) -> None:
    options = "    serve-expired: yes\n    ede-serve-expired: yes"
    server = Unbound(ADDRESS, tmp_path / "unbound", authority, options=options, **zones).start()
    try:
        async with AsyncExitStack() as stack:
            resolvers = {
                url.partition(":")[0]: await stack.enter_async_context(
                    opened(url, clock, ca_file=authority.file)
                )
                for url in server.urls.values()
            }
            # Each asks a name of its own: the first to be told what is stale makes Unbound look again.
            fresh = [(await ask(resolver, f"{by}.brief.plain.test")) for by, resolver in resolvers.items()]
            await asyncio.sleep(2.1)
            stale = [(await ask(resolver, f"{by}.brief.plain.test")) for by, resolver in resolvers.items()]
        assert [o.fault for o in fresh] == [None] * len(Transport)
        assert [o.fault for o in stale] == [Fault.STALE] * len(Transport)
        assert all("Stale" in o.detail for o in stale)
    finally:
        server.stop()
