//! Bytes by key: artifacts and finished traces, in a folder or in S3.
