use super::*;
use crate::{Error, settings};

/// Every seventh of a thousand writes that come together fails after it has written: only those are undone.
#[test]
fn a_failing_write_undoes_itself_and_nobody_else() {
    const WRITES: i64 = 1000;
    for_both(async |db| {
        let writes: Vec<_> = (0..WRITES)
            .map(|number| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.write(move |tx| {
                        settings::set(tx, &format!("key {number}"), "set")?;
                        if number % 7 == 0 { Err(Error::Conflict("seventh")) } else { Ok(()) }
                    })
                    .await
                })
            })
            .collect();
        for (number, write) in (0..WRITES).zip(writes) {
            let outcome = write.await.unwrap();
            assert_eq!(outcome.is_err(), number % 7 == 0, "{number}: {outcome:?}");
        }
        for number in 0..WRITES {
            let found = read(db, move |tx| settings::get(tx, &format!("key {number}"))).await;
            assert_eq!(found.is_none(), number % 7 == 0, "{number}");
        }
    });
}

#[test]
fn a_panicking_write_is_an_error_and_the_next_one_works() {
    for_both(async |db| {
        let panicked = db
            .write(|tx| -> crate::Result<()> {
                settings::set(tx, "k", "half done")?;
                panic!("on purpose")
            })
            .await;
        assert!(panicked.is_err());
        assert_eq!(read(db, |tx| settings::get(tx, "k")).await, None);
        write(db, |tx| settings::set(tx, "k", "done")).await;
    });
}

#[test]
fn every_commit_that_changes_something_is_counted_before_it_is_acknowledged() {
    for_both(async |db| {
        if !db.is_embedded() {
            assert_eq!(db.version(), None);
            return;
        }
        let mut before = db.version();
        for number in 0..100 {
            write(db, move |tx| settings::set(tx, "k", &number.to_string())).await;
            assert_ne!(db.version(), before, "{number}");
            before = db.version();
            write(db, |tx| settings::get(tx, "k")).await;
            read(db, |tx| settings::get(tx, "k")).await;
            assert_eq!(db.version(), before, "nothing was changed");
        }
    });
}

#[test]
fn a_reader_sees_one_moment() {
    for_both(async |db| {
        write(db, |tx| settings::set(tx, "a", "1").and_then(|()| settings::set(tx, "b", "1"))).await;
        let (reader, writer) = (db.clone(), db.clone());
        let writing = tokio::spawn(async move {
            for number in 2..50 {
                let value = number.to_string();
                let both = move |tx: &crate::Tx<'_>| {
                    settings::set(tx, "a", &value).and_then(|()| settings::set(tx, "b", &value))
                };
                writer.write(both).await.expect("both are written");
            }
        });
        for _ in 0..50 {
            let pair = read(&reader, |tx| Ok((settings::get(tx, "a")?, settings::get(tx, "b")?))).await;
            assert_eq!(pair.0, pair.1);
        }
        writing.await.unwrap();
    });
}
