use super::*;
use crate::migrate::MIGRATIONS;
use crate::{Db, Error};
use pipewright_model::project::ProjectSettings;
use std::collections::BTreeMap;

/// Rows as each version wrote them, by the name of the migration after which they fit. A migration that
/// makes a table or a column that is written adds its rows here.
const ROWS: &[(&str, &str)] = &[
    ("0001_initial", include_str!("populate/0001.sql")),
    ("0005_job_token_scope", include_str!("populate/0005.sql")),
    ("0006_triggers_and_statuses", include_str!("populate/0006.sql")),
    ("0010_deployments", include_str!("populate/0010.sql")),
    ("0011_cluster_agents", include_str!("populate/0011.sql")),
];

fn tables(up_to: usize) -> Vec<String> {
    let created = |line: &str| Some(line.strip_prefix("CREATE TABLE ")?.split(' ').next()?.to_owned());
    MIGRATIONS[..up_to].iter().flat_map(|migration| migration.sql.lines().filter_map(created)).collect()
}

async fn counts(db: &Db, up_to: usize) -> BTreeMap<String, i64> {
    read(db, move |tx| {
        let count = |table: String| {
            let found = tx.query_one(&format!("SELECT COUNT(*) FROM {table}"), &[], |row| row.get(0))?;
            Ok((table, found))
        };
        tables(up_to).into_iter().map(count).collect()
    })
    .await
}

async fn migrate(db: &Db, limit: usize) -> crate::Result<Vec<&'static str>> {
    let db = db.clone();
    tokio::task::spawn_blocking(move || db.migrate(limit)).await.unwrap()
}

#[test]
fn each_step_is_applied_over_a_populated_database_and_loses_nothing() {
    for_both_unmigrated(async |db| {
        let mut before = BTreeMap::new();
        for (number, migration) in (1..).zip(MIGRATIONS) {
            assert_eq!(migrate(db, number).await.unwrap(), [migration.name]);
            for (table, rows) in counts(db, number).await {
                assert!(
                    before.get(&table).is_none_or(|known| *known == rows),
                    "{} lost rows of {table}",
                    migration.name
                );
            }
            if let Some((_, rows)) = ROWS.iter().find(|(name, _)| *name == migration.name) {
                write(db, move |tx| tx.batch(rows)).await;
            }
            before = counts(db, number).await;
            for (table, rows) in &before {
                assert!(*rows > 0, "{table} has no row of {}: later steps are not tried on it", migration.name);
            }
        }
        assert_eq!(migrate(db, usize::MAX).await.unwrap(), [""; 0], "a second time there is nothing to do");
    });
}

#[test]
fn rows_of_every_version_can_still_be_read() {
    for_both_unmigrated(async |db| {
        for (number, migration) in (1..).zip(MIGRATIONS) {
            migrate(db, number).await.unwrap();
            if let Some((_, rows)) = ROWS.iter().find(|(name, _)| *name == migration.name) {
                write(db, move |tx| tx.batch(rows)).await;
            }
        }
        let id = pipewright_model::ProjectId(1);
        assert_eq!(
            read(db, move |tx| crate::projects::by_id(tx, id)).await.unwrap().settings,
            ProjectSettings::default()
        );
        let digest = pipewright_model::TokenDigest("digest".to_owned());
        assert!(read(db, move |tx| crate::tokens::by_digest(tx, &digest)).await.is_some());
        let digest = pipewright_model::TokenDigest("digest".to_owned());
        assert!(read(db, move |tx| crate::tokens::executing_job(tx, &digest)).await.is_some());
    });
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    for_both(async |db| {
        write(db, |tx| tx.batch("INSERT INTO migrations (number, name) VALUES (9999, 'from the future')")).await;
        let refused = migrate(db, usize::MAX).await;
        assert!(matches!(refused, Err(Error::Newer { found: 9999, .. })), "{refused:?}");
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("newer Pipewright"), "{said}");
    });
}

#[test]
fn two_servers_that_start_together_take_turns() {
    for_both_unmigrated(async |db| {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                tokio::spawn({
                    let db = db.clone();
                    async move { migrate(&db, usize::MAX).await }
                })
            })
            .collect();
        let mut applied = 0;
        for start in starts {
            applied += start.await.unwrap().expect("each start succeeds").len();
        }
        assert_eq!(applied, MIGRATIONS.len());
    });
}
