"""N09: switches that are for tests alone work where everything is on loopback, and nowhere else."""

import pytest

from letterhead.config import load
from tests.config.test_bad_configs import problems

LAB = {"LETTERHEAD_DNS_ROOT_HINTS": "127.0.0.1, ::1", "LETTERHEAD_DNS_RESOLVERS": "udp://127.0.0.53:5353"}
SWITCHES = ("LETTERHEAD_DNS_ALLOW_RESERVED_NAMES", "LETTERHEAD_DNS_ALLOW_PRIVATE_SERVERS")


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize(
    ("public", "stranger"),
    [
        ({}, "198.41.0.4"),
        # A resolver on loopback is usual in production and proves no lab.
        (
            {"LETTERHEAD_DNS_RESOLVERS": "udp://127.0.0.1", "LETTERHEAD_DNS_AUTHORITATIVE": "false"},
            "198.41.0.4",
        ),
        (LAB | {"LETTERHEAD_DNS_ROOT_HINTS": "127.0.0.1, 10.0.0.1"}, "10.0.0.1"),
        (LAB | {"LETTERHEAD_DNS_RESOLVERS": "udp://127.0.0.1, udp://[2620:fe::fe]"}, "2620:fe::fe"),
    ],
)
def test_N09_switches_for_tests_are_refused_in_the_open(
    switch: str, public: dict[str, str], stranger: str
) -> None:
    (problem,) = problems(public | {switch: "true"})
    assert problem.startswith(switch)
    assert f"{stranger} is not" in problem


@pytest.mark.parametrize("switch", SWITCHES)
def test_N09_switches_for_tests_work_where_everything_is_on_loopback(switch: str) -> None:
    dns = load(None, LAB | {switch: "true"}).dns
    assert dns.allow_reserved_names is (switch == SWITCHES[0])
    assert dns.allow_private_servers is (switch == SWITCHES[1])
