use super::*;
use crate::runner_lists::{self, RunnerFilter, Whose};
use crate::runners::{self, RunnersOf};
use crate::{Error, Page, managers, members};
use pipewright_model::runner::{ONLINE_SECONDS, RunnerStatus, STALE_SECONDS};
use pipewright_model::{
    AccessLevel, NamespaceId, ProjectId, Runner, RunnerId, RunnerManager, RunnerManagerId, RunnerType, TokenDigest,
    UserId,
};

fn digest(text: &str) -> TokenDigest {
    TokenDigest(text.to_owned())
}

fn new(runner_type: RunnerType, tags: &[&str]) -> Runner {
    Runner {
        id: RunnerId(0),
        runner_type,
        short_token: "abcdefghi".to_owned(),
        description: "a runner".to_owned(),
        maintenance_note: Some("naïve".to_owned()),
        active: true,
        locked: false,
        run_untagged: true,
        ref_protected: false,
        maximum_timeout: Some(600),
        tags: tags.iter().map(ToString::to_string).collect(),
        legacy: false,
        created_by: None,
        created_at: START,
        contacted_at: None,
        token_expires_at: None,
    }
}

fn machine(runner: RunnerId, system_id: &str, version: &str) -> RunnerManager {
    RunnerManager {
        id: RunnerManagerId(0),
        runner_id: runner,
        system_id: system_id.to_owned(),
        version: Some(version.to_owned()),
        revision: None,
        platform: None,
        architecture: None,
        name: Some(format!("program {version}")),
        executor: None,
        ip_address: None,
        features: vec!["artifacts".to_owned()],
        created_at: START,
        contacted_at: Some(START),
    }
}

async fn ids(db: &crate::Db, filter: RunnerFilter, now: pipewright_model::Timestamp) -> Vec<i64> {
    let found = read(db, move |tx| runner_lists::list(tx, &filter, now, Page::first(100))).await;
    assert_eq!(found.total, found.items.len() as i64);
    let mut ids: Vec<i64> = found.items.iter().map(|runner| runner.id.0).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn a_runner_comes_back_as_it_was_written() {
    for_both(async |db| {
        let wanted = new(RunnerType::Instance, &["a", "b \"c\""]);
        let row = wanted.clone();
        let id = write(db, move |tx| runners::insert(tx, &row, &digest("d1"))).await;
        let mut found = read(db, move |tx| runners::get(tx, id)).await.unwrap();
        assert_eq!(found, Runner { id, ..wanted });
        assert_eq!(read(db, |tx| runners::by_token(tx, &digest("d1"))).await, Some(found.clone()));
        assert_eq!(read(db, |tx| runners::by_token(tx, &digest("d2"))).await, None);

        found.active = false;
        found.tags.clear();
        found.maximum_timeout = None;
        let changed = found.clone();
        write(db, move |tx| runners::save(tx, &changed)).await;
        assert_eq!(read(db, move |tx| runners::get(tx, id)).await, Some(found));
        let same = new(RunnerType::Instance, &[]);
        let twice = db.write(move |tx| runners::insert(tx, &same, &digest("d1"))).await;
        assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
    });
}

#[test]
fn a_new_token_ends_the_old_one() {
    for_both(async |db| {
        let id = write(db, |tx| runners::insert(tx, &new(RunnerType::Instance, &[]), &digest("old"))).await;
        let end = START.plus_seconds(60);
        write(db, move |tx| runners::set_token(tx, id, &digest("new"), "short", Some(end))).await;
        assert_eq!(read(db, |tx| runners::by_token(tx, &digest("old"))).await, None);
        let found = read(db, |tx| runners::by_token(tx, &digest("new"))).await.unwrap();
        assert_eq!((found.short_token.as_str(), found.token_expires_at), ("short", Some(end)));
        let nobody = db.write(|tx| runners::set_token(tx, RunnerId(99), &digest("x"), "x", None)).await;
        assert!(matches!(nobody, Err(Error::Conflict("runner"))), "{nobody:?}");
    });
}

#[test]
fn machines_are_made_once_and_go_with_their_runner() {
    for_both(async |db| {
        let id = write(db, |tx| runners::insert(tx, &new(RunnerType::Instance, &[]), &digest("d1"))).await;
        let first = write(db, move |tx| managers::upsert(tx, &machine(id, "s_a", "16.0"))).await;
        let again = write(db, move |tx| managers::upsert(tx, &machine(id, "s_a", "17.0"))).await;
        assert_eq!(first, again);
        write(db, move |tx| managers::upsert(tx, &machine(id, "s_b", "17.1"))).await;
        let found = read(db, move |tx| managers::by_system_id(tx, id, "s_a")).await.unwrap();
        assert_eq!((found.id, found.version.as_deref()), (first, Some("17.0")));
        let later = START.plus_seconds(1);
        write(db, move |tx| managers::touch(tx, first, later)).await;
        let order = read(db, move |tx| managers::of_runner(tx, id)).await;
        assert_eq!(order.iter().map(|machine| machine.system_id.as_str()).collect::<Vec<_>>(), ["s_a", "s_b"]);
        // The machine heard of last names the runner: it comes last, so that it stays in a map.
        let names = read(db, move |tx| runner_lists::names(tx, &[id])).await;
        assert_eq!(names.last(), Some(&(id, "program 17.0".to_owned())));
        assert!(write(db, move |tx| managers::delete(tx, id, "s_a")).await);
        assert!(!write(db, move |tx| managers::delete(tx, id, "s_a")).await);
        write(db, move |tx| runners::delete(tx, id)).await;
        assert!(read(db, move |tx| managers::of_runner(tx, id)).await.is_empty());
    });
}

#[test]
fn one_registration_token_for_each_place() {
    for_both(async |db| {
        let (team, code) = write(db, |tx| {
            let team = group(tx, "team", None)?;
            let code = project(tx, &team, "code")?;
            Ok((team.id, code.id))
        })
        .await;
        let places = [(None, None), (Some(team), None), (None, Some(code))];
        for (number, place) in places.into_iter().enumerate() {
            for name in ["old", "new"] {
                let key = digest(&format!("{name}{number}"));
                write(db, move |tx| runners::set_registration(tx, place.0, place.1, &key)).await;
            }
        }
        for (number, place) in places.into_iter().enumerate() {
            let (old, new) = (digest(&format!("old{number}")), digest(&format!("new{number}")));
            assert_eq!(read(db, move |tx| runners::registration(tx, &old)).await, None);
            assert_eq!(read(db, move |tx| runners::registration(tx, &new)).await, Some(place));
        }
    });
}

/// A group below another, a project in it, and a runner of each and of the instance.
struct Places {
    top: NamespaceId,
    sub: NamespaceId,
    code: ProjectId,
    instance: i64,
    of_top: i64,
    of_sub: i64,
    of_code: i64,
}

async fn places(db: &crate::Db) -> Places {
    write(db, |tx| {
        let top = group(tx, "top", None)?;
        let sub = group(tx, "sub", Some(&top))?;
        let code = project(tx, &sub, "code")?;
        let instance = runners::insert(tx, &new(RunnerType::Instance, &[]), &digest("r1"))?;
        let of_top = runners::insert(tx, &new(RunnerType::Group, &[]), &digest("r2"))?;
        let of_sub = runners::insert(tx, &new(RunnerType::Group, &[]), &digest("r3"))?;
        let of_code = runners::insert(tx, &new(RunnerType::Project, &[]), &digest("r4"))?;
        runners::assign_namespace(tx, of_top, top.id)?;
        runners::assign_namespace(tx, of_sub, sub.id)?;
        runners::assign_project(tx, of_code, code.id)?;
        // Assigning twice is assigning once.
        runners::assign_project(tx, of_code, code.id)?;
        let (top, sub, code) = (top.id, sub.id, code.id);
        Ok(Places { top, sub, code, instance: instance.0, of_top: of_top.0, of_sub: of_sub.0, of_code: of_code.0 })
    })
    .await
}

async fn member(db: &crate::Db, name: &'static str, place: members::Place, access_level: AccessLevel) -> UserId {
    write(db, move |tx| {
        let user_id = user(tx, name)?.id;
        let new =
            members::NewMember { user_id, place, access_level, expires_at: None, created_at: START, created_by: None };
        members::insert(tx, &new)?;
        Ok(user_id)
    })
    .await
}

#[test]
fn a_place_has_its_runners() {
    for_both(async |db| {
        let p = places(db).await;
        let whose = |projects: &[ProjectId], groups: &[NamespaceId], instance| RunnerFilter {
            whose: Whose::Reaching { projects: projects.to_vec(), groups: groups.to_vec(), instance },
            ..RunnerFilter::default()
        };
        assert_eq!(ids(db, whose(&[], &[], false), START).await, [0_i64; 0]);
        assert_eq!(ids(db, whose(&[p.code], &[], false), START).await, [p.of_code]);
        let all = whose(&[p.code], &[p.top, p.sub], true);
        assert_eq!(ids(db, all, START).await, [p.instance, p.of_top, p.of_sub, p.of_code]);
        let listed = read(db, move |tx| runners::list(tx, &RunnersOf::Namespaces(vec![p.sub]))).await;
        assert_eq!(listed.iter().map(|runner| runner.id.0).collect::<Vec<_>>(), [p.of_sub]);
        assert_eq!(read(db, move |tx| runners::projects(tx, RunnerId(p.of_code))).await, [p.code]);
        assert_eq!(read(db, move |tx| runners::namespaces(tx, RunnerId(p.of_top))).await, [p.top]);
        assert!(write(db, move |tx| runners::unassign_project(tx, RunnerId(p.of_code), p.code)).await);
        assert!(!write(db, move |tx| runners::unassign_project(tx, RunnerId(p.of_code), p.code)).await);
    });
}

#[test]
fn people_manage_the_runners_of_what_is_theirs() {
    for_both(async |db| {
        let p = places(db).await;
        let (group, project) = (members::Place::Namespace(p.top), members::Place::Project(p.code));
        let owner = member(db, "owner", group, AccessLevel::Owner).await;
        let maintainer = member(db, "maintainer", group, AccessLevel::Maintainer).await;
        let developer = member(db, "developer", group, AccessLevel::Developer).await;
        let of_one = member(db, "one", project, AccessLevel::Maintainer).await;
        let of_one_less = member(db, "less", project, AccessLevel::Developer).await;
        let of = |user| RunnerFilter { whose: Whose::ManagedBy(user), ..RunnerFilter::default() };
        assert_eq!(ids(db, of(owner), START).await, [p.of_top, p.of_sub, p.of_code]);
        assert_eq!(ids(db, of(maintainer), START).await, [p.of_code]);
        assert_eq!(ids(db, of(of_one), START).await, [p.of_code]);
        for nobody in [developer, of_one_less] {
            assert_eq!(ids(db, of(nobody), START).await, [0_i64; 0]);
        }
    });
}

#[test]
fn tags_and_versions_are_found_whole_and_in_their_own_case() {
    for_both(async |db| {
        let (one, two) = write(db, |tx| {
            let one = runners::insert(tx, &new(RunnerType::Instance, &["a", "b\"x", "50%_"]), &digest("r1"))?;
            let two = runners::insert(tx, &new(RunnerType::Instance, &["A", "ab", "ä"]), &digest("r2"))?;
            managers::upsert(tx, &machine(one, "s_a", "17.0.0"))?;
            managers::upsert(tx, &machine(two, "s_a", "v17_0"))?;
            Ok((one.0, two.0))
        })
        .await;
        let tagged = |tags: &[&str]| RunnerFilter {
            tags: tags.iter().map(ToString::to_string).collect(),
            ..RunnerFilter::default()
        };
        let cases: [(&[&str], Vec<i64>); 8] = [
            (&[], vec![one, two]),
            (&["a"], vec![one]),
            (&["A"], vec![two]),
            (&["b"], vec![]),
            (&["b\"x", "a"], vec![one]),
            (&["50%_"], vec![one]),
            (&["%"], vec![]),
            (&["ä", "ab"], vec![two]),
        ];
        for (tags, expected) in cases {
            assert_eq!(ids(db, tagged(tags), START).await, expected, "{tags:?}");
        }
        for (prefix, expected) in [("17.", vec![one]), ("v17_", vec![two]), ("V", vec![]), ("1%", vec![])] {
            let filter = RunnerFilter { version_prefix: Some(prefix.to_owned()), ..RunnerFilter::default() };
            assert_eq!(ids(db, filter, START).await, expected, "{prefix}");
        }
    });
}

#[test]
fn the_conditions_for_a_status_are_its_definition() {
    for_both(async |db| {
        let now = START.plus_seconds(100 * 86_400);
        let ago = |seconds: i64| now.plus_seconds(-seconds);
        // Around every edge of the definition, new and old runners, heard of and not.
        let ages = [0, 1, ONLINE_SECONDS - 1, ONLINE_SECONDS, STALE_SECONDS - 1, STALE_SECONDS, STALE_SECONDS + 1];
        let mut wanted = Vec::new();
        for made in ages {
            wanted.push((ago(made), None));
            wanted.extend(ages.iter().filter(|heard| **heard <= made).map(|heard| (ago(made), Some(ago(*heard)))));
        }
        let rows = wanted.clone();
        let made = write(db, move |tx| {
            rows.iter()
                .enumerate()
                .map(|(number, (created_at, contacted_at))| {
                    let row = Runner {
                        created_at: *created_at,
                        contacted_at: *contacted_at,
                        ..new(RunnerType::Instance, &[])
                    };
                    runners::insert(tx, &row, &digest(&number.to_string()))
                })
                .collect::<crate::Result<Vec<_>>>()
        })
        .await;
        for status in [RunnerStatus::Online, RunnerStatus::Offline, RunnerStatus::Stale, RunnerStatus::NeverContacted] {
            let expected: Vec<i64> = made
                .iter()
                .zip(&wanted)
                .filter(|(_, (created, heard))| {
                    pipewright_model::runner::contact_status(*created, *heard, now) == status
                })
                .map(|(id, _)| id.0)
                .collect();
            let filter = RunnerFilter { contact: Some(status), ..RunnerFilter::default() };
            assert!(!expected.is_empty(), "no runner is {status}");
            assert_eq!(ids(db, filter, now).await, expected, "{status}");
        }
    });
}
