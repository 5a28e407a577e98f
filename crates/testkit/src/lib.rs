//! A whole server for tests, with callers and builders.
