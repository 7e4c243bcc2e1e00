"""A client of any dialect, with a key of team acme unless another one is given."""

from collections.abc import Awaitable, Callable

import pytest

from tests.api.conftest import Api
from tests.api.dialects.spoken import Speaker

Speak = Callable[..., Awaitable[Speaker]]


@pytest.fixture
def speak(api: Api) -> Speak:
    """Makes clients: `await speak("mails")`, `await speak("mails", team="evil", permissions=…)`."""

    async def made(dialect: str, **of_key: object) -> Speaker:
        return Speaker(api, dialect, await api.key(**of_key))  # type: ignore[arg-type]  # as key() takes them

    return made
