-- Access to a part of a dataset that a case has opened for an organisation. fields: a JSON list of ids. until_at: from then on it is refused, whether or not
-- the case has ended it. way: api, file, figures. The counters say what was read.
CREATE TABLE share (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL,
  case_key TEXT NOT NULL,
  flow TEXT NOT NULL,
  holder_no BIGINT NOT NULL,
  dataset TEXT NOT NULL,
  fields TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  level BIGINT NOT NULL,
  way TEXT NOT NULL,
  purpose TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  opened_by TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT NOT NULL DEFAULT '',
  last_read_at BIGINT,
  n_reads BIGINT NOT NULL DEFAULT 0,
  n_rows BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX share_by_case ON share (case_id);
CREATE INDEX share_by_holder ON share (holder_no);

-- Secrets by which programs of the holder read a share of the way api; the secret's hash alone is kept.
CREATE TABLE share_key (
  no BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  share_id TEXT NOT NULL,
  secret_hash BYTEA NOT NULL UNIQUE,
  title TEXT NOT NULL,
  account TEXT NOT NULL,
  account_no BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  last_read_at BIGINT
);
CREATE INDEX share_key_by_share ON share_key (share_id);
