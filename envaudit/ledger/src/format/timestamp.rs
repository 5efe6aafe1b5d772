//! The timestamp of a line: RFC 3339, UTC, microseconds, `Z`, always 27 characters.

use core::fmt;

use chrono::{DateTime, Utc};

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
        Timestamp::of_bytes(text.as_bytes().try_into().ok()?)
    }

    /// Reads the bytes of a timestamp. Verification reads one for each line.
    pub(crate) fn of_bytes(bytes: &[u8; 27]) -> Option<Self> {
        let separators =
            [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
        if separators.iter().any(|&(at, byte)| bytes[at] != byte) {
            return None;
        }
        let mut all_digits = true;
        let mut pair = |at: usize| {
            let digits = [bytes[at].wrapping_sub(b'0'), bytes[at + 1].wrapping_sub(b'0')];
            all_digits &= digits[0] < 10 && digits[1] < 10;
            u32::from(digits[0]) * 10 + u32::from(digits[1])
        };
        let (year, month, day) = (pair(0) * 100 + pair(2), pair(5), pair(8));
        let (hour, minute, second) = (pair(11), pair(14), pair(17));
        let micros = (pair(20) * 100 + pair(22)) * 100 + pair(24);
        if !all_digits || year == 0 || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days(year, month, day)?;
        let seconds = i64::from(hour * 3600 + minute * 60 + second);
        Some(Timestamp(days * DAY + seconds * SECOND + i64::from(micros)))
    }

    /// The timestamp of a text, if that differs from the text of this one in seconds and what is below them alone.
    pub(crate) fn in_minute(self, own: &[u8; 27], text: &[u8; 27]) -> Option<Self> {
        const SECONDS: usize = 17;
        if text[..SECONDS] != own[..SECONDS] || text[19] != b'.' || text[26] != b'Z' {
            return None;
        }
        let (mut micros, mut all_digits) = (0, true);
        for at in [17, 18, 20, 21, 22, 23, 24, 25] {
            let digit = text[at].wrapping_sub(b'0');
            all_digits &= digit < 10;
            micros = micros * 10 + i64::from(digit);
        }
        if !all_digits || micros >= 60 * SECOND {
            return None;
        }
        Some(Timestamp(self.0 - self.0.rem_euclid(60 * SECOND) + micros))
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

/// The day since 1970 of a date; `None` if no calendar has it. The inverse of [`civil`].
fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    // Years that begin in March, 400 of them later, so that none is below 0.
    let (year, month) = if month > 2 { (year + 400, month - 3) } else { (year + 399, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + of_year;
    Some(i64::from(days) - 719_468 - 146_097)
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
