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
    """Whether the process can do its work, and if not, why.

    `remarks` are for operators: what they tell of keeps us from nothing. Each line begins with what it is
    about: store or worker, resolver or breaker.
    """

    status: Literal["ready", "unready"]
    problems: list[str]
    remarks: list[str]


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
    found = await request.services.health.condition()
    if found.problems:
        return Response(Readiness("unready", found.problems, found.remarks), status_code=503)
    return Response(Readiness("ready", [], found.remarks))


@get("/metrics", tags=["health"], security=[{}], media_type="text/plain")
async def show_metrics(request: Request) -> Response[bytes]:
    """Counters in the text format of Prometheus; nothing of any team stands in them."""
    await request.services.queues.look()
    return Response(generate_latest(request.settings.registry), headers={"content-type": CONTENT_TYPE_LATEST})


HANDLERS = (show_health, show_readiness, show_metrics)
