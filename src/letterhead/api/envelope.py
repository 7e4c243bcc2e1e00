"""What is around every answer: the request's id, what may be cached, what is left, who may read it."""

from collections.abc import Mapping

from letterhead.api.bucket import Allowance
from letterhead.api.dialect import Dialect
from letterhead.api.rates import shown

Fields = list[tuple[bytes, bytes]]


def common_headers(dialect: Dialect, request_id: str, allowance: Allowance | None) -> Fields:
    """The headers of every answer: nothing of ours belongs into a cache (RFC 9111 §5.2.2.5)."""
    fields = [(b"x-request-id", request_id.encode()), (b"cache-control", b"no-store")]
    if allowance is not None:
        fields += encoded(shown(allowance))
    if dialect.cors:
        fields += encoded(dialect.cors)
    return fields


def encoded(headers: Mapping[str, str]) -> Fields:
    """Headers as octets."""
    return [(name.encode(), value.encode()) for name, value in headers.items()]
