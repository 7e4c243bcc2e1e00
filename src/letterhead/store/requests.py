"""Requests in the database: who came first under an Idempotency-Key is decided by the primary key."""

from datetime import datetime

from letterhead.core.attempt import Attempt
from letterhead.store.database import Database, Params, Row, Statement
from letterhead.store.instant import from_micros, to_micros

# Each attempt clears away more than it adds, so the table never holds much that is forgotten.
_SWEEP = """
DELETE FROM request WHERE id IN (
    SELECT id FROM request WHERE begun_at <= :forgotten ORDER BY begun_at LIMIT 10 {skip_locked})
"""

# A mark that was never answered stands aside only for the very same request.
_BEGIN = """
INSERT INTO request (id, api_key, body, begun_at) VALUES (:id, :api_key, :body, :begun_at)
ON CONFLICT (id) DO UPDATE
SET api_key = excluded.api_key, body = excluded.body, begun_at = excluded.begun_at, answer = NULL
WHERE request.begun_at <= :forgotten
   OR (request.begun_at <= :given_up AND request.answer IS NULL
       AND request.api_key = excluded.api_key AND request.body = excluded.body)
RETURNING id
"""

# Only the attempt that the row still stands for: it may have been given up and begun anew by another.
_ANSWER = "UPDATE request SET answer = :answer WHERE id = :id AND begun_at = :begun_at AND answer IS NULL"
_DROP = "DELETE FROM request WHERE id = :id AND begun_at = :begun_at AND answer IS NULL"

# Nobody's request, long forgotten: where it stays behind, the next attempt clears it away.
_TRIAL: Params = {"id": "0" * 64, "api_key": "", "body": "0" * 64, "begun_at": 0}
_TRY = """
INSERT INTO request (id, api_key, body, begun_at, answer) VALUES (:id, :api_key, :body, :begun_at, :answer)
ON CONFLICT (id) DO UPDATE SET answer = excluded.answer
"""

FORGET_TRIAL = Statement("DELETE FROM request WHERE id = :id", _TRIAL)
"""Takes away what trial() saved."""


def trial(answer: bytes) -> Statement:
    """Saves something that means nothing and takes room (doubt.py)."""
    return Statement(_TRY, {**_TRIAL, "answer": answer})


class RequestTable:
    """Fills ports.Requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, attempt: Attempt, *, forgotten: datetime, given_up: datetime) -> Attempt | None:
        """Mark an attempt as begun, or return the one that stands in its way."""
        params = {
            **_values(attempt),
            "forgotten": to_micros(forgotten),
            "given_up": to_micros(given_up),
        }
        _, begun, standing = await self._database.write(
            Statement(_SWEEP.format(skip_locked=self._database.skip_locked), params),
            Statement(_BEGIN, params),
            Statement("SELECT * FROM request WHERE id = :id", params),
        )
        return None if begun else _attempt(standing[0])

    async def answer(self, attempt: Attempt, answer: bytes) -> None:
        """Keep the answer of an attempt, unless another one took its place."""
        await self._database.write(Statement(_ANSWER, {**_values(attempt), "answer": answer}))

    async def drop(self, attempt: Attempt) -> None:
        """Forget an attempt that has no answer."""
        await self._database.write(Statement(_DROP, _values(attempt)))


def _values(attempt: Attempt) -> Params:
    return {
        "id": attempt.id,
        "api_key": attempt.api_key,
        "body": attempt.body,
        "begun_at": to_micros(attempt.begun_at),
    }


def _attempt(row: Row) -> Attempt:
    return Attempt(row["id"], row["api_key"], row["body"], from_micros(row["begun_at"]), row["answer"])
