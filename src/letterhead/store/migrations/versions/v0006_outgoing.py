"""What goes out: where events are sent, what is on its way there, and the letters to owners."""

from alembic import op

from letterhead.store.dialect import in_dialect

revision = "0006"
down_revision = "0005"

_EVENTS = (
    # An event's place in the tail, given after it was committed, one after the other; NULL until then.
    # Numbers drawn before the commit, as ids are, may appear out of order.
    "ALTER TABLE event ADD COLUMN position BIGINT",
    "UPDATE event SET position = id",  # what happened before this version is not sent any more
    "CREATE UNIQUE INDEX event_position ON event (position)",
    "CREATE INDEX event_tail ON event (team, position)",
    "CREATE INDEX event_waiting ON event (id) WHERE position IS NULL",
)

_WEBHOOKS = (
    """
    CREATE TABLE webhook (
        id            TEXT PRIMARY KEY,
        team          TEXT NOT NULL REFERENCES team (id),
        url           TEXT NOT NULL,
        kinds         TEXT NOT NULL,
        secret        BLOB NOT NULL,  -- sealed by the master key
        old_secret    BLOB,
        old_until     BIGINT,
        created_at    BIGINT NOT NULL,
        disabled      TEXT CHECK (disabled IN ('by_hand', 'failing', 'gone')),
        disabled_at   BIGINT,
        failing_since BIGINT,
        rests_until   BIGINT,
        version       BIGINT NOT NULL,
        leased_until  BIGINT NOT NULL DEFAULT 0,
        CHECK ((disabled IS NULL) = (disabled_at IS NULL)),
        CHECK ((old_secret IS NULL) = (old_until IS NULL))
    )
    """,
    "CREATE INDEX webhook_page ON webhook (team, id)",
    "CREATE INDEX webhook_in_turn ON webhook (leased_until) WHERE disabled IS NULL",
    """
    CREATE TABLE delivery (
        webhook      TEXT NOT NULL REFERENCES webhook (id),
        event        BIGINT NOT NULL REFERENCES event (id),
        state        TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up')),
        due_at       BIGINT,
        attempts     INTEGER NOT NULL DEFAULT 0,
        attempted_at BIGINT,
        status       INTEGER,
        fault        TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (webhook, event),
        CHECK ((state = 'pending') = (due_at IS NOT NULL))
    )
    """,
    "CREATE INDEX delivery_due ON delivery (webhook, due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX delivery_ended ON delivery (attempted_at) WHERE due_at IS NULL",
)

_LETTERS = (
    """
    CREATE TABLE letter (
        id           TEXT PRIMARY KEY,
        email        TEXT NOT NULL,
        subject      TEXT NOT NULL,
        body         TEXT NOT NULL,
        created_at   BIGINT NOT NULL,
        due_at       BIGINT,
        leased_until BIGINT NOT NULL DEFAULT 0,
        attempts     INTEGER NOT NULL DEFAULT 0,
        sent_at      BIGINT,
        fault        TEXT NOT NULL DEFAULT '',
        CHECK (due_at IS NULL OR sent_at IS NULL)
    )
    """,
    "CREATE INDEX letter_due ON letter (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX letter_last ON letter (email, created_at)",
    """
    CREATE TABLE owner_notice (
        id       TEXT PRIMARY KEY,
        team     TEXT NOT NULL REFERENCES team (id),
        domain   TEXT NOT NULL REFERENCES domain (id),
        hostname TEXT NOT NULL,
        email    TEXT NOT NULL,
        kind     TEXT NOT NULL,
        at       BIGINT NOT NULL,
        body     TEXT NOT NULL,
        letter   TEXT REFERENCES letter (id)
    )
    """,
    "CREATE INDEX owner_notice_page ON owner_notice (team, id)",
    "CREATE INDEX owner_notice_waiting ON owner_notice (email, id) WHERE letter IS NULL",
)


def upgrade() -> None:
    """Give every event its place, then make the tables."""
    dialect = op.get_context().dialect.name
    for statement in (*_EVENTS, *_WEBHOOKS, *_LETTERS):
        op.execute(in_dialect(statement, dialect))
