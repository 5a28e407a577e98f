//! What a runner must be able to do for a job (runner protocol §4.1): a job given to one that cannot
//! would lose half of what its file says, so it fails `runner_unsupported` instead.

/// What a job uses of the things not every runner knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// `artifacts:reports`.
    pub reports: bool,
    /// It runs for a merge request's own ref.
    pub merge_request_ref: bool,
    /// `artifacts:exclude`.
    pub artifacts_exclude: bool,
    /// `release`.
    pub release: bool,
    /// `allow_failure:exit_codes` or `retry:exit_codes`.
    pub exit_codes: bool,
    /// `cache:fallback_keys`.
    pub fallback_keys: bool,
    /// `secrets`.
    pub secrets: bool,
}

/// The features a runner must advertise to be given a job.
pub fn required(uses: &Uses) -> Vec<&'static str> {
    let table = [
        (uses.reports, "upload_multiple_artifacts"),
        (uses.merge_request_ref, "refspecs"),
        (uses.artifacts_exclude, "artifacts_exclude"),
        (uses.release, "multi_build_steps"),
        (uses.exit_codes, "return_exit_code"),
        (uses.fallback_keys, "fallback_cache_keys"),
        (uses.secrets, "vault_secrets"),
    ];
    table.into_iter().filter(|(used, _)| *used).map(|(_, feature)| feature).collect()
}

/// The required features a runner does not advertise; the job may be given to it if there are none.
pub fn missing(uses: &Uses, advertised: &[String]) -> Vec<&'static str> {
    required(uses).into_iter().filter(|feature| !advertised.iter().any(|has| has == feature)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Uses, missing, required};

    #[test]
    fn an_ordinary_job_needs_nothing() {
        assert!(required(&Uses::default()).is_empty());
        assert!(missing(&Uses::default(), &[]).is_empty());
    }

    #[test]
    fn trap_9_a_release_needs_multi_build_steps() {
        let uses = Uses { release: true, reports: true, ..Uses::default() };
        let advertised = ["refspecs".to_owned(), "upload_multiple_artifacts".to_owned()];
        assert_eq!(missing(&uses, &advertised), ["multi_build_steps"]);
        assert_eq!(missing(&uses, &[]), ["upload_multiple_artifacts", "multi_build_steps"]);
        assert!(missing(&uses, &["multi_build_steps".to_owned(), "upload_multiple_artifacts".to_owned()]).is_empty());
    }

    #[test]
    fn every_use_names_its_feature() {
        let all = Uses {
            reports: true,
            merge_request_ref: true,
            artifacts_exclude: true,
            release: true,
            exit_codes: true,
            fallback_keys: true,
            secrets: true,
        };
        let expected = [
            "upload_multiple_artifacts",
            "refspecs",
            "artifacts_exclude",
            "multi_build_steps",
            "return_exit_code",
            "fallback_cache_keys",
            "vault_secrets",
        ];
        assert_eq!(required(&all), expected);
    }
}
