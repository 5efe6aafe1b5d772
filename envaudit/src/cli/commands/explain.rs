//! `envaudit explain`: every source that is asked for one variable.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::error::{CliError, code};
use crate::cli::invocation::Invocation;
use crate::cli::output::{Cell, Output, Table, Tone};
use crate::error::{Problem, ProblemKind};
use crate::load::{Has, Outcome, Role, Step, explain};
use crate::schema::nearest::nearest;
use crate::schema::table::Table as Keys;
use crate::schema::{DefaultText, KeyRequest, expected};
use crate::sources::{Source, SourceSet};

/// Shows which sources are asked for one variable, what each of them answers, and which one wins
#[derive(Args)]
#[command(after_help = "Example:\n  envaudit explain APP_DB_PASSWORD --env prod")]
pub(crate) struct Explain {
    /// The variable, or an alias of it
    #[arg(value_name = "KEY")]
    key: String,
}

pub(super) fn run(args: &Explain, invocation: &mut Invocation<'_>) -> Result<(), CliError> {
    let subject = invocation.subject()?.including(&args.key, invocation)?;
    let request = find(subject.table(), &args.key)?;
    let mut settings = invocation.settings();
    settings.policy = invocation.policy()?;
    let mut steps = explain(&settings, subject.table(), request);
    let loaded = subject.load(settings);
    if let Ok(loaded) = &loaded
        && loaded.audit().get(request.key()).is_some_and(|entry| entry.unset)
    {
        leave_out(&mut steps);
    }
    let problems = loaded.as_ref().map_or_else(|error| error.problems(), |_| &[]);
    let is_of_a_provider =
        |problem: &Problem| problem.kind() == ProblemKind::Provider && problem.key().is_none();
    let own =
        |problem: &&Problem| problem.key() == Some(request.key()) || is_of_a_provider(problem);
    let problems: Vec<&Problem> = problems.iter().filter(own).collect();
    let explanation = Explanation {
        request,
        steps: &steps,
        problems: &problems,
        has_schema: subject.has_schema(),
    };
    match invocation.out.is_json() {
        true => invocation.out.json(&explanation.json())?,
        false => explanation.write(&mut invocation.out)?,
    }
    match problems.iter().any(|problem| problem.kind() == ProblemKind::Provider) {
        true => Err(CliError::exit(code::UNAVAILABLE)),
        false if problems.is_empty() => Ok(()),
        false => Err(CliError::finding()),
    }
}

fn find(table: &'static Keys, key: &str) -> Result<&'static KeyRequest, CliError> {
    if let Some(name) = table.find(key.as_bytes()) {
        return Ok(&table.leaves[usize::from(name.leaf)]);
    }
    let failure = CliError::usage(match table.leaves.is_empty() {
        true => format!("{key} is unknown: there are no variables"),
        false => format!("{key} is unknown"),
    });
    Err(match nearest(key, table.texts()) {
        Some(near) => failure.hint(format!("did you mean {near}?")),
        None => {
            failure.hint("`envaudit audit` lists the variables; `--schema` or `--bin` names them")
        }
    })
}

/// Marks the default of a variable as not used, because its optional struct is left out.
fn leave_out(steps: &mut [Step]) {
    for step in steps {
        if matches!(&step.outcome, Outcome::Has(has) if has.role == Role::Wins) {
            step.outcome = Outcome::NotAsked("no variable of its optional struct is set");
        }
    }
}

struct Explanation<'t> {
    request: &'static KeyRequest,
    steps: &'t [Step],
    problems: &'t [&'t Problem],
    has_schema: bool,
}

impl Explanation<'_> {
    fn winner(&self) -> Option<(&Step, &Has)> {
        self.with_role(Role::Wins).next()
    }

    fn with_role(&self, role: Role) -> impl Iterator<Item = (&Step, &Has)> {
        self.steps.iter().filter_map(move |step| match &step.outcome {
            Outcome::Has(has) if has.role == role => Some((step, has)),
            _ => None,
        })
    }

    fn overlooked(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| step.overlooked.as_deref())
    }

    fn write(&self, out: &mut Output<'_>) -> Result<(), CliError> {
        self.write_about(out)?;
        out.line(&[])?;
        let mut table = Table::new(["", "SOURCE", "WHERE", "ANSWER"]);
        for step in self.steps {
            table.row(self.row(step));
        }
        out.table(&table)?;
        out.line(&[])?;
        self.write_end(out)?;
        // A problem has it as its hint.
        for overlooked in self.overlooked().filter(|_| self.problems.is_empty()) {
            out.line(&[Cell::plain(overlooked)])?;
        }
        for problem in self.problems {
            out.line(&[])?;
            super::problem(out, "", problem)?;
        }
        Ok(())
    }

    /// Writes what the variable is.
    fn write_about(&self, out: &mut Output<'_>) -> Result<(), CliError> {
        let request = self.request;
        let mut head = vec![Cell::toned(Tone::Heading, request.key())];
        if self.has_schema {
            head.push(Cell::plain(format!(": {}", expected(request))));
        } else if request.is_secret() {
            head.push(Cell::plain(": treated as a secret"));
        }
        out.line(&head)?;
        for line in request.field.docs.lines() {
            out.line(&[Cell::toned(Tone::Faint, line.trim())])?;
        }
        let deprecated: Vec<&str> = request.deprecated_names().collect();
        let aliases: Vec<String> = request
            .names()
            .skip(1)
            .map(|name| match deprecated.contains(&name) {
                true => format!("{name} (deprecated)"),
                false => name.to_owned(),
            })
            .collect();
        if !aliases.is_empty() {
            out.line(&[Cell::plain(format!("also read as {}", aliases.join(", ")))])?;
        }
        if request.sources() != SourceSet::ALL {
            out.line(&[Cell::plain(format!("only from: {}", request.sources()))])?;
        }
        Ok(())
    }

    fn row(&self, step: &Step) -> Vec<Cell> {
        let (mark, tone, answer) = match &step.outcome {
            Outcome::NotAsked(why) => ("", Tone::Faint, format!("not asked: {why}")),
            Outcome::Failed(error) => ("", Tone::Bad, format!("asked, failed: {error}")),
            Outcome::Absent if step.source == Source::SchemaDefault => {
                ("", Tone::Faint, self.without_default().to_owned())
            }
            Outcome::Absent => ("", Tone::Faint, "asked, does not have it".to_owned()),
            Outcome::Has(has) => {
                let (mark, tone, answer) = match has.role {
                    Role::Wins => ("->", Tone::Good, "has it, and wins".to_owned()),
                    Role::Shadowed => ("", Tone::Warning, "has it, and is shadowed".to_owned()),
                    Role::NotAllowed => {
                        ("", Tone::Bad, "has it, but is not allowed to supply it".to_owned())
                    }
                };
                let found_as = has.found_as.map(|name| format!(" (as {name})"));
                (mark, tone, answer + &found_as.unwrap_or_default())
            }
        };
        vec![
            Cell::toned(tone, mark),
            Cell::toned(tone, step.source.name()),
            Cell::plain(self.place(step)),
            Cell::toned(tone, answer),
        ]
    }

    fn without_default(&self) -> &'static str {
        if self.request.field.optional { "no default; it is left empty" } else { "no default" }
    }

    fn place(&self, step: &Step) -> String {
        let location = match &step.outcome {
            Outcome::Has(has) => has.location.as_ref(),
            _ => None,
        };
        match (location, &step.place, step.source) {
            (Some(location), ..) => location.to_string(),
            (None, Some(place), _) => place.clone(),
            (None, None, Source::System) => "the process environment".to_owned(),
            (None, None, Source::SchemaDefault) => self.default().unwrap_or_default(),
            (None, None, _) => String::new(),
        }
    }

    fn default(&self) -> Option<String> {
        self.request.field.default.filter(|_| !self.request.is_secret()).map(
            |default| match default {
                DefaultText::Value(text) => format!("`{text}`"),
                DefaultText::Expression(text) => text.to_owned(),
            },
        )
    }

    /// Writes the answer in one line.
    fn write_end(&self, out: &mut Output<'_>) -> Result<(), CliError> {
        let key = self.request.key();
        let Some((step, _)) = self.winner() else {
            let text = match self.request.field.optional {
                true => format!("{key} is not set; it is optional"),
                false => format!("{key} has no value"),
            };
            return out.line(&[Cell::plain(text)]);
        };
        let shown = |step: &Step| match self.place(step) {
            place if place.is_empty() => step.source.to_string(),
            place => format!("{} ({place})", step.source),
        };
        let shadowed: Vec<String> =
            self.with_role(Role::Shadowed).map(|(step, _)| shown(step)).collect();
        let mut line = vec![Cell::plain(format!("{key} comes from {}", shown(step)))];
        if !shadowed.is_empty() {
            line.push(Cell::plain(format!(", which shadows {}", shadowed.join(", "))));
        }
        out.line(&line)
    }

    fn json(&self) -> Value {
        let request = self.request;
        let place = |(step, has): (&Step, &Has)| json!({ "source": step.source, "location": has.location, "found_as": has.found_as });
        json!({
            "key": request.key(),
            "aliases": request.names().skip(1).collect::<Vec<_>>(),
            "docs": request.field.docs,
            "expected": self.has_schema.then(|| expected(request)),
            "masked": request.is_secret(),
            "sources": (request.sources() != SourceSet::ALL).then_some(request.sources()),
            "steps": self.steps.iter().map(|step| self.step(step)).collect::<Vec<_>>(),
            "winner": self.winner().map(place),
            "shadowed": self.with_role(Role::Shadowed).map(place).collect::<Vec<_>>(),
            "problems": self.problems,
        })
    }

    fn step(&self, step: &Step) -> Value {
        let (asked, answer, why, has) = match &step.outcome {
            Outcome::NotAsked(why) => (false, "not_asked", Some((*why).to_owned()), None),
            Outcome::Failed(error) => (true, "failed", Some(error.to_string()), None),
            Outcome::Absent => (true, "absent", step.overlooked.clone(), None),
            Outcome::Has(has) => {
                let answer = match has.role {
                    Role::Wins => "wins",
                    Role::Shadowed => "shadowed",
                    Role::NotAllowed => "not_allowed",
                };
                (true, answer, None, Some(has))
            }
        };
        json!({
            "source": step.source,
            "place": step.place,
            "asked": asked,
            "answer": answer,
            "reason": why,
            "location": has.and_then(|has| has.location.as_ref()),
            "found_as": has.and_then(|has| has.found_as),
        })
    }
}
