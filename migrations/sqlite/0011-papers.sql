-- Papers that somebody answers for: since when each waits, for which printer it was meant, with
-- which others it is one sheet, and whether it prints although it is old.
--
-- States: queued, sending, old (somebody has to say whether it is printed), sent, confirmed,
-- thrown_away, expired (a drawer pulse).
ALTER TABLE job ADD COLUMN queued_wall_ms INTEGER NOT NULL DEFAULT 0;
-- Of the boot that the row names.
ALTER TABLE job ADD COLUMN queued_mono_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN ended_wall_ms INTEGER;
-- The printer that failed, when another prints it.
ALTER TABLE job ADD COLUMN meant_for INTEGER;
-- The first of those that are printed on one sheet.
ALTER TABLE job ADD COLUMN batch INTEGER;
ALTER TABLE job ADD COLUMN released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1));
UPDATE job SET state = 'sent' WHERE state = 'done';
DROP INDEX job_open;
CREATE INDEX job_open ON job (printer_id) WHERE state IN ('queued', 'sending', 'old');

-- What each printer last said, or that it says nothing.
CREATE TABLE printer_state (
    printer_id INTEGER PRIMARY KEY,
    fault      TEXT,
    -- Wall clock, for people: since when it does not print.
    since_ms   INTEGER,
    paper_low  INTEGER NOT NULL CHECK (paper_low IN (0, 1)),
    -- unknown, speaks, silent
    speech     TEXT    NOT NULL
) STRICT;
