-- Runs of admissions. What a run gave each applicant stands in the warehouse (admission_applicant, admission_outcome, admission_cut_off) under its
-- number, and counts only while its row here says so: this row is written last. batch '' is all batches. in_dataset: what was published is in the
-- pack's dataset of results.
CREATE TABLE admission_run (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  admission TEXT NOT NULL,
  year BIGINT NOT NULL,
  batch TEXT NOT NULL,
  state TEXT NOT NULL,
  account TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  computed_at BIGINT,
  checked_by TEXT NOT NULL,
  checked_at BIGINT,
  published_by TEXT NOT NULL,
  published_at BIGINT,
  in_dataset BIGINT NOT NULL,
  input_sha256 TEXT NOT NULL,
  output_sha256 TEXT NOT NULL,
  summary TEXT NOT NULL
);
CREATE INDEX admission_run_by_admission ON admission_run (admission, year, no);

-- A batch that was published: once.
CREATE TABLE admission_published (
  admission TEXT NOT NULL,
  year BIGINT NOT NULL,
  batch TEXT NOT NULL,
  run_no BIGINT NOT NULL,
  PRIMARY KEY (admission, year, batch)
);

-- Draws of lots. list is the applicants' numbers, a line each, in order: its hash is published before the digits are drawn in public. Two people enter
-- the digits. A draw is the one of its batch; nobody changes or repeats it.
CREATE TABLE admission_lottery (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  admission TEXT NOT NULL,
  year BIGINT NOT NULL,
  batch TEXT NOT NULL,
  state TEXT NOT NULL,
  list TEXT NOT NULL,
  list_sha256 TEXT NOT NULL,
  n BIGINT NOT NULL,
  listed_by TEXT NOT NULL,
  listed_at BIGINT NOT NULL,
  digits TEXT NOT NULL,
  drawn_by TEXT NOT NULL,
  drawn_at BIGINT,
  confirmed_by TEXT NOT NULL,
  confirmed_at BIGINT,
  UNIQUE (admission, year, batch)
);
