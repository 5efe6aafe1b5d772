//! Rules about where values may come from.

use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use envaudit_redact::is_same_environment;

use super::strict_json::{self, StrictValue};
use super::{AuditEntry, BLANK, json};
use crate::error::{Problem, ProblemKind, one_line};
use crate::schema::nearest::meant;
use crate::schema::table::Table;
use crate::sources::{Source, SourceSet};

/// Rules about where values may come from.
///
/// In code:
///
/// ```
/// use envaudit::{Policy, Source};
///
/// let policy = Policy::new()
///     .secrets_only_from([Source::Aws, Source::Docker, Source::K8s])
///     .no_default_for(["APP_DB_HOST"])
///     .require_source("APP_DB_PASSWORD", [Source::Aws])
///     .only_in("prod");
/// ```
///
/// and as data, where a rule says for which keys and in which environments it holds (all, unless it does) and what it asks:
///
/// ```
/// use envaudit::Policy;
///
/// let policy = Policy::from_json(
///     r#"{"rules": [
///         {"name": "vaulted", "secrets": true, "allow": ["aws", "k8s"], "environments": ["prod"]},
///         {"keys": ["APP_DB_*"], "deny": ["schema_default"]}
///     ]}"#,
/// )?;
/// assert_eq!(policy.len(), 2);
/// # Ok::<(), envaudit::PolicyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Policy {
    rules: Vec<Rule>,
}

/// In the order of the members of its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Rule {
    #[serde(skip_serializing_if = "is_all")]
    allow: SourceSet,
    #[serde(skip_serializing_if = "is_empty")]
    deny: SourceSet,
    /// `None`: all environments, and none.
    #[serde(skip_serializing_if = "Option::is_none")]
    environments: Option<Vec<String>>,
    /// `*` in a key stands for any text. `None`: all keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<String>>,
    /// The greatest age of the version of a secret, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_days: Option<u32>,
    name: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    non_empty: bool,
    #[serde(rename = "secrets", skip_serializing_if = "std::ops::Not::not")]
    secrets_only: bool,
}

fn is_all(sources: &SourceSet) -> bool {
    *sources == SourceSet::ALL
}

fn is_empty(sources: &SourceSet) -> bool {
    sources.is_empty()
}

impl Policy {
    /// No rules.
    pub fn new() -> Self {
        Policy::default()
    }

    /// What a production system should keep to: no secret from an env file or from a default, and no empty one.
    pub fn production() -> Self {
        let mut rule = Rule::new("secrets-outside-files");
        rule.secrets_only = true;
        rule.deny = SourceSet::of(&[Source::FileEnv, Source::File, Source::SchemaDefault]);
        Policy { rules: vec![rule] }.no_empty_secrets()
    }

    /// A secret that is set must not be empty.
    #[must_use]
    pub fn no_empty_secrets(self) -> Self {
        let mut rule = Rule::new("no-empty-secrets");
        rule.secrets_only = true;
        rule.non_empty = true;
        self.with(rule)
    }

    /// The version of a secret under one of these keys must not be older than that, by the store's own dates and the time of
    /// the load. `*` in a key stands for any text. A value whose store says no date is not judged.
    #[must_use]
    pub fn max_age<K: Into<String>>(self, keys: impl IntoIterator<Item = K>, days: u32) -> Self {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        if keys.is_empty() {
            return self;
        }
        let mut rule = Rule::new("max-age");
        rule.keys = Some(keys);
        rule.max_age_days = Some(days);
        self.with(rule)
    }

    /// Secrets may come from these sources alone.
    #[must_use]
    pub fn secrets_only_from(self, sources: impl IntoIterator<Item = Source>) -> Self {
        let mut rule = Rule::new("secrets-only-from");
        rule.secrets_only = true;
        rule.allow = sources.into_iter().collect();
        self.with(rule)
    }

    /// These keys must be set: their defaults do not count. `*` in a key stands for any text. A key that the
    /// configuration does not have breaks the rule: it is probably misspelt.
    #[must_use]
    pub fn no_default_for<K: Into<String>>(self, keys: impl IntoIterator<Item = K>) -> Self {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        if keys.is_empty() {
            return self;
        }
        let mut rule = Rule::new("no-default");
        rule.keys = Some(keys);
        rule.deny = SourceSet::of(&[Source::SchemaDefault]);
        self.with(rule)
    }

    /// This key must come from one of these sources. `*` in it stands for any text.
    #[must_use]
    pub fn require_source(
        self,
        key: impl Into<String>,
        sources: impl IntoIterator<Item = Source>,
    ) -> Self {
        let mut rule = Rule::new("required-source");
        rule.keys = Some(vec![key.into()]);
        rule.allow = sources.into_iter().collect();
        self.with(rule)
    }

    /// Nothing may come from this source.
    #[must_use]
    pub fn forbid_source(self, source: Source) -> Self {
        let mut rule = Rule::new("forbidden-source");
        rule.deny = SourceSet::of(&[source]);
        self.with(rule)
    }

    /// The rule added last holds in this environment alone; called again, in that one too. Upper and lower case are the same,
    /// and so are `prod` and `production`.
    ///
    /// # Panics
    ///
    /// When there is no rule yet.
    #[must_use]
    pub fn only_in(mut self, environment: impl Into<String>) -> Self {
        let Some(rule) = self.rules.last_mut() else {
            panic!("`only_in` narrows the rule before it, and there is none")
        };
        rule.environments.get_or_insert_default().push(environment.into());
        self
    }

    /// The rules of both.
    #[must_use]
    pub fn and(mut self, other: Policy) -> Self {
        self.rules.extend(other.rules);
        self
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Reads rules written as data: an object with an array `rules`. A rule is an object with `allow` or `deny` (arrays of
    /// source names), `non_empty` or `max_age_days`, and optionally `name`, `keys` (`*` stands for any text), `secrets` and `environments`.
    ///
    /// # Errors
    ///
    /// When the text is not such JSON. A member that is unknown or given twice, and an empty list of keys or environments, is an
    /// error: such a rule would have no effect.
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        let value = strict_json::parse(text).map_err(PolicyError::new)?;
        read_policy(&value).map_err(PolicyError::new)
    }

    /// The rules as [`from_json`](Self::from_json) reads them.
    pub fn to_json(&self) -> String {
        json::compact(self)
    }

    pub(crate) fn check<'a>(
        &self,
        entries: impl Iterator<Item = &'a AuditEntry>,
        environment: Option<&str>,
    ) -> Result<(), PolicyViolations> {
        let holds = |rule: &&Rule| match &rule.environments {
            None => true,
            Some(only) => environment
                .is_some_and(|name| only.iter().any(|only| is_same_environment(only, name))),
        };
        let rules: Vec<&Rule> = self.rules.iter().filter(holds).collect();
        let violations: Vec<PolicyViolation> = entries
            .flat_map(|entry| rules.iter().filter_map(|rule| rule.broken_by(entry)))
            .collect();
        PolicyViolations::result_of(violations)
    }

    /// The keys of rules that the table does not have, whatever the environment is.
    pub(crate) fn unknown_keys(&self, table: &'static Table) -> Vec<PolicyViolation> {
        let is_known = |pattern: &str| table.leaves.iter().any(|leaf| matches(pattern, leaf.key()));
        let mut unknown = Vec::new();
        for rule in &self.rules {
            for pattern in rule.keys.iter().flatten().filter(|pattern| !is_known(pattern)) {
                let meant = || meant(pattern, table).map(|meant| meant.name);
                let meant = table.find(pattern.as_bytes()).or_else(meant);
                let entry = AuditEntry { key: pattern.clone().into(), unset: true, ..BLANK };
                unknown.push(PolicyViolation {
                    rule: rule.name.clone(),
                    entry,
                    wanted: Wanted::KnownKey {
                        config: table.schema.name,
                        meant: meant.map(|name| table.leaves[usize::from(name.leaf)].key()),
                    },
                });
            }
        }
        unknown
    }

    fn with(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}

impl Rule {
    fn new(name: &str) -> Self {
        Rule {
            name: name.to_owned(),
            keys: None,
            secrets_only: false,
            non_empty: false,
            max_age_days: None,
            environments: None,
            allow: SourceSet::ALL,
            deny: SourceSet::EMPTY,
        }
    }

    fn broken_by(&self, entry: &AuditEntry) -> Option<PolicyViolation> {
        let keys = self.keys.as_deref();
        let about = keys.is_none_or(|keys| keys.iter().any(|key| matches(key, &entry.key)));
        // An optional secret that is not set came from nowhere. A rule that names its key wants it all the same.
        let exempt = entry.unset && (keys.is_none() || self.max_age_days.is_some());
        let too_old = self.max_age_days.zip(age_in_days(entry)).filter(|(most, age)| age > most);
        let kept = too_old.is_none()
            && self.allow.contains(entry.source)
            && !self.deny.contains(entry.source)
            && !(self.non_empty && entry.empty);
        if !about || exempt || kept || (self.secrets_only && !entry.masked) {
            return None;
        }
        Some(PolicyViolation {
            rule: self.name.clone(),
            entry: entry.clone(),
            wanted: Wanted::Other(match (too_old, self.non_empty && entry.empty) {
                (Some((most, age)), _) => {
                    format!("a version that is at most {most} days old; this one is {age}")
                }
                (None, true) => "a value that is not empty".to_owned(),
                (None, false) => self.wanted(),
            }),
        })
    }

    fn wanted(&self) -> String {
        let any_of = |sources: SourceSet| {
            let names: Vec<String> = sources.iter().map(|source| format!("`{source}`")).collect();
            match names.as_slice() {
                [] => "nowhere".to_owned(),
                [only] => only.clone(),
                [first @ .., last] => format!("{} or {last}", first.join(", ")),
            }
        };
        if self.allow == SourceSet::ALL {
            format!("a value from anywhere but {}", any_of(self.deny))
        } else {
            let allowed = self.allow.iter().filter(|source| !self.deny.contains(*source));
            format!("a value from {}", any_of(allowed.collect()))
        }
    }
}

/// How old the version of a secret was when it was loaded, in whole days that have begun.
fn age_in_days(entry: &AuditEntry) -> Option<u32> {
    const DAY: i64 = 24 * 3600;
    let created = entry.location.as_ref()?.details()?.created?;
    let seconds = (entry.timestamp - created).num_seconds().max(0);
    Some(u32::try_from((seconds + DAY - 1) / DAY).unwrap_or(u32::MAX))
}

/// Whether the pattern, in which `*` stands for any text, matches the key.
pub(crate) fn matches(pattern: &str, key: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == key };
    let Some(mut key) = key.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    // The first place of each part leaves most for the next.
    for part in middle.split('*') {
        let Some(at) = key.find(part) else { return false };
        key = &key[at + part.len()..];
    }
    key.ends_with(end)
}

fn read_policy(value: &Value) -> Result<Policy, String> {
    let Some(Value::Array(rules)) = value.get("rules") else {
        return Err("an object with an array `rules` is expected".to_owned());
    };
    known_members(value, &["rules"])?;
    let rules = rules
        .iter()
        .enumerate()
        .map(|(at, rule)| read_rule(rule).map_err(|message| format!("rule {}: {message}", at + 1)));
    Ok(Policy { rules: rules.collect::<Result<_, _>>()? })
}

fn read_rule(value: &Value) -> Result<Rule, String> {
    known_members(
        value,
        &["name", "keys", "secrets", "environments", "allow", "deny", "non_empty", "max_age_days"],
    )?;
    let mut rule = Rule::new("rule");
    if let Some(name) = value.get("name") {
        name.as_str().ok_or("`name` must be text")?.clone_into(&mut rule.name);
    }
    if let Some(secrets) = value.get("secrets") {
        rule.secrets_only = secrets.as_bool().ok_or("`secrets` must be true or false")?;
    }
    if let Some(non_empty) = value.get("non_empty") {
        rule.non_empty = non_empty.as_bool().ok_or("`non_empty` must be true or false")?;
    }
    if let Some(days) = value.get("max_age_days") {
        let days = days.as_u64().and_then(|days| u32::try_from(days).ok());
        rule.max_age_days = Some(days.ok_or("`max_age_days` must be a number of days")?);
    }
    rule.keys = some_texts(value, "keys")?;
    rule.environments = some_texts(value, "environments")?;
    let allow = sources(value, "allow")?;
    let deny = sources(value, "deny")?;
    if allow.is_none()
        && deny.is_none_or(SourceSet::is_empty)
        && !rule.non_empty
        && rule.max_age_days.is_none()
    {
        return Err("it has no effect; give it `allow` or `deny`".to_owned());
    }
    rule.allow = allow.unwrap_or(SourceSet::ALL);
    rule.deny = deny.unwrap_or(SourceSet::EMPTY);
    Ok(rule)
}

fn known_members(value: &Value, known: &[&str]) -> Result<(), String> {
    let Value::Object(members) = value else { return Err("an object is expected".to_owned()) };
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("`{name}` is not one of {}", known.join(", "))),
        None => Ok(()),
    }
}

/// Texts, of which there has to be one, and none of them empty.
fn some_texts(value: &Value, name: &str) -> Result<Option<Vec<String>>, String> {
    match texts(value, name)? {
        Some(texts) if texts.is_empty() => {
            Err(format!("`{name}` is empty, so that the rule has no effect; leave it out"))
        }
        Some(texts) if texts.iter().any(|text| text.trim().is_empty()) => {
            Err(format!("`{name}` has an empty text"))
        }
        texts => Ok(texts),
    }
}

fn texts(value: &Value, name: &str) -> Result<Option<Vec<String>>, String> {
    let Some(value) = value.get(name) else { return Ok(None) };
    let texts = value.as_array().and_then(|texts| {
        texts.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
    });
    texts.map(Some).ok_or_else(|| format!("`{name}` must be an array of texts"))
}

fn sources(value: &Value, name: &str) -> Result<Option<SourceSet>, String> {
    let Some(names) = texts(value, name)? else { return Ok(None) };
    let sources = names
        .iter()
        .map(|source| source.parse::<Source>().map_err(|error| format!("`{name}`: {error}")));
    sources.collect::<Result<_, _>>().map(Some)
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let StrictValue(value) = StrictValue::deserialize(deserializer)?;
        read_policy(&value).map_err(|message| D::Error::custom(one_line(&message)))
    }
}

/// Why a text is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a policy: {0}")]
pub struct PolicyError(String);

impl PolicyError {
    fn new(message: String) -> Self {
        PolicyError(one_line(&message).into_owned())
    }
}

/// A rule that a value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyViolation {
    rule: String,
    entry: AuditEntry,
    wanted: Wanted,
}

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A key of the configuration.
    KnownKey { config: &'static str, meant: Option<&'static str> },
    /// In words.
    Other(String),
}

impl PolicyViolation {
    /// The name of the rule.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The value's provenance. It is blank but for its key where the configuration does not have the key that the rule names.
    pub fn entry(&self) -> &AuditEntry {
        &self.entry
    }
}

impl fmt::Display for PolicyViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PolicyViolation { rule, entry, wanted } = self;
        let (rule, key) = (one_line(rule), one_line(&entry.key));
        let wanted = match wanted {
            Wanted::Other(wanted) => wanted,
            Wanted::KnownKey { config, meant } => {
                write!(f, "the rule `{rule}` names {key}, which {config} does not have")?;
                return meant.map_or(Ok(()), |meant| write!(f, "; did you mean {meant}?"));
            }
        };
        match (entry.unset, &entry.location) {
            (true, _) => write!(f, "{key} is not set")?,
            (false, None) => write!(f, "{key} comes from {}", entry.source)?,
            (false, Some(location)) => {
                let location = location.to_string();
                write!(f, "{key} comes from {} ({})", entry.source, one_line(&location))?;
            }
        }
        write!(f, "; the rule `{rule}` wants {wanted}")
    }
}

/// Every rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyViolations(Vec<PolicyViolation>);

impl PolicyViolations {
    /// The violations, by key in the order of declaration.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &PolicyViolation> {
        self.0.iter()
    }

    /// Nothing, or these violations.
    pub(crate) fn result_of(violations: Vec<PolicyViolation>) -> Result<(), Self> {
        if violations.is_empty() { Ok(()) } else { Err(PolicyViolations(violations)) }
    }

    /// These and further violations.
    pub(crate) fn and(mut self, more: Vec<PolicyViolation>) -> Self {
        self.0.extend(more);
        self
    }

    pub(crate) fn into_problems(self) -> impl Iterator<Item = Problem> {
        self.0.into_iter().map(|violation| {
            let PolicyViolation { rule, entry, wanted } = violation;
            let wanted = match wanted {
                Wanted::Other(wanted) => wanted,
                Wanted::KnownKey { config, meant } => {
                    let message = format!("the rule `{rule}` of the policy names {}", entry.key);
                    let problem = Problem::new(ProblemKind::Policy, message)
                        .reason(format!("{config} has no such key"));
                    return match meant {
                        Some(meant) => problem.hint(format!("did you mean {meant}?")),
                        None => problem.hint("correct the key, or remove it from the rule"),
                    };
                }
            };
            let message = format!("{} breaks the rule `{rule}` of the policy", entry.key);
            let problem = Problem::new(ProblemKind::Policy, message).key_named(entry.key);
            let mut problem = match entry.unset {
                true => problem.reason("it is not set"),
                false => problem.at(entry.source, entry.location),
            };
            problem.expected = Some(wanted);
            problem
        })
    }
}

impl fmt::Display for PolicyViolations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for violation in &self.0 {
            writeln!(f, "{violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyViolations {}
