-- What the rows of a run will hash to, and whether they agreed with the ledger, written down before they are changed: so a stop between the two stores
-- is told from rows that somebody else changed. deferred_at: since when the order waits for the end of its season, as the audit log says.
ALTER TABLE admission_forgetting ADD COLUMN kept_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE admission_forgetting ADD COLUMN agreed_before BIGINT NOT NULL DEFAULT 1;
ALTER TABLE admission_forgetting ADD COLUMN deferred_at BIGINT;
