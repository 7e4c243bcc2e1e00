"""A dialect: all that the server needs to know of one interface, our own included.

A dialect decides nothing. It says where its paths begin, how its answers and its problems read, and what is
peculiar about its keys; the services behind it are the same for all.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from litestar.openapi.spec import SecurityScheme
from litestar.types import ControllerRouterHandler

from letterhead.api.answer import Answer
from letterhead.api.headers import Headers
from letterhead.api.problem import Problem
from letterhead.core.permission import Actor
from letterhead.service.services import Services

Wording = Callable[[Problem, str, str], Answer]
"""A dialect's words for a problem, given the request's id and the public URL. Every problem comes through
here: also unknown paths, wrong methods, unreadable bodies, and what is refused before there is a request."""

Admission = Callable[[Headers, Services, str, Actor], Awaitable[None]]
"""What else must hold for a request with these headers, given its key's secret and whose it is: raises a
Refusal."""


async def anybody(headers: Headers, services: Services, secret: str, actor: Actor) -> None:
    """Admission of whoever has a key in force."""
    del headers, services, secret, actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the OpenAPI document says beside what stands at the handlers.

    text      Markdown: what a reader must know before the first request.
    examples  one sample of a shape, by the shape's name.
    security  the ways to send a key, by name; any of them will do.
    """

    title: str
    text: str
    examples: Mapping[str, object] = field(default_factory=dict)
    security: Mapping[str, SecurityScheme] = field(
        default_factory=lambda: {"key": SecurityScheme(type="http", scheme="bearer")}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One interface.

    name      of its OpenAPI document: /openapi/<name>.json.
    prefix    of all its paths, in whole segments and without a final slash; "" for what no other one has.
    handlers  its operations, their paths below the prefix.
    word      how it words a problem.
    schemes   of the Authorization header that it takes, in lower case.
    admit     what else it asks of a request that has a key in force.
    cors      headers of every answer that let scripts of other origins in; with them, preflights are
              answered (Fetch §3.2.2), without them no answer says a word about origins.
    """

    name: str
    prefix: str
    handlers: Sequence[ControllerRouterHandler]
    word: Wording
    description: Description
    schemes: frozenset[str] = frozenset({"bearer"})
    admit: Admission = anybody
    cors: Mapping[str, str] = field(default_factory=dict)


class Dialects:
    """Every dialect of a server, and which of them a path belongs to: the one with the longest prefix."""

    def __init__(self, known: Sequence[Dialect]) -> None:
        self.known = tuple(sorted(known, key=lambda dialect: len(dialect.prefix), reverse=True))
        assert self.known[-1].prefix == "", "somebody must word the rest"
        self._prefixes = [(f"{dialect.prefix}/", dialect) for dialect in self.known]

    def of(self, path: str) -> Dialect:
        """The dialect of a path; /v1 is no prefix of /v10."""
        whole = f"{path}/"
        for prefix, dialect in self._prefixes:
            if whole.startswith(prefix):
                return dialect
        return self.known[-1]
