"""Many examinations at once, at one name server that counts what it is asked at a time."""

import asyncio
from typing import cast

import pytest

from letterhead.clock import SystemClock
from letterhead.core.hostname import Hostname
from letterhead.core.profile import PROFILES
from letterhead.resolver.authoritative import Authoritative
from letterhead.resolver.line import MAX_AT_ONE_SERVER
from letterhead.sandbox.nameserver import reply
from letterhead.sandbox.world import world
from letterhead.sandbox.zones import Zones
from letterhead.service.canaries import unwatched
from letterhead.service.examination import Examination
from letterhead.service.witnesses import Witnesses
from tests.core.registration import SITE, domain, planned
from tests.service.paper import PaperProvider

DELAY = 0.005  # seconds that each reply takes


class Counting(asyncio.DatagramProtocol):
    """A server of these zones that replies after a while, and knows who waited at a time."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._heard: set[tuple[bytes, int]] = set()
        self._waiting = 0
        self.most = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = data, addr[1]
        if query in self._heard:  # sent again, perhaps after we replied
            return
        self._heard.add(query)
        self._waiting += 1
        self.most = max(self.most, self._waiting)
        asyncio.get_running_loop().call_later(DELAY, self._reply, data, addr)

    def _reply(self, query: bytes, addr: tuple[str, int]) -> None:
        self._waiting -= 1
        response = reply(self._zones, query, over_udp=True)
        assert response is not None
        self._transport.sendto(response, addr)


def published(names: list[Hostname]) -> Zones:
    """A world in which all these domains have all their records."""
    zones = world(SITE, names)
    for name in names:
        for record in planned(hostname=name).records:
            zones.holding(record.host).put(record.host, record.type, [record.text], record.ttl)
    return zones


@pytest.mark.parametrize("count", [150, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_R17_many_examinations_at_once_all_end_and_no_server_sees_more_than_its_cap(count: int) -> None:
    names = [Hostname(f"c{number}.example") for number in range(count)]
    counting, clock = Counting(published(names)), SystemClock()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: counting, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    own = Authoritative(["127.0.0.1"], clock, port=port, allow_private=True)
    examination = Examination(
        Witnesses(own, (), 0, clock, unwatched(clock)), PaperProvider(), PROFILES, SITE, clock
    )
    reports = await asyncio.gather(*(examination.of(domain(hostname=name, id=name)) for name in names))
    transport.close()
    assert {report.outcome for report in reports} == {"pass"}
    assert counting.most == MAX_AT_ONE_SERVER
