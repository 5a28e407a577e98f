use super::*;
use crate::settings;

#[test]
fn the_first_to_set_a_setting_once_wins() {
    for_both(async |db| {
        assert_eq!(read(db, |tx| settings::get(tx, "k")).await, None);
        assert_eq!(write(db, |tx| settings::set_first(tx, "k", "1")).await, "1");
        assert_eq!(write(db, |tx| settings::set_first(tx, "k", "2")).await, "1");
        write(db, |tx| settings::set(tx, "k", "3")).await;
        assert_eq!(read(db, |tx| settings::get(tx, "k")).await.as_deref(), Some("3"));
    });
}
