-- Sessions that nobody uses end, and guests who are long gone are forgotten.

-- When somebody last used it.
ALTER TABLE session ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;
UPDATE session SET seen_ms = opened_ms;
