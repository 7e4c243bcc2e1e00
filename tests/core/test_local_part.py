"""Local parts on the shared domain: what looks alike is one, and the operator's are nobody else's."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.core.local_part import RESERVED, folded, platform_local_part
from letterhead.core.refusal import Refusal

# Said again, without the code under test: RFC 2142, CA/Browser Forum BR §3.2.2.4.4, and others.
_NAMES = """
abuse admin administrator alerts api autoconfig autodiscover billing bounce bounces compliance
contact daemon dmarc-reports do-not-reply dmarc dns ftp help helpdesk hostmaster imap info invoices
is it legal letterhead login mailer-daemon mail marketing mis moderator news no-reply nobody noc
notifications operator ops owner password payments postmaster press privacy root sales security smtp
spf ssl-admin ssladmin ssladministrator sslwebmaster staff status support sysadmin system team
tls-rpt trouble unsubscribe usenet uucp verify webmaster www
"""
NAMES = _NAMES.split()

SPELLINGS = (
    str,
    str.upper,
    str.title,
    lambda name: f"{name}+tag",
    lambda name: f"{name}+",
    ".".join,
    lambda name: f"{name[0]}.{name[1:]}".upper() + "+x.y",
    lambda name: f"{name[0]}_{name[1:]}",
    lambda name: f"{name[0]}-{name[1:]}",
)


def test_sixty_names_and_more_are_tried() -> None:
    assert len(set(NAMES)) >= 60


@pytest.mark.parametrize(("name", "spelled"), list(product(NAMES, SPELLINGS)))
def test_O17_a_reserved_name_is_reserved_however_it_is_spelled(name: str, spelled: object) -> None:
    assert callable(spelled)
    with pytest.raises(Refusal, match="local_part_reserved"):
        platform_local_part(spelled(name))


@pytest.mark.parametrize(
    "name", ["jane", "sales-bot-7", "supporter", "abuse1", "a", "x" * 64, "my_admin_bot"]
)
def test_what_only_contains_a_reserved_name_is_free(name: str) -> None:
    assert platform_local_part(name) == name


@pytest.mark.parametrize("text", ["Jane.Doe", "janedoe", "j.a.n.e.d.o.e+news", "JANEDOE+a+b"])
def test_O17_spellings_of_one_name_are_one(text: str) -> None:
    assert platform_local_part(text) == "janedoe"


@pytest.mark.parametrize(
    "text",
    [
        *("", "+", "+tag", ".", "a..b", "a b", "-a", "a-", "jäne", "a@b", "a\r\nb", "a/b", '"a"', "x" * 65),
        "\u017fupport",  # its upper case is that of "support"
    ],
)
def test_O17_what_is_no_local_part_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="local_part_invalid"):
        platform_local_part(text)


@given(st.text(max_size=70))
def test_O17_folding_what_was_folded_changes_nothing_and_nothing_reserved_comes_through(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    try:
        canonical = platform_local_part(text)
    except Refusal:
        return
    assert platform_local_part(canonical) == canonical
    assert canonical.isascii()
    assert canonical.replace("-", "").replace("_", "") not in RESERVED
