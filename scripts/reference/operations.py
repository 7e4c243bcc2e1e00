"""The native API: every operation and every shape, from its OpenAPI document."""

import json
import re
from inspect import cleandoc
from typing import Any

from letterhead.api import openapi
from letterhead.api.native.dialect import NATIVE
from scripts.reference.table import table
from tests.api.operations import OPERATIONS

PUBLIC_URL = "https://letterhead.example"
PREFIX = "/api/v2"

Operation = dict[str, Any]


def document() -> dict[str, Any]:
    """The OpenAPI document of a server that is reached at PUBLIC_URL."""
    parsed: dict[str, Any] = json.loads(openapi.document(NATIVE, PUBLIC_URL))
    return parsed


def described() -> str:
    """Every operation below its tag; what monitors the server comes last."""
    tags: dict[str, list[str]] = {}
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    order = sorted(tags, key=lambda tag: tag == "health")
    return "\n\n".join(f"## {tag.capitalize()}\n\n" + "\n\n".join(tags[tag]) for tag in order)


def shapes() -> str:
    """Every shape that an operation takes or gives, with what its document says of it."""
    whole = document()
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(whole["paths"])))
    return "\n\n".join(
        f"### {name}\n\n{cleandoc(schema['description'])}\n\n{_example(schema)}"
        for name, schema in whole["components"]["schemas"].items()
        if name in used
    )


def _operation(method: str, path: str, operation: Operation) -> str:
    parts = [f"### {method} {path}", operation["description"], f"Needs {_permission(method, path)}."]
    queries = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    if queries:
        rows = [(f"`{each['name']}`", _given(each["schema"]), _meaning(each)) for each in queries]
        parts.append(table(("parameter", "value", "meaning"), rows))
    if "requestBody" in operation:
        parts.append(f"Body: {_shape(operation['requestBody'])}.")
    parts.append(_answers(operation["responses"]))
    return "\n\n".join(parts)


def _permission(method: str, path: str) -> str:
    """The permission as tests/api/operations.py states it; none outside of /api/v2."""
    told = {(each.method, each.path): each.permission for each in OPERATIONS}
    below = path.removeprefix(PREFIX).replace("_id}", "}")
    return f"`{told[method, below]}`" if path.startswith(PREFIX) else "no key"


def _values(schema: dict[str, Any]) -> str:
    """What a parameter or a member takes: its words, its bounds, or its type."""
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"] if word is not None)
    if "maximum" in schema:
        return f"{schema['minimum']:g} to {schema['maximum']:g}, default {schema['default']}"
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "items" in schema:
        return f"list of {_values(schema['items'])}"
    if "type" not in schema:
        either = schema.get("oneOf") or schema["anyOf"]
        return " or ".join(_values(each) for each in either)
    return str(schema["type"])


def _given(schema: dict[str, Any]) -> str:
    """What a parameter takes; one that is not given is null, and nobody can write that into a URL."""
    return _values(schema).removesuffix(" or null")


def _meaning(parameter: dict[str, Any]) -> str:
    return str(
        parameter.get("description", "Only those that stand so." if "enum" in parameter["schema"] else "")
    )


def _answers(responses: dict[str, Any]) -> str:
    """The good answers by their shape, the problems by their statuses."""
    good = [f"`{status}` {_shape(answer)}" for status, answer in responses.items() if status < "4"]
    said = [f"`{status}` {_shape(answer)}" for status, answer in responses.items() if _is_own(status, answer)]
    bad = [
        f"`{status}`" for status, answer in responses.items() if status >= "4" and not _is_own(status, answer)
    ]
    told = f"Answers: {', '.join(good + said)}"
    return f"{told}; problems: {', '.join(bad)}." if bad else f"{told}."


def _is_own(status: str, answer: dict[str, Any]) -> bool:
    """Whether an answer that is no success still has a shape of its own."""
    return status >= "4" and "application/problem+json" not in answer.get("content", {})


def _shape(answer: dict[str, Any]) -> str:
    """The name of the shape, linked to where it is shown; a media type where there is no shape."""
    if "content" not in answer:
        return "without a body"
    ((media_type, content),) = answer["content"].items()
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    return f"[{name}](#{name.lower()})" if name else f"`{media_type}`"


def _example(schema: dict[str, Any]) -> str:
    """The document's own example; where it has none, the names and types of the members."""
    if "examples" in schema:
        return f"```json\n{json.dumps(schema['examples'][0], indent=2, ensure_ascii=False)}\n```"
    rows = [(f"`{name}`", _values(member)) for name, member in schema["properties"].items()]
    return table(("member", "value"), rows)
