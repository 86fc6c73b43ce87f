-- Where head office's copy goes.

-- ── Journaled ────────────────────────────────────────────────────────────────────────────

CREATE TABLE sync (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    settings TEXT NOT NULL
) STRICT;
