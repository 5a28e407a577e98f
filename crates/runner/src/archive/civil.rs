//! Times of files in archives: seconds since 1970 to calendar fields and back, in UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zip::DateTime;

const DAY: i64 = 86_400;

/// A time as zip archives write it; what lies outside 1980 to 2107 becomes the format's beginning.
pub(super) fn to_zip(time: SystemTime) -> DateTime {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64);
    let (year, month, day) = date_of(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let clock = |unit: i64, modulo: i64| u8::try_from(second / unit % modulo).unwrap_or(0);
    DateTime::from_date_and_time(
        u16::try_from(year).unwrap_or(0),
        month,
        day,
        clock(3600, 24),
        clock(60, 60),
        clock(1, 60),
    )
    .unwrap_or_default()
}

/// The time a zip archive means.
pub(super) fn from_zip(time: DateTime) -> SystemTime {
    let days = days_of(i64::from(time.year()), i64::from(time.month()), i64::from(time.day()));
    let clock = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    UNIX_EPOCH + Duration::from_secs(u64::try_from(days * DAY + clock).unwrap_or(0))
}

/// Days since 1970 of a date. Years begin in March here, so that leap days come last.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970.
fn date_of(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let moved = (5 * of_year + 2) / 153;
    let day = of_year - (153 * moved + 2) / 5 + 1;
    let month = (moved + 2) % 12 + 1;
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::{date_of, days_of, from_zip, to_zip};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(date_of(11_016), (2000, 2, 29));
        for day in -1000..60_000 {
            let (year, month, date) = date_of(day);
            assert_eq!(days_of(year, month.into(), date.into()), day);
        }
    }

    #[test]
    fn times_survive_to_the_two_seconds_of_the_format() {
        let time = UNIX_EPOCH + Duration::from_secs(1_767_225_600 + 3 * 3600 + 61);
        let back = from_zip(to_zip(time));
        assert!(time.duration_since(back).unwrap() < Duration::from_secs(2));
        assert_eq!(to_zip(UNIX_EPOCH).year(), 1980);
    }
}
