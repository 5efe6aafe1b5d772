//! Events by day (UTC).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::format_micros;
use super::html::{Bar, Picture};
use super::table::Mark;
use super::totals::{DAY, Tally};

/// Bars in a picture.
const BARS: i64 = 60;

/// `2026-11-30`.
pub(super) fn name(day: i64) -> String {
    format_micros(day.saturating_mul(DAY))[..10].to_owned()
}

pub(super) fn json(days: &BTreeMap<i64, Tally>) -> Value {
    let day = |(day, tally): (&i64, &Tally)| {
        json!({
            "day": name(*day),
            "events": tally.count,
            "success": tally.success,
            "failure": tally.failure,
            "denied": tally.denied,
        })
    };
    days.iter().map(day).collect()
}

/// Bars for the days; each bar has as many days as needed for all of them to fit.
pub(super) fn picture(days: &BTreeMap<i64, Tally>, heading: &str) -> Option<Picture> {
    let parts = |tally: &Tally| {
        vec![
            (Mark::Good, "success", tally.success),
            (Mark::Warning, "denied", tally.denied),
            (Mark::Bad, "failure", tally.failure),
        ]
    };
    chart_of(days.iter().map(|(day, tally)| (*day, parts(tally))), heading)
}

/// Bars with the totals of these parts.
pub(super) fn chart_of(
    days: impl Iterator<Item = (i64, Vec<(Mark, &'static str, u64)>)> + Clone,
    heading: &str,
) -> Option<Picture> {
    let first = days.clone().map(|(day, _)| day).min()?;
    let last = days.clone().map(|(day, _)| day).max()?;
    let each = (last - first) / BARS + 1;
    let count = (last - first) / each + 1;
    let mut bars: Vec<Bar> = (0..count)
        .map(|at| {
            let from = first + at * each;
            let to = (from + each - 1).min(last);
            let label = match from == to {
                true => name(from),
                false => format!("{} to {}", name(from), name(to)),
            };
            Bar { label, parts: Vec::new() }
        })
        .collect();
    for (day, parts) in days {
        let bar = &mut bars[((day - first) / each) as usize].parts;
        match bar.is_empty() {
            true => *bar = parts,
            false => bar.iter_mut().zip(parts).for_each(|(sum, (_, _, count))| sum.2 += count),
        }
    }
    Some(Picture::Columns { heading: heading.to_owned(), bars })
}
