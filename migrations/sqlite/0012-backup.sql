-- Where backups go.

-- ── Journaled ────────────────────────────────────────────────────────────────────────────

CREATE TABLE backup (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    settings TEXT NOT NULL
) STRICT;
