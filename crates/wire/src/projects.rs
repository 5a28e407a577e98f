//! Projects, groups, namespaces, members, variables and protected refs as the API shows them.

use crate::users::UserBasic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A namespace inside a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NamespaceBasic {
    /// Unique id.
    pub id: i64,
    /// Name for people.
    pub name: String,
    /// Last segment of the address.
    pub path: String,
    /// `user` or `group`.
    pub kind: String,
    /// Whole address.
    pub full_path: String,
    /// The group above.
    pub parent_id: Option<i64>,
    /// Address of a picture.
    pub avatar_url: Option<String>,
    /// Its page.
    pub web_url: String,
}

/// A namespace in the list of namespaces.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Namespace {
    /// What projects show too.
    #[serde(flatten)]
    pub basic: NamespaceBasic,
    /// Members, groups below included; for those who may manage it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members_count_with_descendants: Option<i64>,
    /// Projects in it.
    pub root_repository_size: Option<i64>,
    /// Projects in it.
    pub projects_count: Option<i64>,
}

/// A project in short (`simple=true`, and what strangers see).
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProjectBasic {
    /// Unique id.
    pub id: i64,
    /// Purpose for people.
    pub description: Option<String>,
    /// Name for people.
    pub name: String,
    /// With the names of the namespaces.
    pub name_with_namespace: String,
    /// Last segment of the address.
    pub path: String,
    /// Whole address.
    pub path_with_namespace: String,
    /// When it was made.
    pub created_at: String,
    /// Branch that is checked out by default.
    pub default_branch: Option<String>,
    /// Topics under their older name.
    pub tag_list: Vec<String>,
    /// Topics.
    pub topics: Vec<String>,
    /// For git over ssh, which this server does not speak.
    pub ssh_url_to_repo: String,
    /// For git over HTTP.
    pub http_url_to_repo: String,
    /// Its page.
    pub web_url: String,
    /// Address of the README's page.
    pub readme_url: Option<String>,
    /// There are no forks.
    pub forks_count: i64,
    /// Address of a picture.
    pub avatar_url: Option<String>,
    /// There are no stars.
    pub star_count: i64,
    /// Last push or pipeline.
    pub last_activity_at: String,
    /// Who may see it.
    pub visibility: String,
    /// Where it lives.
    pub namespace: NamespaceBasic,
}

/// A project, whole.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Project {
    /// What the short form shows too.
    #[serde(flatten)]
    pub basic: ProjectBasic,
    /// Read-only.
    pub archived: bool,
    /// Nothing was pushed yet.
    pub empty_repo: bool,
    /// The user whose namespace it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserBasic>,
    /// Who made it.
    pub creator_id: Option<i64>,
    /// When its settings changed.
    pub updated_at: String,
    /// Addresses of what belongs to it.
    #[serde(rename = "_links")]
    pub links: Map<String, Value>,
    /// The caller's roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// All settings.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

/// The caller's roles in a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Permissions {
    /// By membership of the project.
    pub project_access: Option<Access>,
    /// By membership of its groups.
    pub group_access: Option<Access>,
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Access {
    /// Its number.
    pub access_level: i64,
    /// How much mail to send: none is.
    pub notification_level: i64,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Group {
    /// Unique id.
    pub id: i64,
    /// Its page.
    pub web_url: String,
    /// Name for people.
    pub name: String,
    /// Last segment of the address.
    pub path: String,
    /// Purpose for people.
    pub description: String,
    /// Who may see it.
    pub visibility: String,
    /// Names of the groups, slashes between.
    pub full_name: String,
    /// Whole address.
    pub full_path: String,
    /// The group above.
    pub parent_id: Option<i64>,
    /// When it was made.
    pub created_at: String,
    /// Everything that is the same for all groups.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

/// A group in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PublicGroup {
    /// Unique id.
    pub id: i64,
    /// Its page.
    pub web_url: String,
    /// Name for people.
    pub name: String,
    /// Address of a picture.
    pub avatar_url: Option<String>,
    /// Names of the groups, slashes between.
    pub full_name: String,
    /// Whole address.
    pub full_path: String,
}

/// Where a project's repository is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Storage {
    /// Below the folder of all repositories, without `.git`.
    pub disk_path: String,
    /// The project.
    pub project_id: i64,
    /// There is one: `default`.
    pub repository_storage: &'static str,
    /// When the project was made.
    pub created_at: String,
}

/// A user's membership of a group or project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Membership {
    /// The group's or project's id.
    pub source_id: i64,
    /// Its name for people.
    pub source_name: String,
    /// `Project` or `Namespace`.
    pub source_type: &'static str,
    /// The role's number.
    pub access_level: i64,
}

/// A member of a group or project.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Member {
    /// The user.
    #[serde(flatten)]
    pub user: UserBasic,
    /// The role's number.
    pub access_level: i64,
    /// Since when.
    pub created_at: String,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserBasic>,
    /// The date it ends on.
    pub expires_at: Option<String>,
    /// Awaiting nobody: `active`.
    pub membership_state: String,
}

/// A CI variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Variable {
    /// `env_var` or `file`.
    pub variable_type: String,
    /// Name.
    pub key: String,
    /// Value; `null` where it is hidden.
    pub value: Option<String>,
    /// Never shown again.
    pub hidden: bool,
    /// Only for jobs of protected refs.
    pub protected: bool,
    /// Hidden in logs.
    pub masked: bool,
    /// Its value is not expanded.
    pub raw: bool,
    /// Environments it is for; the instance's variables have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_scope: Option<String>,
    /// Purpose for people.
    pub description: Option<String>,
}

/// A protected branch.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProtectedBranch {
    /// Unique id.
    pub id: i64,
    /// Name or pattern.
    pub name: String,
    /// Who may push.
    pub push_access_levels: Vec<RefAccess>,
    /// Who may merge.
    pub merge_access_levels: Vec<RefAccess>,
    /// Who may lift the protection: nobody is named.
    pub unprotect_access_levels: Vec<RefAccess>,
    /// History may be rewritten.
    pub allow_force_push: bool,
    /// Owners of code need not approve.
    pub code_owner_approval_required: bool,
    /// The rule comes from a group: never.
    pub inherited: bool,
}

/// A protected tag.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ProtectedTag {
    /// Name or pattern.
    pub name: String,
    /// Who may create.
    pub create_access_levels: Vec<RefAccess>,
}

/// Who may do something to a protected ref.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RefAccess {
    /// The rule's id.
    pub id: i64,
    /// Number of the least role; 0 nobody.
    pub access_level: i64,
    /// In words.
    pub access_level_description: String,
    /// A single user: never.
    pub user_id: Option<i64>,
    /// A single group: never.
    pub group_id: Option<i64>,
    /// A deploy key: never.
    pub deploy_key_id: Option<i64>,
}
