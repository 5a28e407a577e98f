//! Users and access tokens as the API shows them (Jobs API contract §9.5).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A user among others: members, creators, owners.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserBasic {
    /// Unique id.
    pub id: i64,
    /// Name in addresses.
    pub username: String,
    /// Name for people.
    pub name: String,
    /// `active`, `blocked`, `deactivated`.
    pub state: String,
    /// Shut out for a while after wrong passwords: never here.
    pub locked: bool,
    /// Address of a picture.
    pub avatar_url: Option<String>,
    /// The user's page.
    pub web_url: String,
}

/// A user as jobs and the user list show one to everybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// What every mention of a user has.
    #[serde(flatten)]
    pub basic: UserBasic,
    /// Since when.
    pub created_at: String,
    /// About the person.
    pub bio: Option<String>,
    /// Where the person is.
    pub location: Option<String>,
    /// An address for everybody.
    pub public_email: Option<String>,
    /// A name elsewhere.
    pub skype: String,
    /// A name elsewhere.
    pub linkedin: String,
    /// A name elsewhere.
    pub twitter: String,
    /// A name elsewhere.
    pub discord: String,
    /// The person's own site.
    pub website_url: String,
    /// Employer.
    pub organization: Option<String>,
    /// Work.
    pub job_title: Option<String>,
    /// How to speak of the person.
    pub pronouns: Option<String>,
    /// Belongs to a token, not to a person.
    pub bot: bool,
    /// Work and employer in one line.
    pub work_information: Option<String>,
    /// Nobody follows anybody here.
    pub followers: i64,
    /// Nobody follows anybody here.
    pub following: i64,
    /// Nobody follows anybody here.
    pub is_followed: bool,
    /// The person's time of day.
    pub local_time: Option<String>,
}

/// A user to himself and to administrators.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct UserOwn {
    /// What everybody sees.
    #[serde(flatten)]
    pub user: User,
    /// Address.
    pub email: String,
    /// Address in commits.
    pub commit_email: String,
    /// May do everything; shown to administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_admin: Option<bool>,
    /// Sees only what it is a member of.
    pub external: bool,
    /// When the account was confirmed: when it was made.
    pub confirmed_at: String,
    /// No sign-ins are recorded.
    pub last_sign_in_at: Option<String>,
    /// No sign-ins are recorded.
    pub current_sign_in_at: Option<String>,
    /// No days of activity are recorded.
    pub last_activity_on: Option<String>,
    /// May make groups.
    pub can_create_group: bool,
    /// May make projects.
    pub can_create_project: bool,
    /// Projects of the user's own are not limited.
    pub projects_limit: i64,
    /// A second factor is set up: there is none.
    pub two_factor_enabled: bool,
    /// The profile is for friends only: never.
    pub private_profile: bool,
    /// Colour scheme of the pages.
    pub theme_id: Option<i64>,
    /// Colour scheme of code.
    pub color_scheme_id: i64,
    /// Names at other sign-in services: none.
    pub identities: Vec<serde_json::Value>,
    /// Id of the user's own namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<i64>,
    /// Who made the account: not recorded.
    pub created_by: Option<UserBasic>,
    /// Notes of administrators.
    pub note: Option<String>,
}

/// A personal access token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccessToken {
    /// Unique id.
    pub id: i64,
    /// Name for people.
    pub name: String,
    /// Withdrawn before its time.
    pub revoked: bool,
    /// When it was made.
    pub created_at: String,
    /// Purpose for people.
    pub description: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Whose.
    pub user_id: i64,
    /// Last use.
    pub last_used_at: Option<String>,
    /// Usable now.
    pub active: bool,
    /// The date it ends on; `null` never.
    pub expires_at: Option<String>,
    /// The secret: in the answer to its making only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}
