//! The report of configurations: their states and changes.

mod changes;
mod refused;
mod state;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::changes::{Changes, Variable};
use self::refused::RefusedLoads;
use self::state::{Configuration, Entry};
use super::html::{Picture, Span};
use super::options::{ReportOptions, Unsound};
use super::table::{Column, Field, Mark, Table};
use super::{IndexFacts, Report, counted, days, format_micros};
use crate::audit::Policy;
use crate::report::index::{Index, IndexError};

/// The configurations as they were last recorded in the period, or before it: the sources of secrets, the values of
/// production from files or defaults, and the broken rules; the changes in the period by day and by variable; and the
/// configurations that were refused.
///
/// Without a policy, [`Policy::production`] applies, and only to the configurations of production: those whose environment
/// is `prod` or `production`.
///
/// # Errors
///
/// When the index or the ledger cannot be read.
pub fn configurations(
    index: &Index<'_>,
    options: &ReportOptions<'_>,
    policy: Option<&Policy>,
) -> Result<Report, IndexError> {
    let IndexFacts { unreadable, temporary, last_line } = IndexFacts::read(index)?;
    let mut unsound = Unsound::new(options);
    let states = state::at_end(index, options, policy, &mut unsound)?;
    let changes = Changes::find(index, options.period)?;
    let refused = refused::find(index, options, &mut unsound)?;
    let violations = states.iter().map(|state| state.broken()).sum::<usize>() as u64;
    let outside = states.iter().map(|state| state.outside()).sum::<usize>() as u64;
    let secrets = by_source(&states, |entry| entry.value.masked);
    let values = by_source(&states, |_| true);
    let variables = variables(&states, &changes);
    let findings = violations + refused.policy;
    let summary = format!(
        "{} of {}; {} in the period.",
        counted(states.iter().map(|state| state.entries.len() as u64).sum(), "variable"),
        counted(states.len() as u64, "configuration"),
        counted(changes.count, "change"),
    );
    Ok(Report {
        name: "config",
        title: "Configuration".to_owned(),
        summary,
        members: vec![
            ("configurations", states.iter().map(Configuration::json).collect()),
            ("secrets_by_source", sources_json(&secrets)),
            ("values_by_source", sources_json(&values)),
            (
                "from_files_or_defaults_in_production",
                states.iter().flat_map(Configuration::outside_json).collect(),
            ),
            ("policy_violations", states.iter().flat_map(Configuration::broken_json).collect()),
            ("changes", json!(changes.count)),
            ("changes_per_day", changes.days_json()),
            ("variables", variables.iter().map(Row::json).collect()),
            ("refused", refused.json()),
            ("refused_count", json!(refused.count)),
        ],
        tables: tables(&states, &variables, &refused),
        pictures: pictures(&changes, &secrets, &values, &variables),
        tiles: vec![
            ("configurations", states.len() as u64, Mark::Plain),
            ("changes", changes.count, Mark::Plain),
            ("broken rules", violations, if violations > 0 { Mark::Bad } else { Mark::Good }),
            (
                "from files or defaults in production",
                outside,
                if outside > 0 { Mark::Warning } else { Mark::Good },
            ),
            ("refused", refused.count, if refused.count > 0 { Mark::Warning } else { Mark::Plain }),
        ],
        period: options.period,
        seen: changes.seen,
        counted: changes.events,
        findings,
        unreadable,
        temporary,
        last_line,
        unsound,
    })
}

/// A variable of a configuration: its state, its changes, or both.
struct Row<'r> {
    resource: &'r str,
    key: &'r str,
    entry: Option<&'r Entry>,
    /// The record of the state, if it is not sound.
    unsound: Option<u64>,
    production: bool,
    changes: Option<&'r Variable>,
}

fn variables<'r>(states: &'r [Configuration], changes: &'r Changes) -> Vec<Row<'r>> {
    let mut rows: BTreeMap<(&str, &str), Row<'_>> = BTreeMap::new();
    for state in states {
        for entry in &state.entries {
            let (resource, key) = (state.resource.as_str(), entry.value.key.as_str());
            let production = state.production;
            let unsound = (!state.sound).then_some(state.seq);
            let row = Row { resource, key, entry: Some(entry), unsound, production, changes: None };
            rows.insert((resource, key), row);
        }
    }
    for ((resource, key), variable) in &changes.variables {
        let row = rows.entry((resource, key)).or_insert_with(|| Row {
            resource,
            key,
            entry: None,
            unsound: None,
            production: false,
            changes: None,
        });
        row.changes = Some(variable);
    }
    rows.into_values().collect()
}

impl Row<'_> {
    fn findings(&self) -> Vec<String> {
        let Some(entry) = self.entry else { return Vec::new() };
        let outside = self.production && entry.is_outside();
        let outside = outside.then(|| "file or default in production".to_owned());
        let unsound = self.unsound.map(|seq| format!("event {seq} is not sound"));
        let broken = entry.broken.iter().map(|rule| format!("breaks {rule}"));
        unsound.into_iter().chain(broken).chain(outside).collect()
    }

    fn mark(&self) -> Mark {
        match self.entry {
            Some(_) if self.unsound.is_some() => Mark::Bad,
            Some(entry) if !entry.broken.is_empty() => Mark::Bad,
            Some(entry) if self.production && entry.is_outside() => Mark::Warning,
            _ => Mark::Plain,
        }
    }

    fn fields(&self) -> Vec<Field> {
        let source = self.entry.map_or("(removed)".to_owned(), Entry::place);
        let secret = self.entry.is_some_and(|entry| entry.value.masked);
        let (count, last) = self.changes.map_or((0, None), |it| (it.count, Some(it.last)));
        vec![
            Field::text(self.resource),
            Field::Name(self.key.to_owned()),
            Field::Text(source),
            match secret {
                true => Field::Marked(Mark::Secret, "secret".to_owned()),
                false => Field::text(""),
            },
            Field::Count(count),
            last.map_or_else(|| Field::text(""), Field::Time),
            match self.findings() {
                findings if findings.is_empty() => Field::text(""),
                findings => Field::Marked(self.mark(), findings.join("; ")),
            },
        ]
    }

    fn json(&self) -> Value {
        let value = self.entry.map(|entry| &entry.value);
        json!({
            "resource": self.resource,
            "key": self.key,
            "source": value.map(|value| &value.source),
            "provider": value.and_then(|value| value.provider.as_ref()),
            "secret": value.map(|value| value.masked),
            "changes": self.changes.map_or(0, |changes| changes.count),
            "last_change": self.changes.map(|changes| format_micros(changes.last)),
            "findings": self.findings(),
        })
    }
}

type Sources = Vec<(String, u64, bool)>;

/// Sources, the number of values from each, and whether it is a file or a default.
fn by_source(states: &[Configuration], which: impl Fn(&Entry) -> bool) -> Sources {
    let mut counts: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
    for entry in states.iter().flat_map(|state| &state.entries).filter(|entry| which(entry)) {
        let (count, outside) = counts.entry(&entry.value.source).or_default();
        *count += 1;
        *outside = entry.is_outside();
    }
    let mut sources: Sources = counts
        .into_iter()
        .map(|(name, (count, outside))| (name.to_owned(), count, outside))
        .collect();
    sources.sort_by_key(|(_, count, _)| core::cmp::Reverse(*count));
    sources
}

fn sources_json(sources: &Sources) -> Value {
    let one = |(source, count, _): &(String, u64, bool)| json!({"source": source, "values": count});
    sources.iter().map(one).collect()
}

fn tables(states: &[Configuration], variables: &[Row<'_>], refused: &RefusedLoads) -> Vec<Table> {
    let note = "Each variable as it was last recorded, and its changes in the period.";
    let main = Table {
        heading: "Variables".to_owned(),
        note: note.to_owned(),
        columns: vec![
            Column::text("configuration"),
            Column::text("variable"),
            Column::text("source"),
            Column::text("secret"),
            Column::number("changes"),
            Column::text("last_change"),
            Column::text("finding"),
        ],
        rows: variables.iter().map(Row::fields).collect(),
        omitted: 0,
    };
    let configurations = Table {
        heading: "Configurations".to_owned(),
        note: "As they were last recorded.".to_owned(),
        columns: vec![
            Column::text("configuration"),
            Column::text("environment"),
            Column::number("variables"),
            Column::number("secrets"),
            Column::text("recorded"),
            Column::text("by"),
            Column::number("seq"),
        ],
        rows: states.iter().map(Configuration::fields).collect(),
        omitted: 0,
    };
    let mut tables = vec![main, configurations];
    tables.extend(refused.table());
    tables
}

fn pictures(
    changes: &Changes,
    secrets: &Sources,
    values: &Sources,
    variables: &[Row<'_>],
) -> Vec<Picture> {
    let bars = |heading: &str, sources: &Sources, bad: Mark| {
        let bar = |(name, count, outside): &(String, u64, bool)| {
            (name.clone(), *count, if *outside { bad } else { Mark::Good })
        };
        let bars = sources.iter().map(bar).collect::<Vec<_>>();
        (!bars.is_empty()).then(|| Picture::Bars { heading: heading.to_owned(), bars })
    };
    let mut pictures = Vec::new();
    pictures.extend(bars("Where secrets come from", secrets, Mark::Bad));
    pictures.extend(bars("Where values come from", values, Mark::Warning));
    pictures.extend(days::chart_of(changes.day_parts(), "Changes per day"));
    let rows: Vec<_> = variables
        .iter()
        .filter_map(|row| {
            let changes = row.changes?;
            let span = Span { marks: changes.marks(), removed: row.entry.is_none() };
            Some((row.resource.to_owned(), row.key.to_owned(), changes.count, span))
        })
        .collect();
    if let Some((from, to)) = changes.span.filter(|_| !rows.is_empty()) {
        pictures.push(Picture::Timeline { from, to, rows });
    }
    pictures
}
