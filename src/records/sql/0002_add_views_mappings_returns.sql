-- What people keep about datasets: views of a grid, how headings of their files are meant, which bad rows went back to a school.
-- Instants are UTC microseconds.
CREATE TABLE records_view (
  id TEXT NOT NULL PRIMARY KEY,
  dataset TEXT NOT NULL,
  account TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  title TEXT NOT NULL,
  shared BIGINT NOT NULL,
  content TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX records_view_by_account ON records_view (account, dataset);
CREATE INDEX records_view_by_org ON records_view (org_no, dataset);

-- `heading` is folded; an empty field means that the column is left out.
CREATE TABLE records_mapping (
  dataset TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  heading TEXT NOT NULL,
  field TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (dataset, org_no, heading)
);
ALTER TABLE records_job ADD COLUMN mapping TEXT NOT NULL DEFAULT '{}';

-- The last return of a school's bad rows: those up to `until_id` that are still open are with the school. `due` is a date.
CREATE TABLE records_return (
  dataset TEXT NOT NULL,
  org_no BIGINT NOT NULL,
  until_id BIGINT NOT NULL,
  due TEXT NOT NULL,
  note TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (dataset, org_no)
);
