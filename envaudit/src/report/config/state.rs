//! The last recorded state of each configuration.

use std::sync::Arc;

use envaudit_redact::is_production;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use crate::audit::{AuditEntry, BLANK, Policy};
use crate::ledger::__private::recorded_state;
use crate::ledger::config_state::RecordedValue;
use crate::report::format_micros;
use crate::report::index::{Index, IndexError};
use crate::report::options::{ReportOptions, Unsound};
use crate::report::recent_events::not_sound;
use crate::report::table::{Field, Mark};
use crate::sources::Source;

/// A configuration, as it was last recorded.
pub(super) struct Configuration {
    pub(super) resource: String,
    environment: Option<String>,
    pub(super) production: bool,
    pub(super) seq: u64,
    /// Whether that record is sound, as far as is known.
    pub(super) sound: bool,
    time: i64,
    actor_type: String,
    actor: String,
    pub(super) entries: Vec<Entry>,
}

/// A variable of it.
pub(super) struct Entry {
    pub(super) value: RecordedValue,
    /// The names of the rules it breaks.
    pub(super) broken: Vec<String>,
}

impl Entry {
    /// Whether it comes from a file or a default.
    pub(super) fn is_outside(&self) -> bool {
        let source = self.value.source.parse();
        matches!(source, Ok(Source::FileEnv | Source::File | Source::SchemaDefault))
    }

    pub(super) fn place(&self) -> String {
        match &self.value.provider {
            Some(provider) => format!("{} ({provider})", self.value.source),
            None => self.value.source.clone(),
        }
    }
}

/// The states that hold at the end of the period.
pub(super) fn at_end(
    index: &Index<'_>,
    options: &ReportOptions<'_>,
    policy: Option<&Policy>,
    unsound: &mut Unsound,
) -> Result<Vec<Configuration>, IndexError> {
    let (_, until) = options.period.micros();
    let mut next = index.db().prepare("SELECT MIN(resource) FROM states WHERE resource > ?1")?;
    let mut last = index.db().prepare(
        "SELECT id, at, time, environment FROM states WHERE resource = ?1 AND time < ?2 \
         ORDER BY id DESC LIMIT 1",
    )?;
    let mut states = Vec::new();
    let mut after = String::new();
    // The empty name comes before all others, and no configuration has it.
    while let Some(resource) = next.query_row([&after], |row| row.get::<_, Option<String>>(0))? {
        let found = last
            .query_row(params![resource, until], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Option<String>>(3)?))
            })
            .optional()?;
        if let Some((id, at, time, environment)) = found {
            let record = index.read(id, at, time)?;
            let line = record.line().map_err(|_| IndexError::other())?;
            if line.resource_id.is_none_or(|of| of.get() != resource) {
                return Err(IndexError::other());
            }
            let sound = unsound.is_sound(options, &line);
            let values = recorded_state(index.source, &line)?.unwrap_or_default();
            let named = environment_of(environment.as_deref(), &resource);
            let production = named.is_some_and(is_production);
            states.push(Configuration {
                entries: judged(values, named, production, policy),
                resource: resource.clone(),
                environment,
                production,
                seq: line.seq,
                sound,
                time,
                actor_type: line.actor_type.get().into_owned(),
                actor: line.actor_id.get().into_owned(),
            });
        }
        after = resource;
    }
    Ok(states)
}

/// The name of the environment; if a record has none, the end of the configuration's name.
fn environment_of<'a>(recorded: Option<&'a str>, resource: &'a str) -> Option<&'a str> {
    recorded.or_else(|| resource.rsplit_once('/').map(|(_, name)| name))
}

fn judged(
    values: Vec<RecordedValue>,
    environment: Option<&str>,
    production: bool,
    policy: Option<&Policy>,
) -> Vec<Entry> {
    let standard = production.then(Policy::production);
    let policy = policy.or(standard.as_ref());
    let audited = |value: &RecordedValue| {
        Some(AuditEntry {
            key: value.key.clone().into(),
            source: value.source.parse().ok()?,
            provider: value.provider.as_deref().map(Arc::from),
            masked: value.masked,
            ..BLANK.clone()
        })
    };
    let judge = |value: RecordedValue| {
        let entry = audited(&value);
        let result = policy.map_or(Ok(()), |policy| policy.check(entry.iter(), environment));
        let broken = result.err().map(|violations| {
            violations.iter().map(|violation| violation.rule().to_owned()).collect()
        });
        Entry { value, broken: broken.unwrap_or_default() }
    };
    values.into_iter().map(judge).collect()
}

impl Configuration {
    /// The number of broken rules.
    pub(super) fn broken(&self) -> usize {
        self.entries.iter().map(|entry| entry.broken.len()).sum()
    }

    /// The number of values of production from files or defaults.
    pub(super) fn outside(&self) -> usize {
        match self.production {
            true => self.entries.iter().filter(|entry| entry.is_outside()).count(),
            false => 0,
        }
    }

    fn secrets(&self) -> usize {
        self.entries.iter().filter(|entry| entry.value.masked).count()
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        vec![
            Field::text(&self.resource),
            Field::text(self.environment.as_deref().unwrap_or_default()),
            Field::Count(self.entries.len() as u64),
            Field::Count(self.secrets() as u64),
            Field::Time(self.time),
            Field::actor(&self.actor_type, &self.actor),
            match self.sound {
                true => Field::Count(self.seq),
                false => Field::Marked(Mark::Bad, not_sound(&self.seq.to_string())),
            },
        ]
    }

    pub(super) fn json(&self) -> Value {
        let mut object = json!({
            "resource": self.resource,
            "environment": self.environment,
            "production": self.production,
            "variables": self.entries.len(),
            "secrets": self.secrets(),
            "recorded": format_micros(self.time),
            "actor_type": self.actor_type,
            "actor_id": self.actor,
            "seq": self.seq,
        });
        if !self.sound {
            object["sound"] = json!(false);
        }
        object
    }

    fn value_json(&self, entry: &Entry) -> Value {
        json!({
            "resource": self.resource,
            "key": entry.value.key,
            "source": entry.value.source,
            "provider": entry.value.provider,
            "secret": entry.value.masked,
        })
    }

    pub(super) fn outside_json(&self) -> impl Iterator<Item = Value> {
        let outside = |entry: &&Entry| self.production && entry.is_outside();
        self.entries.iter().filter(outside).map(|entry| self.value_json(entry))
    }

    pub(super) fn broken_json(&self) -> impl Iterator<Item = Value> {
        self.entries.iter().flat_map(|entry| {
            entry.broken.iter().map(|rule| {
                let mut value = self.value_json(entry);
                value["rule"] = json!(rule);
                value
            })
        })
    }
}
