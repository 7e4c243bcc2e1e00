"""Transcripts: what a client sends, what it is told, and what happens to the real world in between.

    ### Register: the records to publish
    POST /v1/domains
    Authorization: Bearer {{mine}}

    {"domain": "yourcompany.com"}

    HTTP/1.1 201
    Content-Type: application/json

    {
      "id": "dom_{{id}}"
    }

    # publish mx spf

`###` opens an exchange with a sentence on what it shows; a line that begins with one `#` is a step, which
stage.py carries out. JSON may be laid out for reading; what is compared is compact, in the same order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

Headers = tuple[tuple[str, str], ...]

_TITLE, _STEP, _ANSWER = "### ", "# ", "HTTP/1.1 "


class NoTranscript(Exception):
    """A file that can't be read as a transcript; says where and why."""


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, its headers as written, its body without final line breaks."""

    start: str
    headers: Headers
    body: str

    def header(self, name: str) -> str | None:
        """The value of a header, in any case; None where it is not written."""
        return next((value for given, value in self.headers if given.lower() == name.lower()), None)


@dataclass(frozen=True)
class Exchange:
    """One request and what must be answered."""

    line: int
    title: str
    request: Message
    answer: Message

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.start.partition(" ")[0]

    @property
    def path(self) -> str:
        """The request's path and query, with its placeholders."""
        return self.request.start.partition(" ")[2]

    @property
    def status(self) -> int:
        """The status that must be answered."""
        return int(self.answer.start.split()[1])


@dataclass(frozen=True)
class Step:
    """Something that happens between two exchanges."""

    line: int
    text: str


@dataclass
class _Draft:
    """The lines of an exchange, until the next one begins."""

    line: int
    title: str
    lines: list[str] = field(default_factory=list)


def read(path: Path) -> list[Exchange | Step]:
    """The exchanges and steps of a file, in order. Raises NoTranscript."""
    found = [_exchange(part, path) if isinstance(part, _Draft) else part for part in _parts(path)]
    if not any(isinstance(each, Exchange) for each in found):
        raise NoTranscript(f"{path}: holds no exchange")
    return found


def _parts(path: Path) -> Iterator[_Draft | Step]:
    draft: _Draft | None = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith((_TITLE, _STEP)):
            if draft is not None:
                yield draft
            draft = _Draft(number, line.removeprefix(_TITLE)) if line.startswith(_TITLE) else None
            if draft is None:
                yield Step(number, line.removeprefix(_STEP).strip())
        elif draft is not None:
            draft.lines.append(line)
        elif line.strip():
            raise NoTranscript(f"{path}:{number}: stands in no exchange: {line}")
    if draft is not None:
        yield draft


def _exchange(draft: _Draft, path: Path) -> Exchange:
    starts = [at for at, line in enumerate(draft.lines) if line.startswith(_ANSWER)]
    if len(starts) != 1:
        raise NoTranscript(f"{path}:{draft.line}: {len(starts)} answers instead of one: {draft.title}")
    request, answer = _message(draft.lines[: starts[0]]), _message(draft.lines[starts[0] :])
    if len(request.start.split()) != 2:
        raise NoTranscript(f"{path}:{draft.line}: not a method and a path: {request.start!r}")
    return Exchange(draft.line, draft.title, request, answer)


def _message(lines: list[str]) -> Message:
    start, *rest = lines or [""]
    end = rest.index("") if "" in rest else len(rest)
    headers = [line.partition(":") for line in rest[:end]]
    pairs = tuple((name.strip(), value.strip()) for name, _, value in headers)
    return Message(start, pairs, "\n".join(rest[end:]).strip("\n"))
