-- Numbers are given by number_sequence, 63 bits, in order. Instants are microseconds, dates ISO text; valid_to is the first day on which it no longer holds.
CREATE TABLE number_sequence (
  name TEXT NOT NULL PRIMARY KEY,
  next_no BIGINT NOT NULL
);
INSERT INTO number_sequence (name, next_no) VALUES ('org', 1), ('org_event', 1), ('person', 1), ('account', 1), ('session', 1), ('session_end', 1), ('api_token', 1);

-- Versions that servers of one database watch: org (the tree), count (figures of the tree), person (dim_person), access (accounts, grants, sessions).
CREATE TABLE directory_version (
  name TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);
INSERT INTO directory_version (name, version) VALUES ('org', 1), ('count', 1), ('person', 1), ('access', 1);

CREATE TABLE org (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  parent_no BIGINT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  merged_into BIGINT NOT NULL,
  source_id TEXT UNIQUE,
  source_hash BIGINT NOT NULL
);
CREATE INDEX org_code ON org (kind, code);

-- Each organisation with itself and everything above it, as the tree stands now.
CREATE TABLE org_closure (
  ancestor_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  PRIMARY KEY (ancestor_no, org_no)
);
CREATE INDEX org_closure_org ON org_closure (org_no, ancestor_no);

-- Where an organisation stood, and when.
CREATE TABLE org_place (
  org_no BIGINT NOT NULL,
  parent_no BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  PRIMARY KEY (org_no, valid_from, parent_no)
);

CREATE TABLE org_event (
  no BIGINT NOT NULL PRIMARY KEY,
  org_no BIGINT NOT NULL,
  at BIGINT NOT NULL,
  what TEXT NOT NULL,
  detail_zh TEXT NOT NULL,
  detail_en TEXT NOT NULL,
  by_name TEXT NOT NULL
);
CREATE INDEX org_event_org ON org_event (org_no, no);

-- Living students and staff of exactly this organisation; sums over the tree are made in memory.
CREATE TABLE org_count (
  org_no BIGINT NOT NULL PRIMARY KEY,
  n_students BIGINT NOT NULL,
  n_staff BIGINT NOT NULL
);

-- home_no and class_no are the living school or office and the living class, kept from membership. version: the value of directory_version('person') at the last change.
CREATE TABLE person (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  sex TEXT NOT NULL,
  birth TEXT,
  code TEXT NOT NULL,
  kind TEXT NOT NULL,
  home_no BIGINT NOT NULL,
  class_no BIGINT NOT NULL,
  idno_sealed BYTEA,
  idno_index BYTEA,
  source_id TEXT UNIQUE,
  source_hash BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX person_name ON person (name, no);
CREATE INDEX person_code ON person (code);
CREATE INDEX person_version ON person (version);
CREATE UNIQUE INDEX person_idno ON person (idno_index);

CREATE TABLE membership (
  person_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  role TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  PRIMARY KEY (person_no, org_no, role, valid_from)
);
CREATE INDEX membership_org ON membership (org_no, role, person_no);

CREATE TABLE guardian_link (
  guardian_no BIGINT NOT NULL,
  ward_no BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT,
  PRIMARY KEY (guardian_no, ward_no, valid_from)
);
CREATE INDEX guardian_link_ward ON guardian_link (ward_no);

CREATE TABLE account (
  no BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL,
  person_no BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  must_change_password BOOLEAN NOT NULL,
  demo BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  password_changed_at BIGINT NOT NULL,
  last_sign_in BIGINT
);
CREATE INDEX account_person ON account (person_no);

CREATE TABLE account_grant (
  account_no BIGINT NOT NULL,
  role TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  PRIMARY KEY (account_no, role, org_no)
);

CREATE TABLE password_history (
  account_no BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  password TEXT NOT NULL,
  PRIMARY KEY (account_no, changed_at)
);

CREATE TABLE session (
  no BIGINT NOT NULL PRIMARY KEY,
  token_hash BYTEA NOT NULL UNIQUE,
  account_no BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_no);

-- Sessions that were ended, so that the other servers drop them from memory; kept for a day.
CREATE TABLE session_end (
  no BIGINT NOT NULL PRIMARY KEY,
  token_hash BYTEA NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE api_token (
  no BIGINT NOT NULL PRIMARY KEY,
  token_hash BYTEA NOT NULL UNIQUE,
  account_no BIGINT NOT NULL,
  title TEXT NOT NULL,
  rights TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX api_token_account ON api_token (account_no);
