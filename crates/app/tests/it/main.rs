//! The binary from outside: processes, pushes, signals.

mod admin;
mod crash;
mod demo;
mod help;
mod lint;
mod nodes;
mod own_pipeline;
mod push;
mod readme;
mod runner;
mod serve;
mod stop;
mod support;
