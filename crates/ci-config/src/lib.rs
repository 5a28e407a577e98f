//! Compiles .gitlab-ci.yml into a plan of stages and jobs.
