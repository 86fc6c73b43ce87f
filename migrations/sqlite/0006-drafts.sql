-- Carts of the old app's tablets, and what tells their receipts from others.

-- A receipt says by what it was paid.
CREATE INDEX payment_receipt ON payment (receipt_id);

-- ── Outside the journal ──────────────────────────────────────────────────────────────────

-- One of each table and name. The row stays while its guest sits there: it says which orders
-- belong to the cart that the tablet still shows.
CREATE TABLE draft (
    table_id INTEGER NOT NULL,
    name     TEXT    NOT NULL COLLATE NOCASE,
    -- Both from the first order on.
    guest_id INTEGER,
    visit_id INTEGER,
    -- Orders up to this one belong to carts that were served before.
    since    INTEGER NOT NULL,
    -- What is wanted and not sent, as JSON.
    lines    TEXT    NOT NULL,
    PRIMARY KEY (table_id, name)
) STRICT, WITHOUT ROWID;
