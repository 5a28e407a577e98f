//! Checks between jobs, once every keyword is right: stages, dependencies, needs, circles, on_stop.

mod circles;
mod environments;
mod links;

use crate::config::Config;
use crate::cx::Cx;

/// Reports what does not fit together.
pub(crate) fn check(cx: &Cx<'_>, config: &Config) {
    links::check(cx, config);
    environments::check(cx, config);
    if !cx.report.has_errors() {
        circles::check(cx, config);
    }
}
