"""The five dialects from outside: where their domains live, and what their errors look like to the letter.

Written from the services' documents, not from the code: a test that compares the two can fail.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.api.conftest import Api

Json = Any


def _is_mails(error: Json) -> bool:
    is_code_right = error.get("code", "invalid_or_expired_token") == "invalid_or_expired_token"
    return list(error) in (["error"], ["error", "code"]) and is_code_right and _texts(error["error"])


def _is_agentmail_pro(error: Json) -> bool:
    inner = error["error"]
    names = list(error) in (["error"], ["error", "verificationStatus"]) and list(inner) == ["code", "message"]
    return names and _texts(*inner.values()) and inner["code"].replace("_", "A").isupper()


def _is_sendmux(error: Json) -> bool:
    inner = error["error"]
    optional = {"param", "errors"} & inner.keys()
    order = [
        name
        for name in ("code", "message", "param", "retryable", "errors")
        if name in optional or name not in {"param", "errors"}
    ]
    fields = all(list(each) == ["field", "code", "message"] for each in inner.get("errors", []))
    return (
        list(error) == ["ok", "error", "meta"]
        and error["ok"] is False
        and list(inner) == order
        and inner["code"] in SENDMUX_CODES
        and isinstance(inner["retryable"], bool)
        and fields
        and list(error["meta"]) == ["request_id"]
        and _texts(inner["message"], error["meta"]["request_id"])
    )


def _is_inboxlayer(error: Json) -> bool:
    return list(error) == ["error", "error_code"] and _texts(*error.values())


def _is_anyreach(error: Json) -> bool:
    return list(error) == ["detail"] and _texts(error["detail"])


def _texts(*values: object) -> bool:
    return all(isinstance(value, str) and value for value in values)


SENDMUX_CODES = {
    "invalid_parameter",
    "missing_parameter",
    "authentication_required",
    "insufficient_permissions",
    "not_found",
    "conflict",
    "limit_exceeded",
    "idempotency_conflict",
    "payload_too_large",
    "validation_error",
    "rate_limit_exceeded",
    "internal_error",
    "service_unavailable",
}


@dataclass(frozen=True)
class Spoken:
    """One dialect.

    domains    where its domains live.
    fresh      the status of a registration.
    invalid    the status of what a body may not hold.
    is_error   whether a body is an error of this dialect, in its fields, their order and their types.
    status_at  where the status stands in a domain.
    words      how it calls pending, verified and failed.
    """

    name: str
    domains: str
    is_error: Callable[[Json], bool]
    fresh: int = 201
    invalid: int = 422
    status_at: str = "status"
    words: tuple[str, str, str] = ("pending", "verified", "failed")

    def of(self, body: Json) -> Json:
        """A domain, or a list of them, without what is wrapped around it."""
        if self.name == "sendmux":
            return body["data"]
        return body["domains"] if isinstance(body, dict) and "domains" in body else body


DIALECTS = (
    Spoken("mails", "/v1/domains", _is_mails, invalid=400, words=("pending", "dns_verified", "pending")),
    Spoken(
        "agentmail_pro",
        "/api/email/domains",
        _is_agentmail_pro,
        invalid=400,
        words=("pending", "active", "failed"),
    ),
    Spoken("sendmux", "/api/v1/domains", _is_sendmux, status_at="verification_status"),
    Spoken("inboxlayer", "/api/v1/custom_domains", _is_inboxlayer, status_at="verified_status"),
    Spoken("anyreach", "/core/email-domains", _is_anyreach, fresh=200),
)
NAMED = {each.name: each for each in DIALECTS}


class Speaker:
    """A client of one dialect with one key."""

    def __init__(self, api: Api, dialect: str, key: str | None) -> None:
        self.spoken = NAMED[dialect]
        self._api = api
        self._key = key

    async def ask(self, method: str, path: str = "", **given: Any) -> httpx2.Response:
        """A request; the path begins below the dialect's domains."""
        own = {"authorization": f"Bearer {self._key}"} if self._key else {}
        headers = {**own, **given.pop("headers", {})}
        return await self._api.client.request(method, self.spoken.domains + path, headers=headers, **given)

    async def told(self, method: str, path: str = "", status: int = 200, **given: Any) -> Json:
        """The body of an answer that must have a status."""
        answer = await self.ask(method, path, **given)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def register(self, name: str, **fields: Any) -> Json:
        """A domain that is newer than all others."""
        self._api.clock.advance(0.001)
        body = {"domain": name, **fields}
        return self.spoken.of(await self.told("POST", status=self.spoken.fresh, json=body))
