"""An answer as bytes, for places where no handler is at work: problems, and the protocol itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer. `headers` with lower-case names, without those that every answer carries."""

    status: int
    headers: dict[str, str]
    body: bytes
