"""Parameters: what is read of a path and a query, and how each that is wrong is named."""

from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from letterhead.api.parameters import Parameters
from letterhead.api.problem import Problem

TAKEN = Parameters(
    path=("domain_id",),
    types={
        "domain_id": str,
        "limit": Annotated[int, Meta(ge=1, le=100)],
        "status": Literal["pending", "verified"] | None,
        "since": str,
    },
    required=frozenset({"domain_id", "since"}),
)


@pytest.mark.parametrize(
    ("query", "read"),
    [
        (b"since=x", {"since": "x"}),
        (b"since=&limit=7", {"since": "", "limit": 7}),
        (b"limit=100&since=a%20b+c", {"since": "a b c", "limit": 100}),
        (b"status=verified&since=null", {"since": "null", "status": "verified"}),
    ],
)
def test_arguments_are_of_their_types_and_what_is_not_given_is_left_out(
    query: bytes, read: dict[str, Any]
) -> None:
    assert TAKEN.read(["dom_1"], query) == {"domain_id": "dom_1", **read}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (b"", {"since"}),
        (b"since=x&limit=0", {"limit"}),
        (b"since=x&limit=101&status=lost", {"limit", "status"}),
        (b"since=x&limit=1.5", {"limit"}),
        (b"since=x&limit=", {"limit"}),
        (b"limit=x", {"limit", "since"}),
        (b"since=x&sort=up", {"sort"}),
        (b"since=x&since=y", {"since"}),
        (b"since=x&domain_id=dom_2", {"domain_id"}),
        (b"since=x&request=y&data=z", {"request", "data"}),
    ],
)
def test_each_parameter_that_is_wrong_is_named(query: bytes, named: set[str]) -> None:
    with pytest.raises(Problem) as caught:
        TAKEN.read(["dom_1"], query)
    assert caught.value.code == "validation"
    assert {each["field"] for each in caught.value.extra["errors"]} == named  # type: ignore[attr-defined]  # a list of dicts
