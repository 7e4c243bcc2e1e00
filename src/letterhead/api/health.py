"""Whether we live, whether we can work, what we count: for load balancers and monitoring, without a key."""

from typing import Literal

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from letterhead.api.request import Request


class Alive(msgspec.Struct):
    """The process lives; nothing more is said."""

    status: Literal["alive"]


class Readiness(msgspec.Struct):
    """Whether the process can do its work, and if not, why."""

    status: Literal["ready", "unready"]
    problems: list[str]


@get("/healthz", tags=["health"], security=[{}])
async def show_health() -> Alive:
    """Always 200 while the process lives."""
    return Alive("alive")


@get(
    "/readyz",
    tags=["health"],
    security=[{}],
    responses={503: ResponseSpec(Readiness, generate_examples=False, description="We can't work now.")},
)
async def show_readiness(request: Request) -> Response[Readiness]:
    """200 when everything we stand on works, else 503 with one line for each thing that does not."""
    problems = await request.services.health.problems()
    if problems:
        return Response(Readiness("unready", problems), status_code=503)
    return Response(Readiness("ready", []))


@get("/metrics", tags=["health"], security=[{}], media_type="text/plain")
async def show_metrics(request: Request) -> Response[bytes]:
    """Counters in the text format of Prometheus; nothing of any team stands in them."""
    return Response(generate_latest(request.settings.registry), headers={"content-type": CONTENT_TYPE_LATEST})


HANDLERS = (show_health, show_readiness, show_metrics)
