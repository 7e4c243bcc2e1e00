"""Every operation of the native interface, stated here once more and independently of the code.

Method, path below /api/v2, the permission that it needs, a body that it takes.
"""

from typing import Any, NamedTuple


class Operation(NamedTuple):
    """One operation; `path` holds `{domain}`, `{key}`, `{member}` and the like where an id stands."""

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
    Operation("POST", "/domains/{domain}/watch", "domain.read"),
    Operation("GET", "/domains/{domain}/records", "domain.read"),
    Operation("GET", "/domains/{domain}/evidence", "domain.read"),
    Operation("GET", "/domains/{domain}/history", "domain.read"),
    Operation("GET", "/domains/{domain}/history/export", "domain.read"),
    Operation("GET", "/domains/{domain}/zone-file", "domain.read"),
    Operation("POST", "/domains/{domain}/transfer", "domain.update", {"team": "zeta"}),
    Operation("DELETE", "/domains/{domain}/transfer", "domain.update"),
    Operation("POST", "/domains/{domain}/transfer/accept", "domain.update"),
    Operation("GET", "/domains/{domain}/related", "domain.read"),
    Operation(
        "POST",
        "/domains/{domain}/related/approve",
        "domain.update",
        {"domain": "mail.acme.com", "team": "zeta"},
    ),
    Operation("POST", "/domains/{domain}/related/revoke", "domain.update", {"domain": "mail.acme.com"}),
    Operation("GET", "/events", "domain.read"),
    Operation("GET", "/events/stream", "domain.read"),
    Operation("POST", "/keys", "key.create", {"name": "ci", "permissions": ["key.create"]}),
    Operation("GET", "/keys", "key.read"),
    Operation("DELETE", "/keys/{key}", "key.delete"),
    Operation("POST", "/members", "member.create", {"email": "new@acme.com", "role": "viewer"}),
    Operation("GET", "/members", "member.read"),
    Operation("PATCH", "/members/{member}", "member.update", {"role": "viewer"}),
    Operation("DELETE", "/members/{member}", "member.delete"),
    Operation("GET", "/team", "domain.read"),
    Operation("POST", "/platform-addresses", "mailbox.create", {"local_part": "fresh"}),
    Operation("GET", "/platform-addresses", "mailbox.read"),
    Operation("GET", "/platform-addresses/{address}", "mailbox.read"),
    Operation("DELETE", "/platform-addresses/{address}", "mailbox.delete"),
    Operation("POST", "/webhooks", "webhook.create", {"url": "https://hooks.acme.com/letterhead"}),
    Operation("GET", "/webhooks", "webhook.read"),
    Operation("GET", "/webhooks/{webhook}", "webhook.read"),
    Operation("PATCH", "/webhooks/{webhook}", "webhook.update", {"kinds": ["domain.failed"]}),
    Operation("DELETE", "/webhooks/{webhook}", "webhook.delete"),
    Operation("POST", "/webhooks/{webhook}/rotate", "webhook.update"),
    Operation("POST", "/webhooks/{webhook}/test", "webhook.update"),
    Operation("POST", "/webhooks/{webhook}/replay", "webhook.update", {"since": "2026-01-15T12:00:00Z"}),
    Operation("GET", "/webhooks/{webhook}/deliveries", "webhook.read"),
    Operation("GET", "/notices", "member.read"),
)
WITH_ID = tuple(each for each in OPERATIONS if "{" in each.path)
OPEN = {
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/metrics": "/metrics",
    "/api/v2/openapi.json": "/api/v2/openapi.json",
    "/openapi/{file}": "/openapi/native.json",
    "/problems": "/problems",
    "/problems/{code}": "/problems/domain_held",
}
"""The routes that need no key, each with a path that it answers."""
PERMISSIONS = sorted({each.permission for each in OPERATIONS})
