-- What other departments are asked, by the case and the look-up: the outbox. seq is the case's when it was called; state: waiting, done; next_at: when it
-- is asked (again).
CREATE TABLE flow_call (
  case_id TEXT NOT NULL,
  lookup TEXT NOT NULL,
  seq BIGINT NOT NULL,
  state TEXT NOT NULL,
  n_tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (case_id, lookup)
);
CREATE INDEX flow_call_waiting ON flow_call (next_at, case_id, lookup) WHERE state = 'waiting';

-- Answers that may be used again, by a keyed hash of look-up, purpose and what was sent; content is sealed.
CREATE TABLE flow_answer (
  question TEXT NOT NULL PRIMARY KEY,
  until BIGINT NOT NULL,
  content BYTEA NOT NULL
);
