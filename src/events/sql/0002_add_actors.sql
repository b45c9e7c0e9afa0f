-- What a key may say, and who stands behind it: account_no 0 is the program itself, -1 nobody. verbs, profiles: JSON lists of IRIs, empty: any.
ALTER TABLE xapi_key ADD COLUMN account_no BIGINT NOT NULL DEFAULT 0;
ALTER TABLE xapi_key ADD COLUMN own_users BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE xapi_key ADD COLUMN verbs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE xapi_key ADD COLUMN profiles TEXT NOT NULL DEFAULT '[]';
UPDATE xapi_key SET account_no = COALESCE((SELECT a.no FROM account a WHERE a.name = xapi_key.account), -1) WHERE account <> 'system';

-- How a key fares, by the hour (hours since 1970, UTC); kept for two days.
CREATE TABLE xapi_key_hour (
  key_no BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  n_requests BIGINT NOT NULL,
  n_errors BIGINT NOT NULL,
  n_statements BIGINT NOT NULL,
  PRIMARY KEY (key_no, hour)
);
ALTER TABLE xapi_key ADD COLUMN last_seen BIGINT;

-- Actors as the keys of an organisation name them. how: 0 unknown, 1 an account given out here, 2 a mail address, 3 mapped by hand, 4 ignored. n_statements
-- and last_seen follow within a minute. change_no: ascending over all changes of the person after the first statement.
CREATE TABLE xapi_actor (
  no BIGINT NOT NULL PRIMARY KEY,
  org_no BIGINT NOT NULL,
  ifi TEXT NOT NULL,
  name TEXT NOT NULL,
  how BIGINT NOT NULL,
  person_no BIGINT,
  decided_by TEXT,
  decided_at BIGINT,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  n_statements BIGINT NOT NULL,
  change_no BIGINT
);
CREATE UNIQUE INDEX xapi_actor_by_ifi ON xapi_actor (org_no, ifi);
CREATE INDEX xapi_actor_by_how ON xapi_actor (how, no);
CREATE INDEX xapi_actor_by_person ON xapi_actor (person_no);
CREATE UNIQUE INDEX xapi_actor_by_change ON xapi_actor (change_no);

-- Opaque accounts under which tools of an organisation speak of a person for one purpose.
CREATE TABLE xapi_account (
  name TEXT NOT NULL PRIMARY KEY,
  home_page TEXT NOT NULL,
  person_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX xapi_account_by_person ON xapi_account (person_no, org_no, purpose);
