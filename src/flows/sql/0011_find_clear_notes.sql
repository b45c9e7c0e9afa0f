-- What was written before notes were sealed is found and sealed share by share; when nothing is left these indexes are empty.
CREATE INDEX flow_step_clear ON flow_step (case_id) WHERE note <> '';
CREATE INDEX flow_seat_clear ON flow_seat (id) WHERE note <> '';
CREATE INDEX flow_delegation_clear ON flow_delegation (id) WHERE note <> '';
