-- What owners change: menu, tables, staff, devices; ratings; accounts with passwords.

-- What was taken off stays for the history that names it, and its name is free again.
CREATE TABLE category_new (
    id       INTEGER PRIMARY KEY,
    uid      TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL COLLATE NOCASE,
    position INTEGER NOT NULL,
    retired  INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT;
INSERT INTO category_new SELECT id, uid, name, position, 0 FROM category;
DROP TABLE category;
ALTER TABLE category_new RENAME TO category;
CREATE UNIQUE INDEX category_name ON category (name) WHERE retired = 0;

CREATE TABLE product_new (
    id          INTEGER PRIMARY KEY,
    uid         TEXT    NOT NULL UNIQUE,
    category_id INTEGER NOT NULL REFERENCES category (id),
    name        TEXT    NOT NULL COLLATE NOCASE,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    cost_minor  INTEGER NOT NULL CHECK (cost_minor >= 0),
    description TEXT    NOT NULL,
    picture     TEXT,
    station     TEXT    NOT NULL,
    stock       INTEGER,
    reserved    INTEGER NOT NULL,
    min_stock   INTEGER NOT NULL,
    sold_out    INTEGER NOT NULL CHECK (sold_out IN (0, 1)),
    retired     INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT;
INSERT INTO product_new
SELECT id, uid, category_id, name, price_minor, cost_minor, description, picture, station, stock, reserved, min_stock, sold_out, 0
FROM product;
DROP TABLE product;
ALTER TABLE product_new RENAME TO product;
CREATE UNIQUE INDEX product_name ON product (name) WHERE retired = 0;

CREATE TABLE dining_table_new (
    id      INTEGER PRIMARY KEY,
    number  TEXT    NOT NULL COLLATE NOCASE,
    area    TEXT    NOT NULL,
    seats   INTEGER NOT NULL,
    code    TEXT    NOT NULL UNIQUE,
    retired INTEGER NOT NULL CHECK (retired IN (0, 1))
) STRICT;
INSERT INTO dining_table_new SELECT id, number, area, seats, code, 0 FROM dining_table;
DROP TABLE dining_table;
ALTER TABLE dining_table_new RENAME TO dining_table;
CREATE UNIQUE INDEX dining_table_number ON dining_table (number) WHERE retired = 0;

-- Signed up in the browser, and nobody has said yes so far.
ALTER TABLE employee ADD COLUMN pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1));

ALTER TABLE device ADD COLUMN enrolled_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));
UPDATE device
SET enrolled_ms = (SELECT wall_ms FROM journal WHERE kind = 'device_enrolled' AND json_extract(event, '$.device') = 'd' || device.id);

-- One of a guest for a product; rating again replaces it.
CREATE TABLE rating (
    id         INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES product (id),
    order_id   INTEGER NOT NULL REFERENCES orders (id),
    guest_id   INTEGER NOT NULL REFERENCES guest (id),
    stars      INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    day        TEXT    NOT NULL,
    rated_ms   INTEGER NOT NULL,
    UNIQUE (guest_id, product_id)
) STRICT;
CREATE INDEX rating_product ON rating (product_id);

-- ── Outside the journal ──────────────────────────────────────────────────────────────────

-- What a guest wrote to a rating: personal, erasable.
CREATE TABLE rating_comment (
    rating_id INTEGER PRIMARY KEY,
    comment   TEXT NOT NULL
) STRICT;

-- Secrets of employees, and the address under which they are written to.
CREATE TABLE credential_new (
    employee_id   INTEGER PRIMARY KEY,
    pin_hash      TEXT,
    password_hash TEXT,
    mail          TEXT UNIQUE COLLATE NOCASE
) STRICT;
INSERT INTO credential_new SELECT employee_id, pin_hash, NULL, NULL FROM credential;
DROP TABLE credential;
ALTER TABLE credential_new RENAME TO credential;

-- Failed PINs and passwords of a person from one place: a device ("d3") or an address.
CREATE TABLE login_failure (
    employee_id INTEGER NOT NULL,
    origin      TEXT    NOT NULL,
    count       INTEGER NOT NULL,
    -- The boot and its monotonic time: a wall clock that jumps unlocks nothing.
    boot        TEXT    NOT NULL,
    since_ms    INTEGER NOT NULL,
    PRIMARY KEY (employee_id, origin)
) STRICT, WITHOUT ROWID;
INSERT INTO login_failure SELECT employee_id, 'd' || device_id, count, boot, since_ms FROM pin_failure;
DROP TABLE pin_failure;

ALTER TABLE session ADD COLUMN opened_ms INTEGER NOT NULL DEFAULT 0;
-- The browser's own words for itself; empty on an enrolled device, which has a name.
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
