"""Request bodies: JSON that can be read in one way only, then checked against the shape that is asked for.

RFC 8259 leaves some things to the reader. We refuse what two readers could understand differently:
names that stand twice in an object (§4), NaN and infinities (§6), encodings other than UTF-8 and byte
order marks (§8.1). Escapes of lone surrogates (§8.2) and U+0000 are read, but no field may hold them.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from letterhead.api import problem
from letterhead.api.headers import Headers
from letterhead.api.problem import Problem

T = TypeVar("T")

_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_DIGITS = 20
"""Digits of the longest 64-bit integer, with its sign: no field of ours holds a longer one."""


def check_headers(headers: Headers) -> None:
    """Raise `unsupported_media_type` unless the body is plain JSON (RFC 9110 §8.3, §8.4)."""
    encoding = (headers.get("content-encoding") or "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise problem.unsupported_media_type(f"Bodies with Content-Encoding {encoding} are not read.")
    media_type, _, parameters = (headers.get("content-type") or "").partition(";")
    if media_type.strip().lower() != "application/json":
        raise problem.unsupported_media_type("The body is not declared as application/json.")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        raise problem.unsupported_media_type("JSON is always UTF-8 (RFC 8259 §8.1).")


def decode(raw: bytes, *, depth: int) -> object:
    """The value that a JSON text stands for. Raises `malformed_json`, `too_deep` or `validation`."""
    if _depth(raw) > depth:
        raise problem.too_deep(depth)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise problem.malformed_json(f"The body is not UTF-8 at byte {error.start}.") from error
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise problem.malformed_json(f"The body is not JSON: {error.msg}, {place}.") from error
    for string in _strings(value):
        if "\0" in string or any("\ud800" <= char <= "\udfff" for char in string):
            raise problem.validation([("", "holds U+0000 or half of a surrogate pair, which no text holds")])
    return value


def read(raw: bytes, model: type[T], *, depth: int) -> T:
    """The body as a struct. Every field that is unknown, missing or of the wrong type is named."""
    value = decode(raw, depth=depth)
    if not isinstance(value, dict):
        raise problem.validation([("", "the body must be a JSON object")])
    errors = list(_errors(value, model))
    if errors:
        raise problem.validation(errors)
    return msgspec.convert(value, model)


def _errors(value: dict[str, object], model: type[Any]) -> Iterator[tuple[str, str]]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(model)}
    for name in value.keys() - fields.keys():
        yield name, "there is no such field"
    for name, field in fields.items():
        if name not in value:
            if field.required:
                yield name, problem.REQUIRED
            continue
        try:
            msgspec.convert(value[name], field.type)
        except msgspec.ValidationError as error:
            message, _, place = str(error).partition(" - at `$")
            yield name + place.rstrip("`"), message


def _depth(raw: bytes) -> int:
    """How deep arrays and objects stand within each other, counted on bytes, before anything recurses."""
    deepest = depth = 0
    for match in _BRACKETS.finditer(raw):
        mark = match[0]
        depth += (mark in b"[{") - (mark in b"]}")
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise problem.malformed_json(f"The name {twice!a} stands twice in one object.")
    return result


def _constant(name: str) -> object:
    raise problem.malformed_json(f"JSON has no {name} (RFC 8259 §6).")


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise _too_large()
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise _too_large()
    return number


def _too_large() -> Problem:
    return problem.validation([("", "holds a number larger than 64 bits")])


def _strings(value: object) -> Iterator[str]:
    """Every string within a value, names of members included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _strings(member)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
