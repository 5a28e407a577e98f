//! Distinct types for the ids of distinct nouns, so that a pipeline id is never taken for a job id.

/// Declares a 64-bit id type.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A user account.
    UserId,
    /// A personal access token.
    AccessTokenId,
    /// A user's namespace or a group.
    NamespaceId,
    /// A membership of a user in a group or a project.
    MemberId,
    /// A project, with its one repository.
    ProjectId,
    /// A rule protecting branches or tags.
    ProtectedRefId,
    /// A CI variable of the instance, a group or a project.
    VariableId,
    /// A pipeline, unique in the instance; its `iid` counts within the project.
    PipelineId,
    /// A stage of one pipeline.
    StageId,
    /// A job or a bridge; both share one sequence.
    JobId,
    /// A stored artifact file of a job.
    ArtifactId,
    /// A runner, as registered by its token.
    RunnerId,
    /// One machine on which a runner's token is used.
    RunnerManagerId,
    /// A named target of deployments.
    EnvironmentId,
    /// One deployment to an environment; its `iid` counts within the project.
    DeploymentId,
    /// Jobs of a project of which one runs at a time.
    ResourceGroupId,
    /// A pipeline trigger.
    TriggerId,
    /// An agent of a cluster.
    ClusterAgentId,
    /// A token of an agent.
    ClusterAgentTokenId,
}
