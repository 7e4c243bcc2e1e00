"""Teams, their keys, domains, reports, events, and the private keys with which mail is signed.

Moments are microseconds since 1970-01-01 UTC, booleans 0 or 1, JSON is text.
"""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0001"
down_revision = None

_TEAM = """
CREATE TABLE team (
    id         TEXT PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
)
"""

_API_KEY = """
CREATE TABLE api_key (
    id           TEXT PRIMARY KEY,
    team         TEXT NOT NULL REFERENCES team (id),
    name         TEXT NOT NULL,
    hint         TEXT NOT NULL,
    digest       TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),  -- SHA-256 in hex; never a secret
    permissions  TEXT NOT NULL,
    domains      TEXT,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT
)
"""

_DOMAIN = """
CREATE TABLE domain (
    id                TEXT PRIMARY KEY,
    team              TEXT NOT NULL REFERENCES team (id),
    hostname          TEXT NOT NULL,
    reversed_hostname TEXT NOT NULL,  -- com.acme.mail: all names below one are a range
    profile           TEXT NOT NULL,
    token             TEXT NOT NULL,
    selectors         TEXT NOT NULL,
    dkim_key          TEXT NOT NULL,
    mode              TEXT NOT NULL CHECK (mode IN ('send_receive', 'send_only')),
    status            TEXT NOT NULL
                      CHECK (status IN ('pending', 'verified', 'lapsed', 'failed', 'suspended', 'deleted')),
    held              SMALLINT NOT NULL CHECK (held IN (0, 1)),
    ever_held         SMALLINT NOT NULL CHECK (ever_held IN (0, 1)),
    version           BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    verified_at       BIGINT,
    lapsed_at         BIGINT,
    asked_at          BIGINT,
    rung              INTEGER NOT NULL,
    due_at            BIGINT,
    leased_until      BIGINT,
    expires_at        BIGINT,
    transfer_to       TEXT REFERENCES team (id),
    -- Held is verified, lapsed, or suspended after having been verified.
    CHECK (held = 1 OR status NOT IN ('verified', 'lapsed')),
    CHECK (held = 0 OR status IN ('verified', 'lapsed', 'suspended')),
    CHECK (held = 0 OR ever_held = 1)
)
"""

_REPORT = """
CREATE TABLE report (
    domain   TEXT PRIMARY KEY REFERENCES domain (id),
    asked_at BIGINT NOT NULL,
    outcome  TEXT NOT NULL,
    plan     TEXT NOT NULL,
    body     TEXT NOT NULL
)
"""

_EVENT = """
CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    team     TEXT NOT NULL REFERENCES team (id),
    domain   TEXT NOT NULL REFERENCES domain (id),
    hostname TEXT NOT NULL,
    kind     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    data     TEXT NOT NULL
)
"""

_SIGNING_KEY = """
CREATE TABLE signing_key (
    domain   TEXT NOT NULL REFERENCES domain (id),
    selector TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (domain, selector)
)
"""

_INDEXES = (
    # One holder for each name; claims there may be any number of (O01, L02).
    "CREATE UNIQUE INDEX domain_held ON domain (hostname) WHERE held = 1",
    # A team registers a name once, and may again after it has deleted it.
    "CREATE UNIQUE INDEX domain_registered ON domain (team, hostname) WHERE status <> 'deleted'",
    # Who else has, or had, this name.
    "CREATE INDEX domain_hostname ON domain (hostname)",
    # Who holds a name below this one.
    "CREATE INDEX domain_held_below ON domain (reversed_hostname) WHERE held = 1",
    # A team's domains, newest first, the same cost at any depth.
    "CREATE INDEX domain_page ON domain (team, id) WHERE status <> 'deleted'",
    # What is due. Each examination moves a row in it, which at a million domains costs as much as asking
    # the DNS does; a cursor over the primary key can take its place then, behind the port.
    "CREATE INDEX domain_due ON domain (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX api_key_page ON api_key (team, id) WHERE revoked_at IS NULL",
    "CREATE INDEX event_page ON event (team, id)",
    "CREATE INDEX event_page_of_domain ON event (team, domain, id)",
)


def upgrade() -> None:
    """Make the tables, then the indexes."""
    dialect = op.get_context().dialect.name
    for statement in (_TEAM, _API_KEY, _DOMAIN, _REPORT, _EVENT, _SIGNING_KEY, *_INDEXES):
        op.execute(in_dialect(statement, dialect))
