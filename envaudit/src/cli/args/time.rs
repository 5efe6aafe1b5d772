//! Times and periods in arguments.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use clap::Args;

use crate::cli::error::CliError;
use crate::cli::invocation::Invocation;

/// A period.
#[derive(Args)]
pub(crate) struct TimeRangeArgs {
    /// From this time on: `2026-11-30T12:00:00Z`, `2026-11-30`, or `7d` for 7 days ago
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// From one time on, and before another.
type TimeRange = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

impl TimeRangeArgs {
    /// Whether no time is given.
    pub(crate) fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// The given times.
    pub(crate) fn range(&self, invocation: &Invocation<'_>) -> Result<TimeRange, CliError> {
        let now = invocation.now();
        let time = |text: &Option<String>| {
            let time = text.as_ref().map(|text| parse_time(text, now));
            time.transpose().map_err(CliError::usage)
        };
        let range = (time(&self.since)?, time(&self.until)?);
        match range {
            (Some(since), Some(until)) if since >= until => {
                Err(CliError::usage("`--since` must be before `--until`"))
            }
            range => Ok(range),
        }
    }
}

/// RFC 3339 (`2026-11-30T12:00:00Z`), a date (its beginning in UTC), or a length of time before now (`7d`, `24h`).
pub(crate) fn parse_time(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let ago = parse_duration(text).map_err(|_| {
        format!(
            "`{text}` is not a time; write one such as `2026-11-30T12:00:00Z`, a date such as `2026-11-30`, or how long \
             ago it was, such as `7d` or `24h`"
        )
    })?;
    let ago = chrono::TimeDelta::from_std(ago).ok();
    ago.and_then(|ago| now.checked_sub_signed(ago))
        .ok_or_else(|| format!("`{text}` ago is before the earliest time"))
}

/// A length of time, such as `400d` or `24h`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("`{text}` is not a length of time such as `400d` or `24h`"))
}

/// An age that events may reach: at least a day. `m` is refused: it is a minute in a length of time, but is probably meant
/// as a month here.
pub(crate) fn parse_age(text: &str) -> Result<Duration, String> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let mut units = text.split(|char: char| !char.is_alphabetic());
    if units.any(|unit| unit == "m") {
        return Err(format!(
            "`m` in `{text}` may be months or minutes; write `M` or `months`, or `min`"
        ));
    }
    let age = humantime::parse_duration(text)
        .map_err(|_| format!("`{text}` is not an age such as `400d`, `13months` or `2years`"))?;
    match age < DAY {
        true => Err(format!("`{text}` is less than a day; events are kept for at least a day")),
        false => Ok(age),
    }
}

/// A time, written for a person at a terminal or for a program that reads a pipe.
pub(crate) fn format_time(time: DateTime<Utc>, terminal: bool) -> String {
    match terminal {
        true => time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        false => time.to_rfc3339_opts(SecondsFormat::Micros, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_day_at_least_and_never_of_minutes_that_were_meant_to_be_months() {
        const DAY: u64 = 24 * 60 * 60;
        for (text, days) in [("1d", 1), ("24h", 1), ("1440min", 1), ("2w", 14), ("1d 24h", 2)] {
            assert_eq!(parse_age(text), Ok(Duration::from_secs(days * DAY)), "{text}");
        }
        for text in ["12M", "12months", "1month", "1y", "2years"] {
            assert!(parse_age(text).is_ok_and(|age| age > Duration::from_secs(27 * DAY)), "{text}");
        }
        for (text, said) in [
            ("12m", "`M` or `months`, or `min`"),
            ("1y 6m", "`M` or `months`, or `min`"),
            ("0s", "less than a day"),
            ("23h", "less than a day"),
            ("1439min", "less than a day"),
            ("soon", "not an age"),
            ("", "not an age"),
            ("-1d", "not an age"),
        ] {
            assert!(parse_age(text).is_err_and(|error| error.contains(said)), "{text}");
        }
    }

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
            assert_eq!(parse_time(text, now), Ok(expected), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "7", "-7d", "99999999999999y", "300000000d"] {
            assert!(parse_time(text, now).is_err(), "{text}");
        }
    }
}
