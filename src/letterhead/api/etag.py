"""Entity tags of domains: what a client has already, and what it means to change (RFC 9110 §8.8.3, §13.1).

A tag names the domain, its version, and a digest of all else that an answer shows of it. If-None-Match looks
at the whole tag. If-Match looks at the version alone: that is what a change is a compare-and-set on. Tags
are weak, and taken in If-Match nevertheless, where §13.1.1 asks for strong ones: what they leave open is how
an answer is written, and nobody overwrites that.
"""

import re
from dataclasses import replace
from hashlib import sha256

import msgspec

from letterhead.api.request import Request
from letterhead.service.view import View

_TAG = re.compile(r'(?:W/)?"[^"]*"')
_OURS = re.compile(r'(?:W/)?"([^".]+)\.(\d+)\.[0-9a-f]+"')


def of(view: View) -> str:
    """The tag of a domain as it is shown: the store sees some of it in other rows, so it is digested."""
    return view.once(_tag)


def _tag(view: View) -> str:
    domain = replace(view.domain, watched_until=None)  # which is shown nowhere, and moves with each watcher
    shown = (domain, view.plan.fingerprint, view.report.asked_at if view.report else None)
    return f'W/"{domain.id}.{domain.version}.{sha256(msgspec.json.encode(shown)).hexdigest()[:12]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has what the tag stands for, so that 304 will do (§13.1.2, weak comparison)."""
    fields = request.headers.getall("if-none-match")
    if not fields:
        return False
    given = ", ".join(fields)
    return given.strip() == "*" or tag.removeprefix("W/") in {
        each.removeprefix("W/") for each in _TAG.findall(given)
    }


def versions(request: Request, domain_id: str) -> frozenset[int] | None:
    """The versions of a domain that If-Match lets be changed; None where any will do (§13.1.1)."""
    fields = request.headers.getall("if-match")
    given = ", ".join(fields)
    if not fields or given.strip() == "*":
        return None
    return frozenset(int(version) for owner, version in _OURS.findall(given) if owner == domain_id)
