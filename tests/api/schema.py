"""A small checker of JSON Schema: the keywords that our documents use, and an error for any other."""

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SILENT = {
    "title",
    "description",
    "examples",
    "default",
    "$ref",
    "properties",
    "required",
    "additionalProperties",
}


def faults(value: Any, schema: dict[str, Any], document: dict[str, Any], place: str = "$") -> list[str]:
    """What is wrong with a value, each with its place; empty where it fits."""
    return list(_faults(value, schema, document, place))


def _faults(value: Any, schema: dict[str, Any], document: dict[str, Any], place: str) -> Iterator[str]:
    if "$ref" in schema:
        target = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        yield from _faults(value, target, document, place)
    for keyword, wanted in schema.items():
        if keyword not in _SILENT and not _fits(value, keyword, wanted, document):
            yield f"{place}: {value!r} does not fit {keyword} {wanted!r}"
    if isinstance(value, dict):
        yield from _members(value, schema, document, place)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], document, f"{place}[{index}]")


def _members(
    value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], place: str
) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value)
    for name, member in value.items():
        if name in known:
            yield from _faults(member, known[name], document, f"{place}.{name}")
        elif others is False:
            yield f"{place}: {name} is unknown"
        elif isinstance(others, dict):
            yield from _faults(member, others, document, f"{place}.{name}")


def _fits(value: Any, keyword: str, wanted: Any, document: dict[str, Any]) -> bool:
    """Keywords for texts and lists let everything else through, as JSON Schema says."""
    match keyword:
        case "type":
            fits = any(_is(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted))
        case "enum":
            fits = value in wanted
        case "anyOf" | "oneOf":
            fits = any(not faults(value, each, document) for each in wanted)
        case "minLength" | "minItems":
            fits = not isinstance(value, str | list) or len(value) >= wanted
        case "maxLength" | "maxItems":
            fits = not isinstance(value, str | list) or len(value) <= wanted
        case "pattern":
            fits = not isinstance(value, str) or bool(re.search(wanted, value))
        case "format":
            fits = wanted != "date-time" or not isinstance(value, str) or value.endswith("Z")
        case _:
            assert keyword == "items", f"no document of ours should use {keyword}"
            fits = True
    return fits


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
