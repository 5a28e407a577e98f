//! Who may do what where.

use crate::{MemberId, NamespaceId, ProjectId, Timestamp, UserId};

/// A role, ordered from least to most. Numbers as in GitLab's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccessLevel {
    /// No role.
    None,
    /// 5: sees that it exists.
    Minimal,
    /// 10
    Guest,
    /// 15
    Planner,
    /// 20
    Reporter,
    /// 30
    Developer,
    /// 40
    Maintainer,
    /// 50
    Owner,
    /// 60: administrators, in protected refs only.
    Admin,
}

impl AccessLevel {
    /// The API's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Minimal => 5,
            Self::Guest => 10,
            Self::Planner => 15,
            Self::Reporter => 20,
            Self::Developer => 30,
            Self::Maintainer => 40,
            Self::Owner => 50,
            Self::Admin => 60,
        }
    }

    /// From the API's number.
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            0 => Self::None,
            5 => Self::Minimal,
            10 => Self::Guest,
            15 => Self::Planner,
            20 => Self::Reporter,
            30 => Self::Developer,
            40 => Self::Maintainer,
            50 => Self::Owner,
            60 => Self::Admin,
            _ => return None,
        })
    }

    /// The role's name as in `roles_in_project`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "no one",
            Self::Minimal => "minimal_access",
            Self::Guest => "guest",
            Self::Planner => "planner",
            Self::Reporter => "reporter",
            Self::Developer => "developer",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
            Self::Admin => "admin",
        }
    }
}

/// A user's role in a group (inherited below it) or in one project. Exactly one of the two is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Unique id.
    pub id: MemberId,
    /// Who.
    pub user_id: UserId,
    /// In which group.
    pub namespace_id: Option<NamespaceId>,
    /// In which project.
    pub project_id: Option<ProjectId>,
    /// As what.
    pub access_level: AccessLevel,
    /// Until when; `None` for good.
    pub expires_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Option<UserId>,
}
