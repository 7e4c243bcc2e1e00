"""Signatures as Standard Webhooks has them (W06)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from letterhead.core.signature import headers, secret_of, shown, signature

# The example of the specification's own libraries ("tests/test_webhooks.py" of each): a fixed triple.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_W06_the_vector_of_the_specification() -> None:
    assert signature(secret_of(SECRET), MESSAGE, TIMESTAMP, BODY) == SIGNED


def test_W06_what_is_signed_is_id_timestamp_and_body_and_changing_any_of_them_shows() -> None:
    secret = bytes(range(32))
    mac = hmac.new(secret, b"msg_1.1700000000.{}", hashlib.sha256).digest()
    assert signature(secret, "msg_1", 1700000000, b"{}") == "v1," + base64.b64encode(mac).decode()
    others = {
        signature(secret, "msg_2", 1700000000, b"{}"),
        signature(secret, "msg_1", 1700000001, b"{}"),
        signature(secret, "msg_1", 1700000000, b"{ }"),
        signature(bytes(32), "msg_1", 1700000000, b"{}"),
        signature(secret, "msg_1", 1700000000, b"{}"),
    }
    assert len(others) == 5


def test_W06_while_secrets_change_both_sign() -> None:
    at = datetime(2026, 1, 15, 12, 0, 0, 999_999, tzinfo=UTC)
    made = headers([b"n" * 32, b"o" * 32], "evt_1", at, b"{}")
    stamp = int(at.timestamp())
    assert made == {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": (
            f"{signature(b'n' * 32, 'evt_1', stamp, b'{}')} {signature(b'o' * 32, 'evt_1', stamp, b'{}')}"
        ),
    }


def test_a_secret_is_shown_and_read_again() -> None:
    assert secret_of(shown(bytes(range(32)))) == bytes(range(32))
    with pytest.raises(ValueError, match="base64"):
        secret_of("whsec_not base64!")
