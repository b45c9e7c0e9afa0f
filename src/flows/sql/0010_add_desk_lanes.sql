-- Work-lists are filtered by what stands here: a lane is a state of a flow at a desk, in which cases stand by deadline. The same facts as the case's, written with it.
ALTER TABLE flow_desk ADD COLUMN flow TEXT NOT NULL DEFAULT '';
ALTER TABLE flow_desk ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE flow_desk ADD COLUMN entered_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE flow_desk ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0;
UPDATE flow_desk SET (flow, state, entered_at, opened_at) = (SELECT c.flow, c.state, c.entered_at, c.opened_at FROM flow_case c WHERE c.id = flow_desk.case_id)
WHERE EXISTS (SELECT 1 FROM flow_case c WHERE c.id = flow_desk.case_id);
CREATE INDEX flow_desk_by_lane ON flow_desk (desk, flow, state, due_at, case_id, entered_at, opened_at);

-- What people wrote is sealed from here on and stands in the second column; rows from before have it in the first, in clear.
ALTER TABLE flow_step ADD COLUMN sealed_note BYTEA;
ALTER TABLE flow_seat ADD COLUMN sealed_note BYTEA;
ALTER TABLE flow_delegation ADD COLUMN sealed_note BYTEA;

-- What an account has handed in with cases that have not ended is summed from an index alone.
ALTER TABLE flow_file ADD COLUMN is_open BIGINT NOT NULL DEFAULT 1;
UPDATE flow_file SET is_open = 0 WHERE EXISTS (SELECT 1 FROM flow_case c WHERE c.id = flow_file.case_id AND c.closed_at IS NOT NULL);
CREATE INDEX flow_file_open ON flow_file (account, n_bytes) WHERE is_open = 1;
