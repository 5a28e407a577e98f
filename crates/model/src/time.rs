//! Points in time, in microseconds since 1970 in UTC, and how the API prints them.

use std::fmt;

/// A point in time with microsecond precision.
///
/// Printed (and serialised) as the API does: ISO 8601, UTC, exactly three fractional digits, the rest
/// cut off, ending in `Z` (Jobs API contract §9.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This point moved by whole seconds (negative: earlier), stopping at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Seconds from `earlier` to this point, with microsecond precision.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / 1e6
    }

    /// Reads RFC 3339 (`2024-02-03T04:05:06.007Z`, any offset) or a bare date, taken as midnight UTC.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            return Some(Self(time.as_microsecond()));
        }
        let date: jiff::civil::Date = text.parse().ok()?;
        let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_microsecond()))
    }

    /// Reads a time out of an HTTP header: as [`Timestamp::http_date`] writes it, or as [`Timestamp::parse`] reads it.
    pub fn parse_header(text: &str) -> Option<Self> {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let date = parser.parse_timestamp(text.trim()).ok();
        date.map(|time| Self(time.as_microsecond())).or_else(|| Self::parse(text.trim()))
    }

    /// The date alone, as `2024-02-03` in UTC.
    pub fn date(self) -> String {
        self.jiff().strftime("%Y-%m-%d").to_string()
    }

    /// As HTTP headers have it: `Thu, 01 Jan 1970 00:00:00 GMT`.
    pub fn http_date(self) -> String {
        self.jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

const DAY: i64 = 86_400;

/// Year, month and day of a number of days since 1970, by the calendar of 400 years that begin in March.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (days.div_euclid(146_097) * 400 + year_of_era + (month <= 2) as i64, month, day)
}

/// Writes a number that fits, with zeros before it.
fn digits(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every answer has a dozen of these: by hand, digit by digit.
        let (year, month, day) = civil(self.seconds().div_euclid(DAY));
        let milliseconds = self.0.div_euclid(1000).rem_euclid(1000);
        if !(0..=9999).contains(&year) {
            return write!(f, "{}.{milliseconds:03}Z", self.jiff().strftime("%Y-%m-%dT%H:%M:%S"));
        }
        let second = self.seconds().rem_euclid(DAY);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        digits(&mut text[0..4], year);
        digits(&mut text[5..7], month);
        digits(&mut text[8..10], day);
        digits(&mut text[11..13], second / 3600);
        digits(&mut text[14..16], second / 60 % 60);
        digits(&mut text[17..19], second % 60);
        digits(&mut text[20..23], milliseconds);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn headers_hold_dates_of_their_own_kind() {
        let time = Timestamp::from_seconds(1_706_933_106);
        assert_eq!(Timestamp::parse_header(&time.http_date()), Some(time));
        assert_eq!(Timestamp::parse_header(" 2024-02-03T04:05:06Z "), Some(time));
        assert_eq!(Timestamp::parse_header("yesterday"), None);
    }

    #[test]
    fn prints_milliseconds_cut_not_rounded() {
        let time = Timestamp::from_micros(1_450_976_067_895_999);
        assert_eq!(time.to_string(), "2015-12-24T16:54:27.895Z");
        assert_eq!(Timestamp::from_micros(-1).to_string(), "1969-12-31T23:59:59.999Z");
        let ends = [i64::MIN, i64::MAX].map(|micros| Timestamp::from_micros(micros).to_string());
        assert!(ends[0].starts_with("-9999-") && ends[1].starts_with("9999-12-30T"), "{ends:?}");
    }

    #[test]
    fn every_day_is_printed_as_the_calendar_has_it() {
        // A day and a bit at a time, over leap years, centuries, and what lies before 1970.
        for seconds in (-70_000_000_000..250_000_000_000_i64).step_by(86_400 * 37 + 3601) {
            let time = Timestamp::from_seconds(seconds);
            let expected = format!("{}.000Z", time.jiff().strftime("%Y-%m-%dT%H:%M:%S"));
            let year = &expected[..5];
            assert!(year.starts_with('-') || time.to_string() == expected, "{time} and not {expected}");
        }
    }

    #[test]
    fn reads_offsets_and_dates() {
        assert_eq!(Timestamp::parse("2015-12-24T17:54:27.895+01:00"), Timestamp::parse("2015-12-24T16:54:27.895Z"));
        assert_eq!(Timestamp::parse("1970-01-02"), Some(Timestamp::from_seconds(86_400)));
        assert_eq!(Timestamp::parse("tomorrow"), None);
    }
}
