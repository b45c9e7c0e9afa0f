-- A session (and a token that was made in it) may act under one of its account's grants; an empty role: under all of them.
ALTER TABLE session ADD COLUMN acting_role TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN acting_org_no BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE api_token ADD COLUMN acting_role TEXT NOT NULL DEFAULT '';
ALTER TABLE api_token ADD COLUMN acting_org_no BIGINT NOT NULL DEFAULT 0;

-- How to reach a person: sealed, read back by level.
CREATE TABLE person_contact (
  person_no BIGINT NOT NULL PRIMARY KEY,
  phone_sealed BYTEA,
  email_sealed BYTEA
);

-- What somebody is told: one account, one person, or those who stand in an organisation (with a role, a right, or any).
CREATE TABLE notice (
  no BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  title_zh TEXT NOT NULL,
  title_en TEXT NOT NULL,
  link TEXT NOT NULL,
  account_no BIGINT NOT NULL,
  person_no BIGINT NOT NULL,
  org_no BIGINT NOT NULL,
  role TEXT NOT NULL,
  right_name TEXT NOT NULL
);
CREATE INDEX notice_account ON notice (account_no, no);
CREATE INDEX notice_person ON notice (person_no, no);
CREATE INDEX notice_org ON notice (org_no, no);
CREATE INDEX notice_at ON notice (at);

CREATE TABLE notice_read (
  account_no BIGINT NOT NULL,
  notice_no BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_no, notice_no)
);
INSERT INTO number_sequence (name, next_no) VALUES ('notice', 1);
