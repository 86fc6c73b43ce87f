-- The core: journal, the tables it projects into, and what stands outside of it.
-- Columns end in _ms (milliseconds), _minor (currency's minor unit), _bp (basis points).

-- What holds for the file as a whole.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Append-only; each row's hash covers all of its columns and the hash before it.
CREATE TABLE journal (
    seq        INTEGER PRIMARY KEY,
    epoch      TEXT    NOT NULL,
    day        TEXT    NOT NULL,
    boot       TEXT    NOT NULL,
    mono_ms    INTEGER NOT NULL,
    wall_ms    INTEGER NOT NULL,
    offset_min INTEGER NOT NULL,
    trusted    INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    program    TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- ── Journaled tables: written by projections alone ───────────────────────────────────────

CREATE TABLE site (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    settings TEXT NOT NULL
) STRICT;

CREATE TABLE business_day (
    day      TEXT PRIMARY KEY,
    open_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE category (
    id       INTEGER PRIMARY KEY,
    uid      TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    position INTEGER NOT NULL
) STRICT;

CREATE TABLE product (
    id          INTEGER PRIMARY KEY,
    uid         TEXT    NOT NULL UNIQUE,
    category_id INTEGER NOT NULL REFERENCES category (id),
    name        TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    cost_minor  INTEGER NOT NULL CHECK (cost_minor >= 0),
    description TEXT    NOT NULL,
    picture     TEXT,
    station     TEXT    NOT NULL,
    stock       INTEGER,
    reserved    INTEGER NOT NULL DEFAULT 0,
    min_stock   INTEGER NOT NULL,
    sold_out    INTEGER NOT NULL CHECK (sold_out IN (0, 1))
) STRICT;

CREATE TABLE stock_movement (
    seq        INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES product (id),
    quantity   INTEGER NOT NULL,
    on_hand    INTEGER NOT NULL,
    cause      TEXT    NOT NULL,
    order_id   INTEGER,
    PRIMARY KEY (seq, product_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE dining_table (
    id     INTEGER PRIMARY KEY,
    number TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    area   TEXT    NOT NULL,
    seats  INTEGER NOT NULL,
    code   TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE employee (
    id     INTEGER PRIMARY KEY,
    uid    TEXT    NOT NULL UNIQUE,
    name   TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    role   TEXT    NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;

CREATE TABLE device (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL
) STRICT;

CREATE TABLE printer (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    settings TEXT    NOT NULL
) STRICT;

CREATE TABLE visit (
    id         INTEGER PRIMARY KEY,
    uid        TEXT    NOT NULL UNIQUE,
    table_id   INTEGER REFERENCES dining_table (id),
    party      INTEGER NOT NULL,
    takeaway   INTEGER,
    day        TEXT    NOT NULL,
    opened_ms  INTEGER NOT NULL,
    closed_ms  INTEGER,
    bill_asked INTEGER NOT NULL CHECK (bill_asked IN (0, 1)),
    CHECK ((table_id IS NULL) <> (takeaway IS NULL))
) STRICT;
CREATE INDEX visit_open ON visit (table_id) WHERE closed_ms IS NULL;
CREATE INDEX visit_open_id ON visit (id) WHERE closed_ms IS NULL;
CREATE INDEX visit_day ON visit (day);

CREATE TABLE guest (
    id       INTEGER PRIMARY KEY,
    visit_id INTEGER NOT NULL REFERENCES visit (id)
) STRICT;
CREATE INDEX guest_visit ON guest (visit_id);

CREATE TABLE receipt (
    id             INTEGER PRIMARY KEY,
    number         TEXT    NOT NULL UNIQUE,
    visit_id       INTEGER NOT NULL REFERENCES visit (id),
    employee_id    INTEGER REFERENCES employee (id),
    day            TEXT    NOT NULL,
    paid_ms        INTEGER NOT NULL,
    subtotal_minor INTEGER NOT NULL,
    discount_minor INTEGER NOT NULL,
    net_minor      INTEGER NOT NULL,
    service_minor  INTEGER NOT NULL,
    tax_minor      INTEGER NOT NULL,
    total_minor    INTEGER NOT NULL,
    rounding_minor INTEGER NOT NULL,
    due_minor      INTEGER NOT NULL,
    tendered_minor INTEGER NOT NULL,
    change_minor   INTEGER NOT NULL,
    copies         INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_day ON receipt (day);
CREATE INDEX receipt_visit ON receipt (visit_id);

CREATE TABLE payment (
    uid          TEXT    PRIMARY KEY,
    receipt_id   INTEGER NOT NULL REFERENCES receipt (id),
    tender       TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    id           INTEGER PRIMARY KEY,
    uid          TEXT    NOT NULL UNIQUE,
    number       INTEGER NOT NULL,
    day          TEXT    NOT NULL,
    visit_id     INTEGER NOT NULL REFERENCES visit (id),
    guest_id     INTEGER REFERENCES guest (id),
    employee_id  INTEGER REFERENCES employee (id),
    state        TEXT    NOT NULL,
    placed_ms    INTEGER NOT NULL,
    since_ms     INTEGER NOT NULL,
    reason       TEXT    NOT NULL,
    copies       INTEGER NOT NULL,
    receipt_id   INTEGER REFERENCES receipt (id),
    UNIQUE (day, number)
) STRICT;
CREATE INDEX orders_visit ON orders (visit_id);
CREATE INDEX orders_receipt ON orders (receipt_id) WHERE receipt_id IS NOT NULL;

CREATE TABLE order_line (
    order_id         INTEGER NOT NULL REFERENCES orders (id),
    no               INTEGER NOT NULL,
    product_id       INTEGER NOT NULL,
    name             TEXT    NOT NULL,
    unit_price_minor INTEGER NOT NULL,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    note             TEXT    NOT NULL,
    station          TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    counted          INTEGER NOT NULL CHECK (counted IN (0, 1)),
    PRIMARY KEY (order_id, no)
) STRICT, WITHOUT ROWID;

-- ── Outside the journal ──────────────────────────────────────────────────────────────────

-- A guest's personal data: erasable, joined only when shown or printed.
CREATE TABLE person (
    guest_id INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    mail     TEXT NOT NULL,
    phone    TEXT NOT NULL
) STRICT;

CREATE TABLE credential (
    employee_id INTEGER PRIMARY KEY,
    pin_hash    TEXT NOT NULL
) STRICT;

-- Failed PINs of a person on a device, for throttling.
CREATE TABLE pin_failure (
    employee_id INTEGER NOT NULL,
    device_id   INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    -- The boot and its monotonic time: a wall clock that jumps unlocks nothing.
    boot        TEXT    NOT NULL,
    since_ms    INTEGER NOT NULL,
    PRIMARY KEY (employee_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_token (
    hash      BLOB    PRIMARY KEY,
    device_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only hashes of tokens are kept: a stolen file opens no session.
CREATE TABLE session (
    hash        BLOB    PRIMARY KEY,
    guest_id    INTEGER,
    employee_id INTEGER,
    device_id   INTEGER,
    day         TEXT    NOT NULL,
    CHECK ((guest_id IS NULL) <> (employee_id IS NULL))
) STRICT, WITHOUT ROWID;

-- Answers of accepted requests, so that a repeat gets the first one.
CREATE TABLE request (
    principal TEXT    NOT NULL,
    id        BLOB    NOT NULL,
    body_hash BLOB    NOT NULL,
    seq       INTEGER NOT NULL,
    answer    TEXT    NOT NULL,
    day       TEXT    NOT NULL,
    PRIMARY KEY (principal, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_day ON request (day);

CREATE TABLE job (
    id         INTEGER PRIMARY KEY,
    printer_id INTEGER NOT NULL,
    work       TEXT    NOT NULL,
    -- queued, sending, done, expired
    state      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    -- It may be on paper already: print it as a copy.
    in_doubt   INTEGER NOT NULL CHECK (in_doubt IN (0, 1)),
    fault      TEXT,
    boot       TEXT    NOT NULL,
    -- Monotonic milliseconds of that boot after which it is not printed any more.
    expires_ms INTEGER,
    day        TEXT    NOT NULL
) STRICT;
CREATE INDEX job_open ON job (printer_id) WHERE state IN ('queued', 'sending');
CREATE INDEX job_queued ON job (printer_id, id) WHERE state = 'queued';

CREATE TABLE picture (
    hash  TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
