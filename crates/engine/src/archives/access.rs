//! Who may have an archive (Jobs API contract §3.4).

use crate::access::Standing;
use crate::{Error, Result};
use pipewright_model::{AccessLevel, Artifact, artifact::Accessibility};

/// 403 unless the caller may have it; where there is no archive, there is nothing to guard.
pub(crate) fn check(standing: &Standing, archive: Option<&Artifact>) -> Result<()> {
    let role = if standing.job_refused { AccessLevel::None } else { standing.role };
    let allowed = match archive.map_or(Accessibility::Public, |archive| archive.accessibility) {
        Accessibility::Public => true,
        Accessibility::Private => role >= AccessLevel::Developer,
        Accessibility::Maintainer => role >= AccessLevel::Maintainer,
        Accessibility::None => false,
    };
    if allowed { Ok(()) } else { Err(Error::forbidden()) }
}
