//! Durations as GitLab reads them (CI YAML contract §11).
