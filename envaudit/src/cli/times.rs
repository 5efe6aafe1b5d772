//! Times in arguments.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// RFC 3339 (`2026-11-30T12:00:00Z`), a date (its beginning in UTC), or a length of time before now (`7d`, `24h`).
pub(crate) fn time(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let ago = duration(text).map_err(|_| {
        format!(
            "`{text}` is not a time; write one such as `2026-11-30T12:00:00Z`, a date such as `2026-11-30`, or how long \
             ago it was, such as `7d` or `24h`"
        )
    })?;
    let ago = chrono::TimeDelta::from_std(ago).ok();
    ago.and_then(|ago| now.checked_sub_signed(ago))
        .ok_or_else(|| format!("`{text}` ago is before all times"))
}

/// A length of time, such as `400d` or `24h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("`{text}` is not a length of time such as `400d` or `24h`"))
}

/// A time for a person at a terminal, or for whatever reads a pipe.
pub(crate) fn shown(time: DateTime<Utc>, terminal: bool) -> String {
    match terminal {
        true => time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        false => time.to_rfc3339_opts(SecondsFormat::Micros, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_moment_a_date_or_how_long_ago() {
        let now: DateTime<Utc> = "2026-11-30T12:00:00Z".parse().expect("it is a time");
        for (text, expected) in [
            ("2026-11-30T12:00:00+01:00", "2026-11-30T11:00:00Z"),
            ("2026-11-29", "2026-11-29T00:00:00Z"),
            ("7d", "2026-11-23T12:00:00Z"),
            ("1h 30m", "2026-11-30T10:30:00Z"),
        ] {
            let expected: DateTime<Utc> = expected.parse().expect("it is a time");
            assert_eq!(time(text, now), Ok(expected), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "7", "-7d", "99999999999999y", "300000000d"] {
            assert!(time(text, now).is_err(), "{text}");
        }
    }
}
