-- Courses that are launched (cmi5). Instants are UTC microseconds; nodes of a course are numbered in the order of its file, 0 is the course itself.
-- title: the course's texts by language, structure: its tree, both JSON. content_token: the address of its files.
CREATE TABLE cmi5_course (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  org_no BIGINT NOT NULL,
  publisher_id TEXT NOT NULL,
  title TEXT NOT NULL,
  structure TEXT NOT NULL,
  content_token TEXT NOT NULL UNIQUE,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  closed_at BIGINT
);
CREATE INDEX cmi5_course_by_org ON cmi5_course (org_no);

CREATE TABLE cmi5_file (
  course_no BIGINT NOT NULL,
  path TEXT NOT NULL,
  content_type TEXT NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (course_no, path)
);

-- Under which tool's key the courses of an organisation speak.
CREATE TABLE cmi5_key (
  org_no BIGINT NOT NULL PRIMARY KEY,
  key_no BIGINT NOT NULL
);

-- A person in a course. home_page, account: as whom units know the person.
CREATE TABLE cmi5_registration (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  course_no BIGINT NOT NULL,
  person_no BIGINT NOT NULL,
  home_page TEXT NOT NULL,
  account TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cmi5_registration_by_person ON cmi5_registration (course_no, person_no);
CREATE INDEX cmi5_registration_of_person ON cmi5_registration (person_no);

-- A launch of a unit. fetch_hash: of the word that is changed for the token once; secret_hash: of that token, NULL before. last_at: when the unit spoke last.
CREATE TABLE cmi5_session (
  no BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  registration_no BIGINT NOT NULL,
  key_no BIGINT NOT NULL,
  node BIGINT NOT NULL,
  mode BIGINT NOT NULL,
  fetch_hash BYTEA NOT NULL UNIQUE,
  secret_hash BYTEA UNIQUE,
  launched_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX cmi5_session_by_registration ON cmi5_session (registration_no);

-- What was said of a unit, a block or a course in a registration; written with the statement. session_no 0: outside of a launch. verb: 0 launched,
-- 1 initialized, 2 completed, 3 passed, 4 failed, 5 abandoned, 6 waived, 7 terminated, 8 satisfied.
CREATE TABLE cmi5_deed (
  registration_no BIGINT NOT NULL,
  node BIGINT NOT NULL,
  verb BIGINT NOT NULL,
  session_no BIGINT NOT NULL,
  statement_id BYTEA NOT NULL,
  at BIGINT NOT NULL,
  score DOUBLE PRECISION,
  PRIMARY KEY (registration_no, node, verb, session_no)
);
