"""Replays a transcript: sends its requests in order and holds each answer against what is written there."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.wire.placeholder import Bindings
from tests.wire.stage import Stage
from tests.wire.transcript import Exchange, Step, read

ANYTHING = "..."
"""In place of a body: whatever it is. For a step that is taken in another interface."""

PATIENCE = 30
"""Seconds for one answer: examinations of silent name servers take up to ten."""


class Differs(AssertionError):
    """An answer is not the one that is written down; says which, and where they part."""


def replay(path: Path, stage: Stage) -> None:
    """Replay one file. Raises Differs at the first answer that differs, NoTranscript, NoStep."""
    script, bindings = read(path), Bindings({})
    opening = next(at for at, part in enumerate(script) if isinstance(part, Exchange))
    for at, part in enumerate(script):
        if at == opening:
            bindings = Bindings(stage.given())
        if isinstance(part, Step):
            stage.carry_out(part.text)
            continue
        answer = send(stage.program.url, part, bindings)
        if told := difference(part, answer, bindings):
            raise Differs(f"{path.name}:{part.line}: {part.title}\n{told}")
        bindings.forget()
        if is_json(answer):
            stage.customer.saw(answer.json())


def send(url: str, exchange: Exchange, bindings: Bindings) -> httpx2.Response:
    """Send a request as it is written, its placeholders filled in."""
    request = exchange.request
    headers = [(name, bindings.filled(value)) for name, value in request.headers]
    body = bindings.filled(request.body).encode() if request.body else None
    with httpx2.Client(base_url=url, timeout=PATIENCE, trust_env=False) as client:
        return client.request(exchange.method, bindings.filled(exchange.path), headers=headers, content=body)


def difference(exchange: Exchange, answer: httpx2.Response, bindings: Bindings) -> str:
    """A unified diff of what must be answered and what was; "" where there is no difference."""
    told = answer.content.decode("utf-8")
    expected = told if exchange.answer.body == ANYTHING else _body(exchange)
    headers = [(name, value, answer.headers.get(name, "")) for name, value in exchange.answer.headers]
    same = [exchange.status == answer.status_code, _is_compact_json(exchange, answer)]
    same += [bindings.match(value, given) for _, value, given in headers]
    same += [expected is told or bindings.match(expected, told)]
    if all(same):
        return ""
    wanted = [f"HTTP/1.1 {exchange.status}", *(f"{name}: {value}" for name, value, _ in headers)]
    got = [f"HTTP/1.1 {answer.status_code}", *(f"{name}: {given}" for name, _, given in headers)]
    wanted += ["", *_laid_out(expected)]
    got += ["", *_laid_out(told)]
    lines = list(difflib.unified_diff(_bound(wanted, got, bindings), got, "written", "answered", lineterm=""))
    return "\n".join(lines) or f"the same but for how it is written:\n{expected}\n{told}"


def is_json(answer: httpx2.Response) -> bool:
    """Whether an answer says that it is JSON."""
    return answer.headers.get("content-type", "").partition(";")[0].endswith("json") and bool(answer.content)


def compact(text: str) -> str:
    """JSON as it goes over the wire: raw UTF-8, no blanks, names in the order given."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def _body(exchange: Exchange) -> str:
    """The body that must be answered: JSON compact, other text with its last line ended."""
    text = exchange.answer.body
    if text.startswith(("{", "[")):
        return compact(text)
    return f"{text}\n" if text else ""


def _is_compact_json(exchange: Exchange, answer: httpx2.Response) -> bool:
    """Where JSON is written down, JSON must be what the answer says it is."""
    return is_json(answer) or not exchange.answer.body.startswith(("{", "["))


def _laid_out(text: str) -> list[str]:
    """A body in lines: JSON with one member to each."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False).splitlines()
    except ValueError:
        return text.splitlines()


def _bound(wanted: list[str], got: list[str], bindings: Bindings) -> list[str]:
    """The wanted lines, with what their placeholders stood for in the answer where that fits."""

    def bound() -> Iterator[str]:
        for line in wanted:
            yield next((given for given in got if bindings.match(line, given)), line)

    return list(bound())
