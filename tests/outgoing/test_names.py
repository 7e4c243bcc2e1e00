"""Where names lead: who is asked, what a stranger's name servers can cost, and whose fault a failure is."""

import asyncio
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import dns.message
import pytest
from dns.asyncresolver import Resolver
from dns.resolver import NoResolverConfiguration

from letterhead.outgoing import names
from letterhead.outgoing.names import LookUp, Shortage, system_look_up
from letterhead.outgoing.post import Post
from tests.nameservers import lies
from tests.nameservers.liar import Liar, Reply, Script, Transport
from tests.nameservers.ports import free_port
from tests.outgoing.test_post import receiver, saying

TAR_PITS = 60
PATIENCE = 60.0
NONE = lies.answer("")

Said = dict[tuple[str, str], Script]
"""What is said to whom asks for a name and a type; all else is not there, but the root is."""


def saying_of(said: Said) -> Script:
    def script(query: dns.message.Message, transport: Transport) -> Reply:
        (asked,) = query.question
        name = asked.name.to_text(omit_final_dot=True)
        rtype = dns.rdatatype.to_text(asked.rdtype)
        if name.startswith("tar-pit"):
            return None
        found = NONE if asked.name == dns.name.root else said.get((name, rtype), lies.rcode(3))
        return found(query, transport)

    return script


def configured(port: int, *lines: str) -> Callable[[], Resolver]:
    """The name servers of a machine whose resolv.conf has these lines as well."""

    def resolver() -> Resolver:
        made = Resolver(StringIO("\n".join(["nameserver 127.0.0.1", *lines, ""])))
        made.port = port
        return made

    return resolver


@pytest.fixture
def look_up(liar: Liar, tmp_path: Path) -> LookUp:
    """A machine whose one name server is the liar, and whose hosts file knows nobody."""
    said = {("hooks.acme.com", "A"): lies.answer("@ A 127.0.0.1"), ("hooks.acme.com", "AAAA"): NONE}
    liar.script(saying_of(said))
    return system_look_up(configured(liar.port), tmp_path / "hosts")


async def test_both_families_are_asked_for_by_the_absolute_name(liar: Liar, tmp_path: Path) -> None:
    both = {
        ("hooks.acme.com", "A"): lies.answer("@ CNAME a\na A 192.0.2.1"),
        ("hooks.acme.com", "AAAA"): lies.answer("@ AAAA 2001:db8::1\n@ AAAA 2001:db8::2"),
        ("hooks.acme.com.evil.net", "A"): lies.answer("@ A 192.0.2.66"),
        ("hooks.evil.net", "A"): lies.answer("@ A 192.0.2.66"),
    }
    liar.script(saying_of(both))
    look_up = system_look_up(configured(liar.port, "search evil.net", "options ndots:5"), tmp_path / "hosts")
    assert set(await look_up("hooks.acme.com", 443)) == {"192.0.2.1", "2001:db8::1", "2001:db8::2"}
    assert list(await look_up("hooks", 443)) == []
    assert {name for name, *_ in liar.queries} == {"hooks.acme.com", "hooks"}


async def test_it_will_do_to_know_one_family(liar: Liar, look_up: LookUp) -> None:
    liar.script(
        saying_of(
            {
                ("a.acme.com", "A"): lies.answer("@ A 192.0.2.1"),
                ("a.acme.com", "AAAA"): lies.rcode(2),
                ("b.acme.com", "A"): NONE,
                ("b.acme.com", "AAAA"): lies.rcode(2),
            }
        )
    )
    assert list(await look_up("a.acme.com", 443)) == ["192.0.2.1"]
    with pytest.raises(OSError, match="do not answer as they should") as failed:
        await look_up("b.acme.com", 443)
    assert not isinstance(failed.value, Shortage)


async def test_the_hosts_file_is_heard_first(liar: Liar, look_up: LookUp, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(
        "# ours\n::1 lab\n127.0.0.2\tother  Lab # here\n\n127.0.0.9 #lab\nbroken\n"
    )
    assert set(await look_up("lab", 443)) == {"::1", "127.0.0.2"}
    assert liar.queries == []
    assert list(await look_up("hooks.acme.com", 443)) == ["127.0.0.1"]


async def test_addresses_to_which_there_is_no_way_come_last(look_up: LookUp, tmp_path: Path) -> None:
    """As for whoever has no IPv6: a link-local address says of no link which."""
    (tmp_path / "hosts").write_text("fe80::1 lab\n127.0.0.1 lab\nfe80::2 lab\n127.0.0.2 lab\n")
    assert list(await look_up("lab", 443)) == ["127.0.0.1", "127.0.0.2", "fe80::1", "fe80::2"]


async def asked(liar: Liar, count: int) -> None:
    """Returns once the liar was asked about so many names."""
    for _ in range(1_000):
        if len({name for name, *_ in liar.queries}) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("they were not asked about")


async def test_W04_name_servers_that_never_answer_hold_up_no_other_look_up(
    liar: Liar, look_up: LookUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do they when nobody waits for them any longer: what is given up leaves nothing behind."""
    monkeypatch.setattr(names, "SECONDS", PATIENCE)
    async with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n")) as port:
        outgoing = Post(allow_private=True, look_up=look_up, seconds=PATIENCE)
        stuck = [
            asyncio.create_task(outgoing.post(f"https://tar-pit{number}.com/", {}, b""))
            for number in range(TAR_PITS)
        ]
        await asked(liar, TAR_PITS)
        came = await outgoing.post(f"http://hooks.acme.com:{port}/", {}, b"{}")
        assert came.status == 200
        assert not any(each.done() for each in stuck)
        for each in stuck:
            each.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_W04_a_tar_pit_is_charged_to_whoever_lies_in_it(
    look_up: LookUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.3)
    monkeypatch.setattr(names, "ONE_SERVER", PATIENCE)
    came = await Post(look_up=look_up, seconds=PATIENCE).post("https://tar-pit.com/", {}, b"{}")
    assert (came.fault, came.is_ours) == ("its name could not be looked up", False)


async def test_W05_name_servers_of_ours_that_are_out_of_order_are_nobodys_fault(
    liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.3)
    monkeypatch.setattr(names, "ONE_SERVER", 0.2)
    liar.script(lies.rcode(2))
    for port in (liar.port, free_port()):
        outgoing = Post(look_up=system_look_up(configured(port), tmp_path / "hosts"), seconds=PATIENCE)
        came = await outgoing.post("https://hooks.acme.com/", {}, b"{}")
        assert (came.status, came.is_ours) == (None, True)


async def test_W05_a_machine_without_name_servers_is_nobodys_fault(tmp_path: Path) -> None:
    def nowhere() -> Resolver:
        raise NoResolverConfiguration("no nameservers")

    came = await Post(look_up=system_look_up(nowhere, tmp_path / "hosts")).post("https://a.com/", {}, b"{}")
    assert (came.fault, came.is_ours) == ("we could not send it, and try again soon", True)


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Nothing more can be opened, by pytest neither."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("url", ["https://hooks.acme.com/", "https://127.0.0.1:9/"])
async def test_W05_a_process_without_free_descriptors_is_nobodys_fault(look_up: LookUp, url: str) -> None:
    """Not when a name is looked up, and not when there is an address to connect to."""
    outgoing = Post(allow_private=True, look_up=look_up)
    with no_descriptors():
        came = await outgoing.post(url, {}, b"{}")
    assert (came.fault, came.is_ours) == ("we could not send it, and try again soon", True)
