-- What must be true one row at a time: jobs, batches, the journal of single-row edits. Instants are UTC microseconds.
CREATE TABLE records_counter (
  name TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO records_counter (name, value) VALUES ('batch', 0), ('job', 0), ('journal', 0);

CREATE TABLE records_batch (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL,
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  dry_run BIGINT NOT NULL,
  state TEXT NOT NULL,
  n_good BIGINT NOT NULL,
  n_bad BIGINT NOT NULL,
  n_warn BIGINT NOT NULL,
  version BIGINT NOT NULL,
  pack_fingerprint TEXT NOT NULL
);
CREATE INDEX records_batch_by_dataset ON records_batch (dataset, no);
CREATE INDEX records_batch_by_sha256 ON records_batch (sha256);

CREATE TABLE records_job (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL,
  file TEXT NOT NULL,
  file_name TEXT NOT NULL,
  dry_run BIGINT NOT NULL,
  state TEXT NOT NULL,
  phase TEXT NOT NULL,
  n_read BIGINT NOT NULL,
  n_good BIGINT NOT NULL,
  n_bad BIGINT NOT NULL,
  n_warn BIGINT NOT NULL,
  n_new BIGINT NOT NULL,
  n_changed BIGINT NOT NULL,
  n_same BIGINT NOT NULL,
  batch_no BIGINT,
  error TEXT,
  account TEXT NOT NULL,
  account_no BIGINT NOT NULL,
  scope TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX records_job_by_state ON records_job (state);

-- An edit of one row that is answered, but perhaps not yet in the warehouse. `payload` is the row's values in field order as JSON; sealed fields stay sealed.
CREATE TABLE records_journal (
  seq BIGINT NOT NULL PRIMARY KEY,
  dataset TEXT NOT NULL,
  row_key TEXT NOT NULL,
  op TEXT NOT NULL,
  payload TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL
);
