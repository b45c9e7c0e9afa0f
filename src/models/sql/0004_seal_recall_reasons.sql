-- Why a result is to be taken back, sealed and bound to its run. recall_reason has it in clear from before, until the next round has sealed it.
ALTER TABLE admission_run ADD COLUMN sealed_recall_reason BYTEA;
