"""OpenAPI documents, made from the handlers themselves, one for each interface.

Litestar describes the operations; the shapes are described by msgspec, which is what reads and writes them,
so that patterns, unknown fields and absent members stand there as they are enforced.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.types import ControllerRouterHandler

from letterhead import __version__
from letterhead.api import health
from letterhead.api.native import examples, routes
from letterhead.api.request import Request

_DESCRIPTION = """\
Bring your own mail domain: register it, publish the records, prove it by DNS, keep watching it.

Send your key as `Authorization: Bearer <key>`. Every answer carries `X-Request-Id`. Errors are problem
documents (RFC 9457). Lists are read page by page: send `next_cursor` back as `cursor` until it is null.
HEAD works wherever GET does. Paths are case-sensitive and never end in a slash."""


def native_document(public_url: str) -> bytes:
    """The OpenAPI 3.1 document of the native interface and the health checks, as JSON."""
    document = _described(
        [*health.HANDLERS, routes.router()],
        OpenAPIConfig(
            title="Letterhead",
            version=__version__,
            description=_DESCRIPTION,
            servers=[Server(url=public_url)],
            security=[{"key": []}],
            components=Components(
                security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description="lh_…")}
            ),
            use_handler_docstrings=True,
            operation_id_creator=lambda handler, _method, _path: handler.handler_name,
        ),
    )
    shapes = _shapes((*routes.SHAPES, health.Alive, health.Readiness), examples.EXAMPLES)
    document["components"]["schemas"] = shapes
    for operation in _operations(document):
        operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    return msgspec.json.encode(document)


def _described(handlers: Sequence[ControllerRouterHandler], config: OpenAPIConfig) -> dict[str, Any]:
    """What Litestar says of the handlers; the application that is made for it never serves anything."""
    return Litestar(handlers, openapi_config=config, request_class=Request).openapi_schema.to_schema()


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _shapes(types: Sequence[type], samples: Mapping[str, object]) -> dict[str, Any]:
    """The schema of each type and of all that they are made of, by name."""
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for name, sample in samples.items():
        components[name]["examples"] = [msgspec.to_builtins(sample)]
    return components


@get(["/api/v2/openapi.json", "/openapi/native.json"], include_in_schema=False)
async def show_native_document(request: Request) -> Response[bytes]:
    """The document of the native interface."""
    return Response(request.app.state.native_document, media_type="application/json")
