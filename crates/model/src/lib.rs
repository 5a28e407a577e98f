//! The nouns: records, ids and statuses, without any input or output.
