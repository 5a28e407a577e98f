//! Whose job tokens a project lets in (Jobs API contract §2.6).

use crate::{Result, Tx, value::params};
use pipewright_model::{NamespaceId, ProjectId};

/// Lets a project's job tokens in; `false` if they were before.
pub fn add_project(tx: &Tx<'_>, project: ProjectId, allowed: ProjectId) -> Result<bool> {
    let sql = "INSERT INTO job_token_projects (project_id, allowed_project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![project, allowed])? == 1)
}

/// Lets the job tokens of a group's projects in; `false` if they were before.
pub fn add_group(tx: &Tx<'_>, project: ProjectId, allowed: NamespaceId) -> Result<bool> {
    let sql = "INSERT INTO job_token_groups (project_id, allowed_group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![project, allowed])? == 1)
}

/// Takes a project off the list; `false` if it was not on it.
pub fn remove_project(tx: &Tx<'_>, project: ProjectId, allowed: ProjectId) -> Result<bool> {
    let sql = "DELETE FROM job_token_projects WHERE project_id = $1 AND allowed_project_id = $2";
    Ok(tx.execute(sql, params![project, allowed])? == 1)
}

/// Takes a group off the list; `false` if it was not on it.
pub fn remove_group(tx: &Tx<'_>, project: ProjectId, allowed: NamespaceId) -> Result<bool> {
    let sql = "DELETE FROM job_token_groups WHERE project_id = $1 AND allowed_group_id = $2";
    Ok(tx.execute(sql, params![project, allowed])? == 1)
}

/// Projects on the list, by id.
pub fn projects(tx: &Tx<'_>, project: ProjectId) -> Result<Vec<ProjectId>> {
    let sql = "SELECT allowed_project_id FROM job_token_projects WHERE project_id = $1 ORDER BY allowed_project_id";
    tx.query(sql, params![project], |row| row.get(0))
}

/// Groups on the list, by id.
pub fn groups(tx: &Tx<'_>, project: ProjectId) -> Result<Vec<NamespaceId>> {
    let sql = "SELECT allowed_group_id FROM job_token_groups WHERE project_id = $1 ORDER BY allowed_group_id";
    tx.query(sql, params![project], |row| row.get(0))
}
