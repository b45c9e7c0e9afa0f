-- Learning records. Instants are UTC microseconds; org_no, key_no are internal numbers.
-- A tool's key: the secret is known by its hash alone.
CREATE TABLE xapi_key (
  no BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  secret_hash BYTEA NOT NULL UNIQUE,
  org_no BIGINT NOT NULL,
  title TEXT NOT NULL,
  scopes BIGINT NOT NULL,
  account TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX xapi_key_by_org ON xapi_key (org_no);

-- `no` is the instant at which the statement was stored, made unique: the order of storage, of pages and of "since". `at` is the statement's own time.
-- voided: 0 stands, 1 was voided, 2 voids another and cannot be voided. `digest` tells whether a second statement with the same id says the same.
CREATE TABLE xapi_statement (
  no BIGINT NOT NULL PRIMARY KEY,
  id BYTEA NOT NULL,
  org_no BIGINT NOT NULL,
  key_no BIGINT NOT NULL,
  at BIGINT NOT NULL,
  voided BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX xapi_statement_by_id ON xapi_statement (id, org_no);

-- Which statements stand under an agent, an activity, a verb and so on; `target` is a hash of list and value.
CREATE TABLE xapi_posting (
  target BIGINT NOT NULL,
  no BIGINT NOT NULL,
  PRIMARY KEY (target, no)
);

-- What is known of an activity: the definitions of all statements, merged.
CREATE TABLE xapi_activity (
  org_no BIGINT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (org_no, id)
);

CREATE TABLE xapi_attachment (
  org_no BIGINT NOT NULL,
  sha2 TEXT NOT NULL,
  content_type TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (org_no, sha2)
);

-- Documents of the state and profile resources. `owner` is a hash of activity and agent.
CREATE TABLE xapi_document (
  org_no BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  registration TEXT NOT NULL,
  id TEXT NOT NULL,
  content_type TEXT NOT NULL,
  content BYTEA NOT NULL,
  etag TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (org_no, kind, owner, registration, id)
);

-- Locked by whoever stores statements on PostgreSQL, so that their numbers are visible in order.
CREATE TABLE xapi_writer (
  no BIGINT NOT NULL PRIMARY KEY
);
