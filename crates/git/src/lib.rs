//! Bare repositories: smart HTTP, reads, commits and refs through git itself.
