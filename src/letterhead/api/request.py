"""The request as our handlers see it: who asks, and the services that they may ask."""

from typing import cast

from litestar import Request as LitestarRequest
from litestar.datastructures import State

from letterhead.api.cursor import Cursors
from letterhead.api.settings import Settings
from letterhead.core.permission import Actor
from letterhead.service.services import Services


class Request(LitestarRequest[Actor, None, State]):
    """A request; `actor` is set by auth.py before any handler runs."""

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.user

    @property
    def id(self) -> str:
        """The request's id, as X-Request-Id says it."""
        return cast("str", self.state.request_id)

    @property
    def services(self) -> Services:
        """The use cases."""
        return cast("Services", self.app.state.services)

    @property
    def settings(self) -> Settings:
        """What the entrance was told at start."""
        return cast("Settings", self.app.state.settings)

    @property
    def cursors(self) -> Cursors:
        """Writes and reads the cursors of lists."""
        return cast("Cursors", self.app.state.cursors)
