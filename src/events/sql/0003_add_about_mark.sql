-- Up to which statement, and which change of an actor, the lists by person, school and class are filled (about.h). One row.
CREATE TABLE xapi_about_mark (
  statement_no BIGINT NOT NULL,
  actor_no BIGINT NOT NULL
);
INSERT INTO xapi_about_mark (statement_no, actor_no) VALUES (0, 0);
