"""The client of the native API: requests out, answers or Trouble back. The key is never shown.

Nothing is ever sent a second time by itself: a lost answer does not tell whether the request was done.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

import click
import httpx2
import msgspec

from letterhead.cli.answers import Domains, Problem
from letterhead.cli.trouble import NotAllowed, NotKnown, Trouble

T = TypeVar("T")

PREFIX = "/api/v2"
CONNECTING = 5.0
"""Seconds until a server must have taken the connection."""
ANSWERING = 60.0
"""Seconds until it must have answered: a verification asks many servers first."""

_START = "Start one with 'letterhead serve', or name another with --url or LETTERHEAD_URL."
_LOOK = "Is --url right, and is the server of the same version?"
_KEY = "Give one with --key or LETTERHEAD_KEY; 'letterhead keys create' at the server makes one."

# Where the API's own sentence speaks of HTTP, what to do at the shell.
_MENDS: Final = {
    "authentication_required": _KEY,
    "domain_held": "If it is yours, add it with --contest and prove it by its ownership record.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer's body; `text` as it was sent."""

    text: str

    def read(self, shape: type[T]) -> T:
        """The body in a shape of answers.py. Raises NotKnown where it has another."""
        try:
            return msgspec.json.decode(self.text, type=shape)
        except msgspec.MsgspecError as error:
            raise NotKnown(f"The server's answer can't be read: {error}.", _LOOK) from error


class Server:
    """A running server, asked with one key. Every request raises Trouble for anything but success."""

    def __init__(self, http: httpx2.Client, url: str) -> None:
        self._http = http
        self._url = url

    def get(self, path: str, **params: str | int | None) -> Answer:
        """Read; parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._ask("GET", path, params=given)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Do something, once."""
        return self._ask("POST", path, body=body)

    def patch(self, path: str, body: Mapping[str, object]) -> Answer:
        """Change something, once."""
        return self._ask("PATCH", path, body=body)

    def delete(self, path: str) -> Answer:
        """Remove something."""
        return self._ask("DELETE", path)

    def domain_id(self, named: str) -> str:
        """The id of a domain that is named by its id or, in any spelling, by its name."""
        if named.startswith("dom_"):  # no name has an underscore
            return named
        found = self.get("/domains", domain=named, limit=1).read(Domains).data
        if not found:
            raise Trouble(
                f"Your team has no domain {named}.",
                f"'letterhead domains list' shows those it has, 'letterhead domains add {named}' adds it.",
            )
        return found[0].id

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        try:
            response = self._http.request(method, PREFIX + path, params=params, json=body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NotKnown(f"No server answers at {self._url} ({_reason(error)}).", _START) from error
        except httpx2.TimeoutException as error:
            raise NotKnown(
                f"{self._url} did not answer within {ANSWERING:g} seconds.", _unsure(method)
            ) from error
        except httpx2.HTTPError as error:
            raise NotKnown(
                f"The connection to {self._url} broke ({_reason(error)}).", _unsure(method)
            ) from error
        text = response.content.decode(errors="replace")
        if response.is_success:
            return Answer(text)
        raise _trouble(response, text, self._url)


@contextmanager
def connected(url: str, key: str | None) -> Iterator[Server]:
    """A server at a URL such as https://mail.acme.com.

    Raises NotAllowed for a key that can be none, click.BadParameter for such a URL.
    """
    if not key:
        raise NotAllowed("No key was given.", _KEY)
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise NotAllowed("The key holds a blank or another character that no key has.", "Copy it anew.")
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json, text/plain"}
    timeout = httpx2.Timeout(ANSWERING, connect=CONNECTING)
    with httpx2.Client(base_url=_checked(url), headers=headers, timeout=timeout) as http:
        yield Server(http, url)


def at(domain_id: str, *below: str) -> str:
    """The path of a domain or of something below it."""
    return "/".join(("/domains", quote(domain_id, safe=""), *below))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in url or not url.isprintable():
        raise click.BadParameter(
            "expected one such as https://mail.acme.com, without a user", param_hint="--url"
        )
    return url


def _reason(error: BaseException) -> str:
    """What the system said, without the layers that passed it on."""
    while deeper := error.__cause__ or error.__context__:
        error = deeper
    said: str | None = getattr(error, "strerror", None)
    return said or str(error) or type(error).__name__


def _unsure(method: str) -> str:
    if method == "GET":
        return "Try again."
    return "Whether it did what was asked is not known: look before you ask again."


def _trouble(response: httpx2.Response, text: str, url: str) -> Trouble:
    """What an answer that is no success means: the one place that knows statuses."""
    status = response.status_code
    if response.is_redirect:
        return NotKnown(f"{url} redirects to {response.headers.get('location', '?')}.", "Use that as --url.")
    try:
        problem = msgspec.json.decode(text, type=Problem)
    except msgspec.MsgspecError:
        return NotKnown(f"What answers at {url} (status {status}) does not speak as Letterhead does.", _LOOK)
    kind = _kind(status, problem.code)
    said = problem.detail
    if status >= 500 and problem.request_id:
        said = f"{said} (request {problem.request_id})"
    return kind(said, _mend(problem), document=text)


_USED_UP = {"quota_exceeded", "too_many_registrations", "too_many_watched"}


def _kind(status: int, code: str) -> type[Trouble]:
    if status == 401 or (status == 403 and code not in _USED_UP):
        return NotAllowed
    if status in {408, 429} or status >= 500:
        return NotKnown
    return Trouble


def _mend(problem: Problem) -> str:
    mend = _MENDS.get(problem.code, problem.mend)
    if problem.suggestion and problem.suggestion not in mend:
        mend = f"{mend} Did you mean {problem.suggestion}?".lstrip()
    return mend
