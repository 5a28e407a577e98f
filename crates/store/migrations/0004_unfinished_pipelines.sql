-- Pipelines a newer commit may cancel: found at each push without reading the ref's whole history.
CREATE INDEX pipelines_unfinished ON pipelines (project_id, ref, id)
    WHERE status NOT IN ('success', 'failed', 'canceled', 'skipped');
