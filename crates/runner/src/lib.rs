//! The built-in runner: takes jobs over the public protocol and runs them in a shell.
