"""Changes for which others are faster: decided anew, but not for ever."""

import pytest

from letterhead.core.refusal import Kind, Refusal
from letterhead.ports import Stale
from letterhead.service.retrying import RETRIES, retried


class Row:
    """A row that others change so many times before our change is in time."""

    def __init__(self, changed_by_others: int) -> None:
        self.changed_by_others = changed_by_others
        self.decided: list[int] = []

    @retried
    async def change(self, by: int, *, fault: Exception | None = None) -> int:
        self.decided.append(by)
        if fault:
            raise fault
        if len(self.decided) <= self.changed_by_others:
            raise Stale("others were faster")
        return by


@pytest.mark.parametrize("changed_by_others", range(RETRIES))
async def test_who_was_too_slow_decides_anew(changed_by_others: int) -> None:
    row = Row(changed_by_others)
    assert await row.change(7) == 7
    assert row.decided == [7] * (changed_by_others + 1)


async def test_who_is_always_too_slow_is_told_to_come_again() -> None:
    row = Row(RETRIES)
    with pytest.raises(Refusal) as said:
        await row.change(7)
    assert (said.value.kind, said.value.code) == (Kind.UNAVAILABLE, "busy")
    assert len(row.decided) == RETRIES


@pytest.mark.parametrize(
    "fault", [Refusal(Kind.CONFLICT, "suspended", "It is suspended."), OSError("disk full")]
)
async def test_any_other_fault_is_final(fault: Exception) -> None:
    row = Row(0)
    with pytest.raises(type(fault)) as said:
        await row.change(7, fault=fault)
    assert said.value is fault
    assert row.decided == [7]
