"""People's addresses: one spelling each, and nothing that could become a header."""

import pytest

from letterhead.core.address import email
from letterhead.core.refusal import Refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Jane@Acme.COM", "jane@acme.com"),
        (" jane.doe+x@acme.com ", "jane.doe+x@acme.com"),
        ("jane@münchen.de", "jane@xn--mnchen-3ya.de"),
        ("o'neil@acme.com", "o'neil@acme.com"),
        ("jane=joe?@acme.com", "jane=joe?@acme.com"),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    assert email(typed) == email(kept) == kept


@pytest.mark.parametrize("local", ["=?utf-8?q?", "=?us-ascii?q?a=0d=0ab?=", "=?a?q?jane?=", "jane=?"])
def test_L17_nothing_that_a_header_decodes_is_an_address(local: str) -> None:
    with pytest.raises(Refusal, match="encoded word"):
        email(f"{local}@acme.com")


@pytest.mark.parametrize(
    "typed",
    [
        *("", "jane", "@acme.com", "jane@", "jane@com", "a b@acme.com", "a..b@acme.com", ".a@acme.com"),
        *("a@b@acme.com", "jane@acme.com\n", "<jane@acme.com>", '"jane"@acme.com', "jäne@acme.com"),
        "jane@acme.com\r\nBcc: eve@evil.com",
        f"{'x' * 65}@acme.com",
        f"{'x' * 64}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 20}.com",
    ],
)
def test_A08_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="email_invalid"):
        email(typed)
