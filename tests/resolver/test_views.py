"""Three validating resolvers, some of them fed by an attacker: configured, opened, asked, closed for real."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from letterhead.app import witnesses
from letterhead.config import load
from letterhead.core.answer import Absent, Answer, Fault, Found, Question, RecordType, Unreachable
from letterhead.resolver.recursive import Recursive
from letterhead.service.witnesses import Hearing
from tests.clock import ManualClock
from tests.nameservers.authority import Authority
from tests.nameservers.knot import Knot
from tests.nameservers.ports import free_port
from tests.nameservers.signing import signed
from tests.nameservers.unbound import Unbound

TRUE, FORGED = "@ MX 10 mx", '@ MX 10 mx\n@ TXT "forged"'
FED = {"one.test": 1, "two.test": 2, "signed.test": 3}
"""How many of the three resolvers ask the attacker's server about each zone."""


class Lab(NamedTuple):
    """The resolvers, each over another transport, and who signed their certificates."""

    urls: tuple[str, ...]
    ca_file: Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    directory = tmp_path_factory.mktemp("lab")
    authority = Authority(directory)
    own = Knot("127.0.0.1", free_port(), directory / "own")
    attacker = Knot("127.0.0.2", free_port(), directory / "attacker")
    zone = signed("signed.test", '@ TXT "mine"')
    with ExitStack() as stack:
        for server in (own, attacker):
            stack.callback(server.stop)
            server.start()
        own.publish_all({"one.test": TRUE, "two.test": TRUE, "signed.test": zone.text})
        lie = zone.text.replace('"mine"', '"forged"')
        attacker.publish_all({"one.test": FORGED, "two.test": FORGED, "signed.test": lie})
        urls = []
        for index, transport in enumerate(("tcp", "tls", "https")):
            asked = {name: attacker if index < fed else own for name, fed in FED.items()}
            unbound = Unbound(
                f"127.0.0.{41 + index}",
                directory / transport,
                authority,
                stubs={name: f"{server.address}@{server.port}" for name, server in asked.items()},
                anchors=[zone.anchor],
            )
            stack.callback(unbound.stop)
            urls.append(unbound.start().urls[transport])
        yield Lab(tuple(urls), authority.file)


async def seen(lab: Lab, name: str, quorum: int) -> Answer:
    """What the resolvers establish of the TXT records of a name where so many must agree."""
    environ = {
        "LETTERHEAD_DNS_AUTHORITATIVE": "false",
        "LETTERHEAD_DNS_RESOLVERS": ",".join(lab.urls),
        "LETTERHEAD_DNS_QUORUM": str(quorum),
        "LETTERHEAD_DNS_CA_FILE": str(lab.ca_file),
    }
    question = Question(name, RecordType.TXT)
    clock = ManualClock()
    async with witnesses(load(None, environ), clock) as asked:
        answer = (await Hearing(asked, 10).answers([question]))[question]
        streams = [r._channel._connection.current for r in asked.recursive[:2] if isinstance(r, Recursive)]
        assert all(stream.is_open for stream in streams)
    assert not any(stream.is_open for stream in streams), "connections are closed at shutdown"
    assert [o.server for o in answer.observations] == [url.partition("#")[0] for url in lab.urls]
    return answer


async def test_R08_one_forged_view_of_three_verifies_nothing(lab: Lab) -> None:
    assert isinstance(await seen(lab, "one.test", 2), Absent)
    doubtful = await seen(lab, "one.test", 3)
    assert isinstance(doubtful, Unreachable)
    assert doubtful.fault is Fault.DISAGREEMENT


async def test_R08_two_views_of_three_are_what_a_quorum_of_two_believes_and_one_of_three_does_not(
    lab: Lab,
) -> None:
    assert isinstance(await seen(lab, "two.test", 2), Found)
    assert isinstance(await seen(lab, "two.test", 3), Unreachable)


async def test_R09_a_signed_zone_that_is_forged_for_all_of_them_is_bogus_to_all_of_them(lab: Lab) -> None:
    answer = await seen(lab, "signed.test", 1)
    assert isinstance(answer, Unreachable)
    assert answer.fault is Fault.BOGUS
    assert "EDE 6" in answer.detail
