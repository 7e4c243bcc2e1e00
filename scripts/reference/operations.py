"""The native API: every operation and every shape, from its OpenAPI document."""

import json
from typing import Any

from letterhead.api.openapi import native_document
from scripts.reference.table import table
from tests.api.operations import OPERATIONS

PUBLIC_URL = "https://letterhead.example"
PREFIX = "/api/v2"

Operation = dict[str, Any]


def document() -> dict[str, Any]:
    """The OpenAPI document of a server that is reached at PUBLIC_URL."""
    parsed: dict[str, Any] = json.loads(native_document(PUBLIC_URL))
    return parsed


def described() -> str:
    """Every operation in the order of its tag."""
    tags: dict[str, list[str]] = {}
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            tags.setdefault(operation["tags"][0], []).append(_operation(method.upper(), path, operation))
    return "\n\n".join(f"## {tag.capitalize()}\n\n" + "\n\n".join(each) for tag, each in tags.items())


def shapes() -> str:
    """Every shape that has an example, with what its document says of it."""
    schemas = document()["components"]["schemas"]
    return "\n\n".join(
        f"### {name}\n\n{schema.get('description', '')}\n\n{_example(schema['examples'][0])}"
        for name, schema in schemas.items()
        if "examples" in schema
    )


def _operation(method: str, path: str, operation: Operation) -> str:
    parts = [f"### {method} {path}", operation["description"], f"Needs {_permission(method, path)}."]
    queries = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    if queries:
        rows = [(f"`{each['name']}`", _values(each["schema"]), _meaning(each)) for each in queries]
        parts.append(table(("parameter", "value", "meaning"), rows))
    if "requestBody" in operation:
        parts.append(f"Body: {_shape(operation['requestBody'])}.")
    parts.append(_answers(operation["responses"]))
    return "\n\n".join(parts)


def _permission(method: str, path: str) -> str:
    """The permission as tests/api/operations.py states it; none outside of /api/v2."""
    told = {(each.method, each.path): each.permission for each in OPERATIONS}
    below = path.removeprefix(PREFIX).replace("{domain_id}", "{domain}").replace("{key_id}", "{key}")
    return f"`{told[method, below]}`" if path.startswith(PREFIX) else "no key"


def _values(schema: dict[str, Any]) -> str:
    """What a parameter takes: its words, its bounds, or its type."""
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"] if word is not None)
    if "maximum" in schema:
        told = f"{schema['minimum']:g} to {schema['maximum']:g}"
        return f"{told}, default {schema['default']}" if "default" in schema else told
    kinds = [each["type"] for each in schema.get("oneOf", [schema]) if each["type"] != "null"]
    return " or ".join(kinds)


def _meaning(parameter: dict[str, Any]) -> str:
    return str(parameter.get("description", "Only those that stand so." if "enum" in parameter["schema"] else ""))


def _answers(responses: dict[str, Any]) -> str:
    """The good answers by their shape, the problems by their statuses."""
    good = [f"`{status}` {_shape(answer)}" for status, answer in responses.items() if status < "4"]
    said = [f"`{status}` {_shape(answer)}" for status, answer in responses.items() if _is_own(status, answer)]
    bad = [f"`{status}`" for status, answer in responses.items() if status >= "4" and not _is_own(status, answer)]
    told = f"Answers: {', '.join(good + said)}"
    return f"{told}; problems: {', '.join(bad)}." if bad else f"{told}."


def _is_own(status: str, answer: dict[str, Any]) -> bool:
    """Whether an answer that is no success still has a shape of its own."""
    return status >= "4" and "application/problem+json" not in answer.get("content", {})


def _shape(answer: dict[str, Any]) -> str:
    """The name of the shape, linked where it is shown below; a media type where there is no shape."""
    if "content" not in answer:
        return "without a body"
    ((media_type, content),) = answer["content"].items()
    reference = content["schema"].get("$ref", "")
    name = reference.rpartition("/")[2]
    if not name:
        return f"`{media_type}`"
    return f"[{name}](#{name.lower()})" if _is_shown(name) else name


def _is_shown(name: str) -> bool:
    return "examples" in document()["components"]["schemas"][name]


def _example(value: object) -> str:
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```"
