use super::*;
use crate::{Error, work};
use std::collections::HashSet;

#[test]
fn work_is_taken_in_order_and_offered_again_if_nobody_finished_it() {
    for_both(async |db| {
        let later = START.plus_seconds(60);
        write(db, move |tx| {
            work::enqueue(tx, "later", "{}", later)?;
            work::enqueue(tx, "first", r#"{"a":1}"#, START)?;
            work::enqueue(tx, "second", "{}", START)
        })
        .await;
        assert_eq!(read(db, work::next_due).await, Some(START));
        let take = async |now| write(db, move |tx| work::take(tx, now, later)).await;
        let first = take(START).await.unwrap();
        assert_eq!((first.kind.as_str(), first.payload.as_str(), first.attempts), ("first", r#"{"a":1}"#, 1));
        let second = take(START).await.unwrap();
        assert_eq!(second.kind, "second");
        assert_eq!(take(START).await, None);
        let done = first.clone();
        write(db, move |tx| work::done(tx, &done)).await;
        write(db, move |tx| work::retry_later(tx, &second, START.plus_seconds(5))).await;
        let again = take(START.plus_seconds(5)).await.unwrap();
        assert_eq!((again.kind.as_str(), again.attempts), ("second", 2));
        let twice = db.write(move |tx| work::done(tx, &first)).await;
        assert!(matches!(twice, Err(Error::Conflict("work"))), "{twice:?}");
    });
}

#[test]
fn whoever_lost_a_piece_of_work_cannot_finish_it() {
    for_both(async |db| {
        write(db, |tx| work::enqueue(tx, "k", "{}", START)).await;
        let slow = write(db, |tx| work::take(tx, START, START.plus_seconds(1))).await.unwrap();
        let fast = write(db, |tx| work::take(tx, START.plus_seconds(1), START.plus_seconds(9))).await.unwrap();
        let late = db.write(move |tx| work::done(tx, &slow)).await;
        assert!(matches!(late, Err(Error::Conflict("work"))));
        write(db, move |tx| work::done(tx, &fast)).await;
        assert_eq!(read(db, work::next_due).await, None);
    });
}

#[test]
fn many_hands_take_each_piece_once() {
    for_both(async |db| {
        write(db, |tx| (0..40).try_for_each(|_| work::enqueue(tx, "k", "{}", START).map(|_| ()))).await;
        let hands = (0..8).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while let Some(piece) =
                    db.write(|tx| work::take(tx, START, START.plus_seconds(60))).await.expect("it can be taken")
                {
                    taken.push(piece.id);
                }
                taken
            })
        });
        let mut all = Vec::new();
        for hand in hands.collect::<Vec<_>>() {
            all.extend(hand.await.unwrap());
        }
        let different: HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (40, 40));
    });
}
