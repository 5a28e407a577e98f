use super::*;
use crate::variables::{self, SealedVariable};
use crate::{Error, Page, namespaces};
use pipewright_model::{VariableId, VariableOwner, VariableType};

fn new(owner: VariableOwner, key: &str, scope: &str) -> SealedVariable {
    SealedVariable {
        id: VariableId(0),
        owner,
        key: key.to_owned(),
        value: vec![0, 159, 255],
        variable_type: VariableType::EnvVar,
        protected: false,
        masked: true,
        hidden: false,
        raw: true,
        environment_scope: scope.to_owned(),
        description: Some("why".to_owned()),
    }
}

#[test]
fn each_owner_has_his_own_variables_one_for_a_key_and_scope() {
    for_both(async |db| {
        let owners = write(db, |tx| {
            let namespace = namespaces::of_user(tx, user(tx, "ana")?.id)?.expect("ana's");
            let project = project(tx, &namespace, "p")?.id;
            let group = group(tx, "g", None)?.id;
            Ok([VariableOwner::Instance, VariableOwner::Group(group), VariableOwner::Project(project)])
        })
        .await;
        for owner in owners {
            let made = write(db, move |tx| variables::insert(tx, &new(owner, "KEY", "*"))).await;
            assert_eq!(SealedVariable { id: VariableId(0), ..made.clone() }, new(owner, "KEY", "*"));
            let twice = db.write(move |tx| variables::insert(tx, &new(owner, "KEY", "*"))).await;
            assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
            assert_eq!(read(db, move |tx| variables::by_key(tx, owner, "KEY")).await, vec![made.clone()]);
            assert_eq!(read(db, move |tx| variables::by_key(tx, owner, "key")).await, []);
            let mut wanted = made;
            wanted.value = vec![1];
            wanted.variable_type = VariableType::File;
            wanted.protected = true;
            wanted.environment_scope = "review/*".to_owned();
            wanted.description = None;
            let row = wanted.clone();
            write(db, move |tx| variables::update(tx, &row)).await;
            let listed = read(db, move |tx| variables::list(tx, owner, Page::first(5))).await;
            assert_eq!((listed.items, listed.total), (vec![wanted.clone()], 1));
            assert!(write(db, move |tx| variables::delete(tx, wanted.id)).await);
            assert!(!write(db, move |tx| variables::delete(tx, wanted.id)).await);
        }
    });
}

#[test]
fn protected_variables_reach_protected_refs_only() {
    for_both(async |db| {
        let (group, project) = write(db, |tx| {
            let above = group(tx, "g", None)?;
            let other = group(tx, "h", None)?;
            let project = project(tx, &above, "p")?.id;
            for (owner, key) in [
                (VariableOwner::Instance, "I"),
                (VariableOwner::Group(above.id), "G"),
                (VariableOwner::Group(other.id), "OTHER"),
                (VariableOwner::Project(project), "P"),
            ] {
                variables::insert(tx, &new(owner, key, "*"))?;
                let protected = SealedVariable { protected: true, ..new(owner, &format!("{key}_SAFE"), "*") };
                variables::insert(tx, &protected)?;
            }
            Ok((above.id, project))
        })
        .await;
        let keys = async |protected: bool, groups: Vec<_>| {
            let found = read(db, move |tx| variables::reaching(tx, &groups, project, protected)).await;
            found.into_iter().map(|variable| variable.key).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(false, vec![group]).await, "I G P");
        assert_eq!(keys(true, vec![group]).await, "I I_SAFE G G_SAFE P P_SAFE");
        assert_eq!(keys(false, vec![]).await, "I P");
    });
}
