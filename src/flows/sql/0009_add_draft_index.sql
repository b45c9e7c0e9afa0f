-- What somebody began and has not sent: counted when they begin another, and taken away when it was left alone for long.
CREATE INDEX flow_case_drafts ON flow_case (opened_by, flow) WHERE sent_at IS NULL AND closed_at IS NULL;
