//! The timestamp of a line: RFC 3339, UTC, microseconds, `Z`, always 27 characters.

use core::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// From 0001-01-01 to 1970-01-01, and to 10000-01-01: the years from 1 to 9999, which every language has.
const MIN: i64 = -719_162 * DAY;
const MAX: i64 = 2_932_897 * DAY - 1;

/// A moment, in microseconds.
///
/// ```
/// use envaudit_ledger::Timestamp;
///
/// let moment = Timestamp::parse("2026-11-30T12:00:00.000042Z").unwrap();
/// assert_eq!(moment.micros() % 1_000_000, 42);
/// assert_eq!(moment.to_string(), "2026-11-30T12:00:00.000042Z");
/// assert_eq!(Timestamp::parse("2026-11-30T12:00:00Z"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before all others.
    pub(crate) const MIN: Timestamp = Timestamp(MIN);

    /// Reads a timestamp in its only spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 27] = text.as_bytes().try_into().ok()?;
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0u32, |number, byte| {
                byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
            })
        };
        let separators =
            [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
        if separators.iter().any(|&(at, byte)| bytes[at] != byte) {
            return None;
        }
        let year = number(0, 4).filter(|year| *year > 0)? as i32;
        let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = i64::from(date.num_days_from_ce()) - 719_163;
        let seconds = i64::from(hour * 3600 + minute * 60 + second);
        Some(Timestamp(days * DAY + seconds * SECOND + i64::from(number(20, 26)?)))
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The same moment as a type of chrono.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// The first moment of the next month.
    pub(crate) fn month_end(self) -> Self {
        let day = self.0.div_euclid(DAY);
        let (_, month, day_of_month) = civil(day);
        // Every month ends within 31 days of its first.
        let first = day - i64::from(day_of_month) + 1;
        let lengths = first + 28..=first + 31;
        let next = lengths.into_iter().find(|day| civil(*day).1 != month);
        Timestamp(next.unwrap_or(first + 31) * DAY)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let of_day = self.0.rem_euclid(DAY);
        let seconds = (of_day / SECOND) as u32;
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let mut put = |at: usize, digits: usize, mut number: u32| {
            for place in text[at..at + digits].iter_mut().rev() {
                *place = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0, 4, year as u32);
        put(5, 2, month);
        put(8, 2, day);
        put(11, 2, seconds / 3600);
        put(14, 2, seconds / 60 % 60);
        put(17, 2, seconds % 60);
        put(20, 6, (of_day % SECOND) as u32);
        out.extend_from_slice(&text);
    }
}

impl From<DateTime<Utc>> for Timestamp {
    /// Rounds down to a microsecond; moments outside of the years 1 to 9999 become the first or the last of these.
    fn from(moment: DateTime<Utc>) -> Self {
        Timestamp(moment.timestamp_micros().clamp(MIN, MAX))
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097) as i32;
    let of_era = days.rem_euclid(146_097) as u32;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era as i32 + era * 400 + i32::from(month <= 2), month, day)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(27);
        self.write(&mut text);
        f.write_str(str::from_utf8(&text).expect("a timestamp is ASCII"))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_ten_thousand_years_are_written_as_chrono_writes_it_and_read_back() {
        for day in ((MIN / DAY)..=(MAX / DAY)).step_by(5) {
            let moment =
                Timestamp(day * DAY + day.rem_euclid(86_400) * SECOND + day.rem_euclid(999_983));
            let text = moment.to_string();
            assert_eq!(Timestamp::parse(&text), Some(moment), "{text}");
            if day % 97 == 0 {
                let theirs = moment.to_datetime().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
                assert_eq!(text, theirs);
            }
        }
    }

    #[test]
    fn a_month_ends_where_the_calendars_does() {
        let cases = [
            ("2026-12-31T23:59:59.999999Z", "2027-01-01T00:00:00.000000Z"),
            ("2026-12-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z"),
            ("2026-02-10T12:00:00.000000Z", "2026-03-01T00:00:00.000000Z"),
            ("2028-02-29T12:00:00.000000Z", "2028-03-01T00:00:00.000000Z"),
            ("1969-11-30T12:00:00.000000Z", "1969-12-01T00:00:00.000000Z"),
        ];
        for (moment, end) in cases {
            assert_eq!(Timestamp::parse(moment).unwrap().month_end().to_string(), end, "{moment}");
        }
    }
}
