-- What is handed in with cases. name and content are sealed; verdict: open (no checker is configured), waiting, clean, infected; try_at: when a waiting
-- one is shown to the checker (again).
CREATE TABLE flow_file (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  file TEXT NOT NULL,
  name BYTEA NOT NULL,
  type TEXT NOT NULL,
  n_bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  n_tries BIGINT NOT NULL,
  try_at BIGINT NOT NULL,
  content BYTEA NOT NULL
);
CREATE INDEX flow_file_by_case ON flow_file (case_id, at, id);
CREATE INDEX flow_file_waiting ON flow_file (try_at, id) WHERE verdict = 'waiting';

-- Letters that moves issued. code_hash is a keyed hash of the verification code; content is sealed and never changes.
CREATE TABLE flow_letter (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  no BIGINT NOT NULL,
  letter TEXT NOT NULL,
  level BIGINT NOT NULL,
  code_hash TEXT NOT NULL UNIQUE,
  issued_at BIGINT NOT NULL,
  revoked_at BIGINT,
  content BYTEA NOT NULL
);
CREATE UNIQUE INDEX flow_letter_by_case ON flow_letter (case_id, no);
