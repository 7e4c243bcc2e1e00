"""Every operation of the native interface, stated here once more and independently of the code.

Method, path below /api/v2, the permission that it needs, a body that it takes.
"""

from typing import Any, NamedTuple


class Operation(NamedTuple):
    """One operation; `path` holds `{domain}` or `{key}` where an id stands."""

    method: str
    path: str
    permission: str
    body: Any = None

    @property
    def name(self) -> str:
        """Method and path, as a test's id."""
        return f"{self.method} {self.path}"


OPERATIONS = (
    Operation("POST", "/domains", "domain.create", {"domain": "fresh.com"}),
    Operation("GET", "/domains", "domain.read"),
    Operation("GET", "/domains/{domain}", "domain.read"),
    Operation("PATCH", "/domains/{domain}", "domain.update", {"suspended": True}),
    Operation("DELETE", "/domains/{domain}", "domain.delete"),
    Operation("POST", "/domains/{domain}/verify", "domain.verify"),
    Operation("POST", "/domains/{domain}/refresh", "domain.read"),
    Operation("GET", "/domains/{domain}/records", "domain.read"),
    Operation("GET", "/domains/{domain}/evidence", "domain.read"),
    Operation("GET", "/domains/{domain}/history", "domain.read"),
    Operation("GET", "/domains/{domain}/zone-file", "domain.read"),
    Operation("POST", "/domains/{domain}/transfer", "domain.update", {"team": "zeta"}),
    Operation("DELETE", "/domains/{domain}/transfer", "domain.update"),
    Operation("POST", "/domains/{domain}/transfer/accept", "domain.update"),
    Operation("GET", "/events", "domain.read"),
    Operation("POST", "/keys", "key.create", {"name": "ci", "permissions": ["key.create"]}),
    Operation("GET", "/keys", "key.read"),
    Operation("DELETE", "/keys/{key}", "key.delete"),
)
WITH_ID = tuple(each for each in OPERATIONS if "{" in each.path)
OPEN = ("/healthz", "/readyz", "/metrics", "/api/v2/openapi.json", "/openapi/native.json")
PERMISSIONS = sorted({each.permission for each in OPERATIONS})
