-- A tablet that did not hear "selesai" still has the cart that was served. It is counted off until
-- the tablet has emptied it, also when that party's visit is closed meanwhile.
ALTER TABLE draft ADD COLUMN served TEXT NOT NULL DEFAULT '[]';

-- When it was kept, so that a day that opens late takes no cart from a guest at the table.
ALTER TABLE draft ADD COLUMN boot TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN mono_ms INTEGER NOT NULL DEFAULT 0;
