-- Logs that are still in chunks: the pass that moves ended ones to blobs must not read all the others.
CREATE INDEX traces_live ON traces (job_id) WHERE blob_key IS NULL;
