-- What applicants said of a case that ended; words are sealed.
CREATE TABLE flow_rating (
  case_id TEXT NOT NULL PRIMARY KEY,
  stars BIGINT NOT NULL,
  words BYTEA NOT NULL,
  at BIGINT NOT NULL
);

-- What a case cost its applicant: fields typed (again, if typed again), and fields that were there without it when the case was opened.
CREATE TABLE flow_effort (
  case_id TEXT NOT NULL PRIMARY KEY,
  n_typed BIGINT NOT NULL,
  n_filled BIGINT NOT NULL
);
