//! `cargo xtask api-docs`: renews the reference page of the API out of the routes' descriptions.

use crate::process;
use crate::workspace::cargo;

/// The page is written by the test that would fail otherwise.
pub(crate) fn run() -> Result<(), String> {
    let mut test = cargo();
    test.args(["test", "--package", "pipewright-testkit", "--test", "api_document", "reference"]);
    process::run(test.env("PIPEWRIGHT_RENEW", "1"))
}
