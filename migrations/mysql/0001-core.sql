-- Head office's copy. Every row names the site and the epoch (a random id of the till's file, new after
-- a restored backup) beside the till's own key, so that many sites share one database and nothing of
-- one file is ever taken for another's. No foreign keys and no keys that the server counts: rows come in
-- any order, and a sharded server (TiDB, Vitess) takes them too. Times are milliseconds since 1970 UTC,
-- amounts the currency's minor unit.

CREATE TABLE IF NOT EXISTS sync_cursor (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    seq        BIGINT       NOT NULL,
    hash       BINARY(32)   NOT NULL,
    program    VARCHAR(32)  NOT NULL,
    PRIMARY KEY (site, epoch)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The till's journal, row by row: what happened, chained by SHA-256.
CREATE TABLE IF NOT EXISTS journal (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    seq        BIGINT       NOT NULL,
    day        CHAR(10)     CHARACTER SET ascii NOT NULL,
    boot       VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    mono_ms    BIGINT       NOT NULL,
    wall_ms    BIGINT       NOT NULL,
    offset_min INT          NOT NULL,
    trusted    TINYINT      NOT NULL,
    program    VARCHAR(32)  NOT NULL,
    actor      TEXT         NOT NULL,
    kind       VARCHAR(64)  CHARACTER SET ascii NOT NULL,
    version    INT          NOT NULL,
    event      LONGTEXT     NOT NULL,
    hash       BINARY(32)   NOT NULL,
    PRIMARY KEY (site, epoch, seq),
    KEY journal_day (site, day)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS site (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    settings   LONGTEXT     NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS category (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    uid        CHAR(36)     CHARACTER SET ascii NOT NULL,
    name       VARCHAR(255) NOT NULL,
    position   BIGINT       NOT NULL,
    retired    TINYINT      NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- With the present stock: `stock` is null when it is not counted.
CREATE TABLE IF NOT EXISTS product (
    site        VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch       VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id          BIGINT       NOT NULL,
    uid         CHAR(36)     CHARACTER SET ascii NOT NULL,
    category_id BIGINT       NOT NULL,
    name        VARCHAR(255) NOT NULL,
    price_minor BIGINT       NOT NULL,
    cost_minor  BIGINT       NOT NULL,
    description TEXT         NOT NULL,
    picture     VARCHAR(64)  CHARACTER SET ascii NULL,
    station     VARCHAR(32)  NOT NULL,
    stock       BIGINT       NULL,
    reserved    BIGINT       NOT NULL,
    min_stock   BIGINT       NOT NULL,
    sold_out    TINYINT      NOT NULL,
    retired     TINYINT      NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS stock_movement (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    seq        BIGINT       NOT NULL,
    product_id BIGINT       NOT NULL,
    quantity   BIGINT       NOT NULL,
    on_hand    BIGINT       NOT NULL,
    cause      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    order_id   BIGINT       NULL,
    PRIMARY KEY (site, epoch, seq, product_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- With the present state: free, ordering, waiting, in_process, served, bill_asked.
CREATE TABLE IF NOT EXISTS dining_table (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    number     VARCHAR(255) NOT NULL,
    area       VARCHAR(255) NOT NULL,
    seats      BIGINT       NOT NULL,
    retired    TINYINT      NOT NULL,
    state      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Without PINs, passwords and addresses.
CREATE TABLE IF NOT EXISTS employee (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    uid        CHAR(36)     CHARACTER SET ascii NOT NULL,
    name       VARCHAR(255) NOT NULL,
    role       VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    active     TINYINT      NOT NULL,
    pending    TINYINT      NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS visit (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    uid        CHAR(36)     CHARACTER SET ascii NOT NULL,
    table_id   BIGINT       NULL,
    party      BIGINT       NOT NULL,
    takeaway   BIGINT       NULL,
    day        CHAR(10)     CHARACTER SET ascii NOT NULL,
    opened_ms  BIGINT       NOT NULL,
    closed_ms  BIGINT       NULL,
    bill_asked TINYINT      NOT NULL,
    PRIMARY KEY (site, epoch, id),
    KEY visit_day (site, day)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Name, mail and phone until they are erased at the till.
CREATE TABLE IF NOT EXISTS guest (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    visit_id   BIGINT       NOT NULL,
    name       VARCHAR(255) NOT NULL,
    mail       VARCHAR(255) NOT NULL,
    phone      VARCHAR(64)  NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS orders (
    site        VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch       VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id          BIGINT       NOT NULL,
    uid         CHAR(36)     CHARACTER SET ascii NOT NULL,
    number      BIGINT       NOT NULL,
    day         CHAR(10)     CHARACTER SET ascii NOT NULL,
    visit_id    BIGINT       NOT NULL,
    guest_id    BIGINT       NULL,
    employee_id BIGINT       NULL,
    state       VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    placed_ms   BIGINT       NOT NULL,
    since_ms    BIGINT       NOT NULL,
    reason      VARCHAR(255) NOT NULL,
    copies      BIGINT       NOT NULL,
    receipt_id  BIGINT       NULL,
    PRIMARY KEY (site, epoch, id),
    KEY orders_day (site, day)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS order_line (
    site             VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch            VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    order_id         BIGINT       NOT NULL,
    no               INT          NOT NULL,
    product_id       BIGINT       NOT NULL,
    name             VARCHAR(255) NOT NULL,
    unit_price_minor BIGINT       NOT NULL,
    quantity         BIGINT       NOT NULL,
    note             VARCHAR(255) NOT NULL,
    station          VARCHAR(32)  NOT NULL,
    state            VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    counted          TINYINT      NOT NULL,
    cost_minor       BIGINT       NOT NULL,
    PRIMARY KEY (site, epoch, order_id, no)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A paid bill.
CREATE TABLE IF NOT EXISTS receipt (
    site           VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch          VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id             BIGINT       NOT NULL,
    number         VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    visit_id       BIGINT       NOT NULL,
    employee_id    BIGINT       NULL,
    day            CHAR(10)     CHARACTER SET ascii NOT NULL,
    paid_ms        BIGINT       NOT NULL,
    subtotal_minor BIGINT       NOT NULL,
    discount_minor BIGINT       NOT NULL,
    net_minor      BIGINT       NOT NULL,
    service_minor  BIGINT       NOT NULL,
    tax_minor      BIGINT       NOT NULL,
    total_minor    BIGINT       NOT NULL,
    rounding_minor BIGINT       NOT NULL,
    due_minor      BIGINT       NOT NULL,
    tendered_minor BIGINT       NOT NULL,
    change_minor   BIGINT       NOT NULL,
    copies         BIGINT       NOT NULL,
    PRIMARY KEY (site, epoch, id),
    KEY receipt_day (site, day)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS payment (
    site         VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch        VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    uid          CHAR(36)     CHARACTER SET ascii NOT NULL,
    receipt_id   BIGINT       NOT NULL,
    tender       VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    amount_minor BIGINT       NOT NULL,
    PRIMARY KEY (site, epoch, uid)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The comment until it is erased at the till.
CREATE TABLE IF NOT EXISTS rating (
    site       VARCHAR(36)  CHARACTER SET ascii NOT NULL,
    epoch      VARCHAR(32)  CHARACTER SET ascii NOT NULL,
    id         BIGINT       NOT NULL,
    product_id BIGINT       NOT NULL,
    order_id   BIGINT       NOT NULL,
    guest_id   BIGINT       NOT NULL,
    stars      TINYINT      NOT NULL,
    day        CHAR(10)     CHARACTER SET ascii NOT NULL,
    rated_ms   BIGINT       NOT NULL,
    comment    TEXT         NOT NULL,
    PRIMARY KEY (site, epoch, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
