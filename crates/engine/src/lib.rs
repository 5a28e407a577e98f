//! Use cases: the only place that decides and saves.
