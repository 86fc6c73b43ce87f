-- The id first: clients make ids that grow with time, so that answers kept one after the other lie
-- side by side and a transaction writes few pages of them. Days are looked for once a day.
CREATE TABLE request_new (
    principal TEXT    NOT NULL,
    id        BLOB    NOT NULL,
    body_hash BLOB    NOT NULL,
    seq       INTEGER NOT NULL,
    answer    TEXT    NOT NULL,
    day       TEXT    NOT NULL,
    PRIMARY KEY (id, principal)
) STRICT, WITHOUT ROWID;
INSERT INTO request_new SELECT principal, id, body_hash, seq, answer, day FROM request ORDER BY id;
DROP TABLE request;
ALTER TABLE request_new RENAME TO request;
