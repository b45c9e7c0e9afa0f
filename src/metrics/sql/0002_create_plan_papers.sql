-- Evidence files of plan targets, and notes of supervision with their replies. A file's bytes stand in the ledger itself, so that a backup and every
-- server of the city have them; its hash tells whether it is still what was handed in.
CREATE TABLE plan_file (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  target TEXT NOT NULL,
  year BIGINT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  n_bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  content BYTEA NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX plan_file_by_target ON plan_file (target, year, no);
CREATE TABLE plan_note (
  no BIGINT NOT NULL PRIMARY KEY,
  target TEXT NOT NULL,
  year BIGINT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX plan_note_by_target ON plan_note (target, no);
