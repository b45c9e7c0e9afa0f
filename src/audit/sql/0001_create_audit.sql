-- The chains: entries are only ever added. hash = H(canonical entry, prev_hash); see audit.cpp for the canonical bytes.
CREATE TABLE audit_entry (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  detail TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  prev_hash BYTEA NOT NULL,
  hash BYTEA NOT NULL
);
CREATE INDEX audit_entry_actor ON audit_entry (actor, seq);
CREATE INDEX audit_entry_action ON audit_entry (action, seq);
-- The ends of the chains, chain = seq % 32. SQLite uses chain 0 alone; on PostgreSQL transactions take one of 32, so that they seldom wait for one another.
CREATE TABLE audit_head (
  chain BIGINT NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash BYTEA
);
INSERT INTO audit_head (chain, seq, hash) VALUES
  (0, 0, NULL), (1, 0, NULL), (2, 0, NULL), (3, 0, NULL), (4, 0, NULL), (5, 0, NULL), (6, 0, NULL), (7, 0, NULL),
  (8, 0, NULL), (9, 0, NULL), (10, 0, NULL), (11, 0, NULL), (12, 0, NULL), (13, 0, NULL), (14, 0, NULL), (15, 0, NULL),
  (16, 0, NULL), (17, 0, NULL), (18, 0, NULL), (19, 0, NULL), (20, 0, NULL), (21, 0, NULL), (22, 0, NULL), (23, 0, NULL),
  (24, 0, NULL), (25, 0, NULL), (26, 0, NULL), (27, 0, NULL), (28, 0, NULL), (29, 0, NULL), (30, 0, NULL), (31, 0, NULL);
