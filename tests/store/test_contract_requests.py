"""What every store does with attempts under an Idempotency-Key."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from letterhead.core.attempt import AT_WORK, KEPT, Attempt
from letterhead.ports import Store
from tests.store.samples import NOON

FIRST = Attempt("1" * 64, "key_1", "a" * 64, NOON)
ANSWER = b"\x00sealed\xff"


async def begin(store: Store, attempt: Attempt, now: datetime | None = None) -> Attempt | None:
    at = now or attempt.begun_at
    return await store.requests.begin(
        replace(attempt, begun_at=at), forgotten=at - KEPT, given_up=at - AT_WORK
    )


async def test_the_first_attempt_begins_and_the_second_is_shown_it(store: Store) -> None:
    assert await begin(store, FIRST) is None
    assert await begin(store, replace(FIRST, body="b" * 64)) == FIRST
    await store.requests.answer(FIRST, ANSWER)
    assert await begin(store, FIRST) == replace(FIRST, answer=ANSWER)
    assert await begin(store, replace(FIRST, id="2" * 64)) is None


async def test_a_dropped_attempt_may_begin_again_and_an_answered_one_is_not_dropped(store: Store) -> None:
    await begin(store, FIRST)
    await store.requests.drop(FIRST)
    assert await begin(store, FIRST) is None
    await store.requests.answer(FIRST, ANSWER)
    await store.requests.drop(FIRST)
    assert await begin(store, FIRST) == replace(FIRST, answer=ANSWER)


@pytest.mark.parametrize(
    ("changed", "after", "begins"),
    [
        ({}, AT_WORK, True),
        ({}, AT_WORK - timedelta(microseconds=1), False),
        ({"body": "b" * 64}, AT_WORK, False),
        ({"api_key": "key_2"}, AT_WORK, False),
        ({"body": "b" * 64, "api_key": "key_2"}, KEPT, True),
    ],
)
async def test_A11_a_mark_that_a_dead_process_left_runs_out(
    store: Store, changed: dict[str, str], after: timedelta, *, begins: bool
) -> None:
    await begin(store, FIRST)
    assert (await begin(store, replace(FIRST, **changed), NOON + after) is None) is begins


async def test_A11_an_answer_does_not_run_out_before_its_time_and_then_it_does(store: Store) -> None:
    await begin(store, FIRST)
    await store.requests.answer(FIRST, ANSWER)
    kept = replace(FIRST, answer=ANSWER)
    assert await begin(store, FIRST, NOON + KEPT - timedelta(microseconds=1)) == kept
    assert await begin(store, FIRST, NOON + KEPT) is None
    assert await begin(store, FIRST, NOON + KEPT) == replace(FIRST, begun_at=NOON + KEPT)


async def test_A11_who_was_given_up_answers_for_nobody_else(store: Store) -> None:
    await begin(store, FIRST)
    heir = replace(FIRST, begun_at=NOON + AT_WORK)
    assert await begin(store, heir) is None
    await store.requests.answer(FIRST, b"late")
    await store.requests.drop(FIRST)
    assert await begin(store, heir) == heir


async def test_A11_of_attempts_at_the_same_time_one_begins(store: Store) -> None:
    begun = await asyncio.gather(
        *(begin(store, replace(FIRST, begun_at=NOON + timedelta(microseconds=n))) for n in range(20))
    )
    assert begun.count(None) == 1


async def test_what_is_forgotten_is_swept_away_by_those_that_come(store: Store) -> None:
    old = [replace(FIRST, id=f"{number:064}") for number in range(25)]
    for attempt in old:
        await begin(store, attempt)
        await store.requests.answer(attempt, ANSWER)
    for number in range(3):
        await begin(store, replace(FIRST, id=f"{number:x<64}", begun_at=NOON + KEPT))
    # Forgotten rows would be shown to who looks from the day before.
    assert [await begin(store, each, NOON) for each in old] == [None] * 25
