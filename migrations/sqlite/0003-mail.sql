-- Letters: how they leave, and those that are owed.

-- ── Journaled ────────────────────────────────────────────────────────────────────────────

CREATE TABLE mail (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    settings TEXT NOT NULL
) STRICT;

-- ── Outside the journal ──────────────────────────────────────────────────────────────────

-- What must be kept and shown to nobody: the mail server's password.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE letter (
    id         INTEGER PRIMARY KEY,
    work       TEXT    NOT NULL,
    -- The guest whose address it goes to, or an address that somebody typed.
    guest_id   INTEGER,
    address    TEXT,
    -- The same over all tries: a server that took it twice knows it again.
    message_id TEXT    NOT NULL,
    -- queued, sending, sent, failed, cancelled
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    fault      TEXT,
    queued_ms  INTEGER NOT NULL,
    -- Not before then, in monotonic milliseconds of that boot; another boot may try at once.
    boot       TEXT    NOT NULL,
    due_ms     INTEGER NOT NULL,
    day        TEXT    NOT NULL
) STRICT;
CREATE INDEX letter_open ON letter (id) WHERE state IN ('queued', 'sending');
CREATE INDEX letter_day ON letter (day);
