"""An SQLite connection that fails on demand."""

import sqlite3
from typing import Any


class Breakable(sqlite3.Connection):
    """Statements named in `failing` raise an error with the code that stands there."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.failing: dict[str, int] = {}

    def execute(self, sql: str, *params: Any) -> sqlite3.Cursor:
        if sql not in self.failing:
            return super().execute(sql, *params)
        error = sqlite3.OperationalError("as ordered")
        error.sqlite_errorcode = self.failing[sql]
        raise error
