-- What was published is taken back by two people: the one who asks says why, the other decides. recall_reason stays when it was declined, for whoever
-- looks into it.
ALTER TABLE admission_run ADD COLUMN recall_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE admission_run ADD COLUMN recall_asked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE admission_run ADD COLUMN recall_asked_at BIGINT;
ALTER TABLE admission_run ADD COLUMN recalled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE admission_run ADD COLUMN recalled_at BIGINT;

-- Applicants whose names are gone from a run, and the hash over its rows as they stand since then ('': nobody is gone, output_sha256 is theirs).
ALTER TABLE admission_run ADD COLUMN n_forgotten BIGINT NOT NULL DEFAULT 0;
ALTER TABLE admission_run ADD COLUMN kept_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE admission_run ADD COLUMN is_expired BIGINT NOT NULL DEFAULT 0;

-- Who is to be forgotten: a person in a run, or (person_no 0) all of a run whose time is over. Gone when it is done; the audit log keeps a count and a
-- hash. number: of the applicant, who may stand among the run's exceptions.
CREATE TABLE admission_forgetting (
  no BIGINT NOT NULL PRIMARY KEY,
  run_no BIGINT NOT NULL,
  person_no BIGINT NOT NULL,
  number TEXT NOT NULL,
  subject TEXT NOT NULL,
  ordered_by TEXT NOT NULL,
  UNIQUE (run_no, person_no)
);
