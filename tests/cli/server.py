"""A scripted HTTP server on loopback that speaks as /api/v2 does; its answers stand in answers/."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

ANSWERS = Path(__file__).parent / "answers"


def answer(name: str) -> str:
    """An answer as the API sends it: compact JSON, raw UTF-8."""
    document = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


class Request(NamedTuple):
    """What was asked: "GET /api/v2/domains?limit=1", with the parsed body or None."""

    line: str
    authorization: str | None
    body: object


class Reply(NamedTuple):
    """What is answered; `location` makes it a redirection."""

    status: int
    body: str
    media_type: str = "application/json"
    location: str = ""


class ScriptedServer:
    """Answers each request line with the replies it was given, in order; the last one repeats."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._script: dict[str, list[Reply]] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def on(self, line: str, *replies: str | Reply) -> None:
        """Reply to a request line, "GET /domains/dom_x", with named answers or with replies of any kind."""
        self._script[self._whole(line)] = [_reply(each) for each in replies]

    def asked(self, line: str) -> list[Request]:
        return [request for request in self.requests if request.line == self._whole(line)]

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        replies = self._script.get(
            request.line, [Reply(599, f"not in the script: {request.line}", "text/plain")]
        )
        return replies.pop(0) if len(replies) > 1 else replies[0]

    @staticmethod
    def _whole(line: str) -> str:
        method, path = line.split(" ")
        return f"{method} /api/v2{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length)) if length else None
                line = f"{self.command} {self.path}"
                reply = server.reply(Request(line, self.headers.get("Authorization"), body))
                content = reply.body.encode()
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.media_type)
                self.send_header("Content-Length", str(len(content)))
                if reply.location:
                    self.send_header("Location", reply.location)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
                """Say nothing."""

        return Handler


def problem(name: str) -> Reply:
    """A problem document, with the status that it states."""
    body = answer(f"problem_{name}")
    return Reply(json.loads(body)["status"], body, "application/problem+json")


def _reply(given: str | Reply) -> Reply:
    if isinstance(given, Reply):
        return given
    return (
        problem(given.removeprefix("problem_")) if given.startswith("problem_") else Reply(200, answer(given))
    )
