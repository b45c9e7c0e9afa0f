-- Figures that responsible units report for plan targets without a metric. The last report of a year counts; all are kept.
CREATE TABLE plan_report (
  no BIGINT NOT NULL PRIMARY KEY,
  target TEXT NOT NULL,
  year BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  evidence TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX plan_report_by_target ON plan_report (target, year, no);
