"""The pages that the `type` of a problem document leads to: what each code means and how to mend it.

They are docs/problems.md, of which problems.md beside this file is the copy that is shipped.
"""

import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from letterhead.api import problem

_ROW = re.compile(r"\| `(?P<code>\w+)` \| (?P<status>\w+) \| (?P<wrong>.+) \| (?P<mend>.+) \|")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: texts in HTML. `status` is "none" for what no request causes."""

    code: str
    status: str
    wrong: str
    mend: str


def _entries() -> dict[str, Entry]:
    text = files("letterhead.api").joinpath("problems.md").read_text("utf-8")
    found = (Entry(m["code"], m["status"], _html(m["wrong"]), _html(m["mend"])) for m in _ROW.finditer(text))
    return {entry.code: entry for entry in found}


def _html(markdown: str) -> str:
    """A cell's Markdown, as far as the page uses it: `code`, and links, of which only the words stay."""
    return _CODE.sub(r"<code>\1</code>", escape(_LINK.sub(r"\1", markdown)))


ENTRIES: Final = _entries()

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
}


@get("/problems", include_in_schema=False)
async def list_problems() -> Response[str]:
    """Every code that a request can meet."""
    lines = (
        f'<li><a href="/problems/{each.code}"><code>{each.code}</code></a> ({each.status}): {each.wrong}</li>'
        for each in ENTRIES.values()
        if each.status != "none"
    )
    return _page("Problems", f"<ul>\n{chr(10).join(lines)}\n</ul>")


@get("/problems/{code:str}", include_in_schema=False)
async def show_problem(code: FromPath[str]) -> Response[str]:
    """One code. Raises `not_found`."""
    if code not in ENTRIES:
        raise problem.not_found()
    entry = ENTRIES[code]
    told = (
        f"Status {entry.status}.",
        f"What was wrong: {entry.wrong}.",
        f"What helps: {entry.mend}.",
        '<a href="/problems">All problems</a>',
    )
    return _page(code, "\n".join(f"<p>{each}</p>" for each in told))


def _page(title: str, body: str) -> Response[str]:
    html = (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<h1>{title}</h1>\n{body}\n</html>\n"
    )
    return Response(html, headers=_HEADERS, media_type="text/html")


HANDLERS: Final = (list_problems, show_problem)
