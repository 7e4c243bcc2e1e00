"""The evaluator: RFC 7208 §4 to §6, each rule with the smallest zone that shows it."""

from ipaddress import ip_address

import pytest

from letterhead.core.answer import Question, RecordType
from letterhead.core.spf.check_host import Result, Verdict, check_host
from tests.core.spf.zone import drive, read_zone


def _check(
    zone: str, ip: str = "192.0.2.1", sender: str = "joe@acme.com", asked: list[Question] | None = None
) -> Verdict:
    domain = sender.rpartition("@")[2]
    inquiry = check_host(ip_address(ip), domain, sender, "mail.acme.com", receiver="mx.us.example")
    return drive(inquiry, read_zone(zone), asked)


_HOSTS = """
mail.acme.com A 192.0.2.1
mail.acme.com AAAA 2001:db8::1
acme.com A 192.0.2.9
acme.com MX 20 mail.acme.com
acme.com MX 10 gone.acme.com
pass.x.com TXT v=spf1 ip4:192.0.2.1 -all
fail.x.com TXT v=spf1 -all
soft.x.com TXT v=spf1 ~all
neutral.x.com TXT v=spf1 ?all
slow.x.com TXT !timeout
slow.x.com A !timeout
bad.x.com TXT v=spf1 moo
two.x.com TXT v=spf1 -all
two.x.com TXT v=spf1 +all
none.x.com TXT hello
1.2.0.192.in-addr.arpa PTR Mail.acme.com
1.2.0.192.in-addr.arpa PTR lie.x.com
"""


@pytest.mark.parametrize(
    ("record", "ip", "result"),
    [
        # §4.7 and §5.1
        ("v=spf1", "192.0.2.1", "neutral"),
        ("v=spf1 ?all", "192.0.2.1", "neutral"),
        ("v=spf1 ~all", "192.0.2.1", "softfail"),
        ("v=spf1 -all", "192.0.2.1", "fail"),
        ("v=spf1 all -all", "192.0.2.1", "pass"),
        # §5.2: the table of results
        ("v=spf1 include:pass.x.com -all", "192.0.2.1", "pass"),
        ("v=spf1 -include:pass.x.com +all", "192.0.2.1", "fail"),
        ("v=spf1 include:fail.x.com ~all", "192.0.2.1", "softfail"),
        ("v=spf1 include:soft.x.com -all", "192.0.2.1", "fail"),
        ("v=spf1 include:neutral.x.com -all", "192.0.2.1", "fail"),
        ("v=spf1 include:slow.x.com -all", "192.0.2.1", "temperror"),
        ("v=spf1 include:bad.x.com -all", "192.0.2.1", "permerror"),
        ("v=spf1 include:two.x.com -all", "192.0.2.1", "permerror"),
        ("v=spf1 include:none.x.com -all", "192.0.2.1", "permerror"),
        ("v=spf1 include:gone.x.com -all", "192.0.2.1", "permerror"),
        ("v=spf1 include:x..com -all", "192.0.2.1", "permerror"),
        ("v=spf1 ip4:192.0.2.1 include:gone.x.com", "192.0.2.1", "pass"),  # never reached
        # §5.3
        ("v=spf1 a:mail.acme.com -all", "192.0.2.1", "pass"),
        ("v=spf1 a:mail.acme.com -all", "2001:db8::1", "pass"),
        ("v=spf1 a -all", "192.0.2.1", "fail"),
        ("v=spf1 a/24 -all", "192.0.2.1", "pass"),
        ("v=spf1 a:mail.acme.com//64 -all", "2001:db8::9", "pass"),
        ("v=spf1 a:mail.acme.com//64 -all", "192.0.2.2", "fail"),
        ("v=spf1 a:slow.x.com -all", "192.0.2.1", "temperror"),
        # §5.4
        ("v=spf1 mx -all", "192.0.2.1", "pass"),
        ("v=spf1 mx:mail.acme.com -all", "192.0.2.1", "fail"),  # a host is not its own exchange
        # §5.5
        ("v=spf1 ptr -all", "192.0.2.1", "pass"),
        ("v=spf1 ptr:x.com -all", "192.0.2.1", "fail"),  # lie.x.com does not lead back
        ("v=spf1 ptr:cme.com -all", "192.0.2.1", "fail"),  # whole labels compare
        ("v=spf1 ptr:mail.acme.com -all", "192.0.2.1", "pass"),
        ("v=spf1 ptr -all", "192.0.2.2", "fail"),
        # §5.6, and §5 on mapped addresses
        ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.1", "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "::ffff:192.0.2.1", "pass"),
        ("v=spf1 ip6:::ffff:192.0.2.1 -all", "::ffff:192.0.2.1", "fail"),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::1", "pass"),
        # §5.7
        ("v=spf1 exists:mail.acme.com -all", "2001:db8::1", "pass"),
        ("v=spf1 exists:%{ir}.list.x.com -all", "192.0.2.1", "fail"),
        # §6.1
        ("v=spf1 redirect=pass.x.com", "192.0.2.1", "pass"),
        ("v=spf1 redirect=pass.x.com", "192.0.2.2", "fail"),
        ("v=spf1 ?all redirect=pass.x.com", "192.0.2.1", "neutral"),
        ("v=spf1 redirect=pass.x.com ip4:192.0.2.9", "192.0.2.9", "pass"),  # after all mechanisms
        ("v=spf1 redirect=gone.x.com", "192.0.2.1", "permerror"),
        ("v=spf1 redirect=slow.x.com", "192.0.2.1", "temperror"),
    ],
)
def test_each_term_does_what_its_section_says(record: str, ip: str, result: str) -> None:
    assert _check(f"acme.com TXT {record}\n{_HOSTS}", ip).result == result


@pytest.mark.parametrize(
    ("zone", "result", "problem"),
    [
        ("", "none", "acme.com has no SPF record"),
        ("acme.com TXT hello", "none", "acme.com has no SPF record"),
        ("acme.com TXT !timeout", "temperror", "acme.com TXT: timeout"),
        ("acme.com TXT v=spf1 a\nacme.com TXT v=spf1 mx", "permerror", "acme.com has 2 SPF records"),
        ("acme.com TXT v=spf1 moo", "permerror", "acme.com: term 1, moo: there is no mechanism “moo”"),
        ("acme.com SPF v=spf1 +all", "none", "acme.com has no SPF record"),
    ],
)
def test_S07_S08_records_that_decide_nothing_say_why(zone: str, result: str, problem: str) -> None:
    verdict = _check(zone)
    assert (verdict.result, verdict.problem) == (result, problem)


def test_a_verdict_names_the_mechanism_its_domain_and_the_costs() -> None:
    zone = f"acme.com TXT v=spf1 a:gone.acme.com redirect=fail.x.com\n{_HOSTS}"
    assert _check(zone) == Verdict(Result.FAIL, None, "-all", "fail.x.com", lookups=2, voids=1)


@pytest.mark.parametrize(
    ("zone", "result", "lookups", "voids"),
    [
        # §4.6.4: ten terms, wherever they stand, redirect included
        (
            "acme.com TXT v=spf1" + " -exists:no.x.com" * 2 + " ?all",
            "neutral",
            2,
            2,
        ),
        ("acme.com TXT v=spf1" + " -exists:no.x.com" * 3 + " ?all", "permerror", 3, 3),
        ("acme.com TXT v=spf1" + " a" * 10 + " ?all", "neutral", 10, 0),
        ("acme.com TXT v=spf1" + " a" * 11 + " ?all", "permerror", 11, 0),
        ("acme.com TXT v=spf1" + " a" * 10 + " redirect=pass.x.com", "permerror", 11, 0),
        ("acme.com TXT v=spf1 ip4:192.0.2.1" + " a" * 11, "pass", 0, 0),
        ("acme.com TXT v=spf1 include:acme.com", "permerror", 11, 0),
        ("acme.com TXT v=spf1 redirect=acme.com", "permerror", 11, 0),
        (
            "acme.com TXT v=spf1 include:ten.x.com ?all\nten.x.com TXT v=spf1" + " a:acme.com" * 9,
            "neutral",
            10,
            0,
        ),
        (
            "acme.com TXT v=spf1 include:ten.x.com ?all\nten.x.com TXT v=spf1" + " a:acme.com" * 10,
            "permerror",
            11,
            0,
        ),
        ("acme.com TXT v=spf1 ?exists:%{p}.list.x.com ?all", "neutral", 2, 1),  # %{p} costs a lookup
        ("acme.com TXT v=spf1 ptr:zzz.com ?all", "neutral", 1, 0),
    ],
)
def test_S05_limits(zone: str, result: str, lookups: int, voids: int) -> None:
    verdict = _check(f"{zone}\n{_HOSTS}")
    assert (verdict.result, verdict.lookups, verdict.voids) == (result, lookups, voids)


@pytest.mark.parametrize(("exchanges", "result"), [(10, "fail"), (11, "permerror")])
def test_S05_an_mx_may_lead_to_ten_exchanges(exchanges: int, result: str) -> None:
    records = "\n".join(
        f"acme.com MX {i} m{i}.acme.com\nm{i}.acme.com A 192.0.2.200" for i in range(exchanges)
    )
    assert _check(f"acme.com TXT v=spf1 mx -all\n{records}").result == result


@pytest.mark.parametrize(("names", "result"), [(9, "pass"), (10, "fail")])
def test_S05_only_the_first_ten_names_of_an_address_count(names: int, result: str) -> None:
    others = "\n".join(f"1.2.0.192.in-addr.arpa PTR n{i}.x.com" for i in range(names))
    zone = "1.2.0.192.in-addr.arpa PTR mail.acme.com\nmail.acme.com A 192.0.2.1"
    assert _check(f"acme.com TXT v=spf1 ptr -all\n{others}\n{zone}").result == result


@pytest.mark.parametrize(
    ("exp", "text", "explanation"),
    [
        (
            "why.acme.com",
            "why.acme.com TXT %{i} of %{s}, says %{r}",
            "192.0.2.77 of joe@acme.com, says mx.us.example",
        ),
        ("%{l}.why.%{d}", "joe.why.acme.com TXT Go | away", "Goaway"),
        ("why.acme.com", "", None),
        ("why.acme.com", "why.acme.com TXT !timeout", None),
        ("why.acme.com", "why.acme.com TXT one\nwhy.acme.com TXT two", None),
        ("why.acme.com", "why.acme.com TXT %{x}", None),
        ("why.acme.com", r"why.acme.com TXT \xff", None),
        ("x..com", "", None),
    ],
)
def test_S06_explanations(exp: str, text: str, explanation: str | None) -> None:
    verdict = _check(f"acme.com TXT v=spf1 exp={exp} -all\n{text}", "192.0.2.77")
    assert (verdict.result, verdict.explanation, verdict.lookups) == (Result.FAIL, explanation, 0)


def test_explanations_come_from_the_redirect_and_never_from_an_include() -> None:
    zone = """
    acme.com TXT v=spf1 include:x.com exp=a.acme.com redirect=y.com
    x.com TXT v=spf1 -all exp=b.acme.com
    y.com TXT v=spf1 -all exp=c.acme.com
    a.acme.com TXT ours
    b.acme.com TXT the include's
    c.acme.com TXT the redirect's
    """
    assert _check(zone).explanation == "the redirect's"


def test_S06_a_strangers_local_part_stays_within_a_name() -> None:
    asked: list[Question] = []
    zone = "acme.com TXT v=spf1 exists:%{l}.%{l}.%{l}.%{l}.%{l}.x.com -all"
    verdict = _check(zone, sender="a." * 31 + "b@acme.com", asked=asked)
    assert verdict.result is Result.FAIL
    assert max(len(q.name) for q in asked) <= 253
    assert _check(zone, sender="a" * 400 + "@acme.com").result is Result.NONE
    # Beyond ASCII nothing can match (RFC 8616 §4), and nothing is asked.
    assert _check(zone, sender="jürgen@acme.com").voids == 0


def test_R24_names_compare_without_case() -> None:
    zone = """
    acme.com TXT v=spf1 ptr:ACME.com -all
    1.2.0.192.in-addr.arpa PTR MAIL.aCmE.cOm.
    mail.acme.com A 192.0.2.1
    mail.acme.com.list.acme.com A 127.0.0.2
    """
    assert _check(zone).result is Result.PASS
    # Of two names of the client, `%{p}` takes the one below the domain, however that is written (§7.3).
    by_name = zone.replace("v=spf1 ptr:ACME.com", "v=spf1 exists:%{p}.list.acme.com")
    two_names = f"1.2.0.192.in-addr.arpa PTR other.example\nother.example A 192.0.2.1\n{by_name}"
    assert _check(two_names, sender="joe@ACME.com").result is Result.PASS
    assert _check("acme.com TXT v=spf1 ip4:192.0.2.1 -all", sender="joe@ACME.com").result is Result.PASS


def test_a_sender_without_local_part_is_postmaster() -> None:
    zone = "acme.com TXT v=spf1 exists:%{l}.x.com -all\npostmaster.x.com A 127.0.0.2"
    assert _check(zone, sender="@acme.com").result is Result.PASS


def test_the_type_99_is_never_asked_for() -> None:
    asked: list[Question] = []
    _check("acme.com SPF v=spf1 +all", asked=asked)
    assert asked == [Question("acme.com", RecordType.TXT)]
