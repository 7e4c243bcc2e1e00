"""Query parameters: what nobody reads, or what two could read differently, is refused and named.

A filter that is misspelled and ignored would answer with everything, and look as if it had worked.
"""

from collections import Counter
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from letterhead.api import problem
from letterhead.api.auth import OPEN

_OURS = {"request", "data"}
"""Names of a handler's arguments that are no parameters."""


def check_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Part of the guard of every route: raise `validation` for unknown or repeated parameters."""
    if not connection.scope["query_string"] or connection.scope["path_template"] in OPEN:
        return
    known = handler.parsed_fn_signature.parameters.keys() - _OURS - connection.path_params.keys()
    counts = Counter(name for name, _ in connection.query_params.multi_items())
    errors = [(name, "there is no such parameter") for name in counts if name not in known]
    errors += [(name, "stands more than once") for name, times in counts.items() if times > 1]
    if errors:
        raise problem.validation(errors)
