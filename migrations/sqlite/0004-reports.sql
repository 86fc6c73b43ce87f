-- What was sold, by business day: kept beside the rows it is reckoned from, so that a report of a
-- year reads a few hundred rows.

-- What a portion cost the house when it was ordered; nothing for lines from before this was kept.
ALTER TABLE order_line ADD COLUMN cost_minor INTEGER NOT NULL DEFAULT 0;

-- ── Journaled ────────────────────────────────────────────────────────────────────────────

CREATE TABLE day_sales (
    day            TEXT    PRIMARY KEY,
    receipts       INTEGER NOT NULL DEFAULT 0,
    subtotal_minor INTEGER NOT NULL DEFAULT 0,
    discount_minor INTEGER NOT NULL DEFAULT 0,
    net_minor      INTEGER NOT NULL DEFAULT 0,
    service_minor  INTEGER NOT NULL DEFAULT 0,
    tax_minor      INTEGER NOT NULL DEFAULT 0,
    total_minor    INTEGER NOT NULL DEFAULT 0,
    rounding_minor INTEGER NOT NULL DEFAULT 0,
    due_minor      INTEGER NOT NULL DEFAULT 0,
    cost_minor     INTEGER NOT NULL DEFAULT 0,
    portions       INTEGER NOT NULL DEFAULT 0,
    -- Placed on that day, paid or not.
    orders         INTEGER NOT NULL DEFAULT 0,
    -- Cancelled on that day after the kitchen had them, and what they would have brought.
    voided         INTEGER NOT NULL DEFAULT 0,
    voided_minor   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- By the hour of the house's clock in which the bill was paid.
CREATE TABLE day_hour (
    day       TEXT    NOT NULL,
    hour      INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
    receipts  INTEGER NOT NULL,
    due_minor INTEGER NOT NULL,
    PRIMARY KEY (day, hour)
) STRICT, WITHOUT ROWID;

-- Of paid bills.
CREATE TABLE day_product (
    day          TEXT    NOT NULL,
    product_id   INTEGER NOT NULL,
    quantity     INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    cost_minor   INTEGER NOT NULL,
    PRIMARY KEY (day, product_id)
) STRICT, WITHOUT ROWID;

INSERT INTO day_product
SELECT r.day, l.product_id, sum(l.quantity), sum(l.quantity * l.unit_price_minor), 0
FROM receipt r JOIN orders o ON o.receipt_id = r.id JOIN order_line l ON l.order_id = o.id
GROUP BY r.day, l.product_id;

INSERT INTO day_hour
SELECT r.day, (r.paid_ms / 60000 + j.offset_min) % 1440 / 60, count(*), sum(r.due_minor)
FROM journal j JOIN receipt r ON r.id = CAST(substr(json_extract(j.event, '$.receipt'), 2) AS INTEGER)
WHERE j.kind = 'bill_paid'
GROUP BY 1, 2;

INSERT INTO day_sales (day, receipts, subtotal_minor, discount_minor, net_minor, service_minor, tax_minor, total_minor, rounding_minor, due_minor)
SELECT day, count(*), sum(subtotal_minor), sum(discount_minor), sum(net_minor), sum(service_minor), sum(tax_minor), sum(total_minor),
       sum(rounding_minor), sum(due_minor)
FROM receipt GROUP BY day;
INSERT INTO day_sales (day, portions)
SELECT day, sum(quantity) FROM day_product WHERE true GROUP BY day
ON CONFLICT (day) DO UPDATE SET portions = excluded.portions;
INSERT INTO day_sales (day, orders)
SELECT day, count(*) FROM orders WHERE true GROUP BY day
ON CONFLICT (day) DO UPDATE SET orders = excluded.orders;
INSERT INTO day_sales (day, voided, voided_minor)
SELECT j.day, count(DISTINCT o.id), sum(l.quantity * l.unit_price_minor)
FROM journal j JOIN orders o ON o.id = CAST(substr(json_extract(j.event, '$.order'), 2) AS INTEGER)
JOIN order_line l ON l.order_id = o.id
WHERE j.kind = 'order_cancelled' AND json_extract(j.event, '$.was') = 'in_process'
GROUP BY j.day
ON CONFLICT (day) DO UPDATE SET voided = excluded.voided, voided_minor = excluded.voided_minor;

-- A rating belongs to a day's report.
CREATE INDEX rating_day ON rating (day);
