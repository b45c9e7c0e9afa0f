-- Other learning record stores that get an organisation's statements. Instants are UTC microseconds. version: 0 is 1.0.3, 1 is 2.0.0. verbs, profiles:
-- JSON lists of IRIs, empty: any. state: 0 waits to be released, 1 runs, 2 is paused. mark: the number of the last statement that the other side has or
-- that is not meant for it. changed_by: who last led it elsewhere. n_in_row: refusals since something was taken. secret is sealed. lease, lease_until: which process sends, and until when no other does.
CREATE TABLE xapi_forward (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  org_no BIGINT NOT NULL,
  title TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  version BIGINT NOT NULL,
  key_name TEXT NOT NULL,
  secret BYTEA NOT NULL,
  verbs TEXT NOT NULL,
  profiles TEXT NOT NULL,
  state BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  changed_by TEXT,
  released_by TEXT,
  mark BIGINT NOT NULL,
  n_sent BIGINT NOT NULL,
  sent_at BIGINT,
  n_in_row BIGINT NOT NULL,
  n_failures BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  error TEXT,
  error_at BIGINT,
  lease TEXT NOT NULL,
  lease_until BIGINT NOT NULL
);

-- Statements that the other side refused, with its status and the beginning of its answer. retry: is to be sent once more.
CREATE TABLE xapi_forward_refused (
  forward_no BIGINT NOT NULL,
  statement_no BIGINT NOT NULL,
  at BIGINT NOT NULL,
  status BIGINT NOT NULL,
  answer TEXT NOT NULL,
  retry BOOLEAN NOT NULL,
  PRIMARY KEY (forward_no, statement_no)
);
