"""OpenAPI documents, made from the handlers themselves, one for each dialect.

Litestar describes the operations; the shapes are described by msgspec, which is what reads and writes them,
so that patterns, unknown fields and absent members stand there as they are enforced.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Server
from litestar.params import FromPath
from litestar.routes import HTTPRoute

from letterhead import __version__
from letterhead.api import problem
from letterhead.api.dialect import Dialect
from letterhead.api.operation import registered
from letterhead.api.request import Request

_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A random text; who sends the same again with it is given the first answer, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
"""Every POST takes it, and it is read before there is a handler (repeat.py)."""


def document(dialect: Dialect, public_url: str) -> bytes:
    """The OpenAPI 3.1 document of an interface, as JSON."""
    app = _application(dialect, public_url)
    described = app.openapi_schema.to_schema()
    described["components"]["schemas"] = _schemas(app, dialect.description.examples)
    for method, operation in _operations(described):
        operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
        if method == "post":
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return msgspec.json.encode(described)


def mounted(dialect: Dialect) -> Router:
    """The operations of a dialect at their paths."""
    return Router(dialect.prefix or "/", route_handlers=dialect.handlers)


def _application(dialect: Dialect, public_url: str) -> Litestar:
    """What Litestar says of the handlers; the application that is made for it never serves anything."""
    about = dialect.description
    config = OpenAPIConfig(
        title=about.title,
        version=__version__,
        description=about.text,
        servers=[Server(url=public_url)],
        security=[{name: []} for name in about.security],
        components=Components(security_schemes=dict(about.security)),
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: handler.handler_name,
    )
    return registered([mounted(dialect)], config)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in document["paths"].values():
        yield from path.items()


def _schemas(app: Litestar, samples: Mapping[str, object]) -> dict[str, Any]:
    """The schema of each shape and of all that they are made of, by name."""
    shapes = dict.fromkeys(_shapes(app))
    _, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    for name, sample in samples.items():
        components[name]["examples"] = [msgspec.to_builtins(sample)]
    return dict(sorted(components.items()))


def _shapes(app: Litestar) -> Iterator[Any]:
    """What the operations read and what they answer, errors included."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if not handler.resolve_include_in_schema():
                continue
            answered = handler.parsed_return_field
            yield (answered.inner_types[0] if answered.is_subclass_of(Response) else answered).annotation
            if handler.parsed_data_field is not None:
                yield handler.parsed_data_field.annotation
            yield from (answer.data_container for answer in (handler.responses or {}).values())


@get("/openapi/{file:str}", include_in_schema=False)
async def show_document(request: Request, file: FromPath[str]) -> Response[bytes]:
    """The document of one interface, such as /openapi/native.json. Raises `not_found`."""
    document = request.state.documents.get(file.removesuffix(".json"))
    if document is None or not file.endswith(".json"):
        raise problem.not_found()
    return Response(document, media_type="application/json")


@get("/api/v2/openapi.json", include_in_schema=False)
async def show_native_document(request: Request) -> Response[bytes]:
    """The document of the native interface, where its clients look for it first."""
    return Response(request.state.documents["native"], media_type="application/json")


HANDLERS = (show_document, show_native_document)
