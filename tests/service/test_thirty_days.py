"""Thirty days of a handful of domains, whatever happens to them: each stands as the plain model says."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.service.diary import Diary


@pytest.mark.parametrize(
    ("diaries", "entries"),
    [(8, 40), pytest.param(300, 150, marks=[pytest.mark.soak, pytest.mark.timeout(7200)])],
)
def test_L06_L12_L14_whatever_happens_in_thirty_days_each_domain_stands_as_the_model_says(
    tmp_path: Path, migrated: bytes, diaries: int, entries: int
) -> None:
    numbers = count()
    run_state_machine_as_test(  # type: ignore[no-untyped-call] # hypothesis leaves it untyped
        lambda: Diary(tmp_path / f"{next(numbers)}.db", migrated),
        settings=settings(
            max_examples=diaries,
            stateful_step_count=entries,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
