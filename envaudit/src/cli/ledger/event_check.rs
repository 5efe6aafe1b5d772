//! Whether the events that a command shows are those that the ledger recorded: checked if a key is at hand.

use std::path::{Path, PathBuf};

use clap::Args;

use super::key_file::read_key_text;
use super::open::RetiredKeys;
use super::read::StoredLedger;
use crate::cli::error::{CliError, with_causes};
use crate::cli::invocation::Invocation;
use crate::cli::output::counted;
use crate::ledger::format::Line;
use crate::ledger::keys::{ChainKeys, EventHash};
use crate::ledger::verify::{LineCheck, LineFault};

/// At most this many events are named, the others are counted.
const NAMED: u64 = 20;

/// Keys to check events with, besides the ledger's own.
#[derive(Args, Default)]
pub(crate) struct EventKeyArgs {
    /// The file from `envaudit ledger chain-key`, with the keys to check the text of events: used instead of the ledger's key
    #[arg(long, value_name = "FILE", conflicts_with = "retired")]
    pub(crate) chain_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) retired: RetiredKeys,
}

/// The chain keys in a file.
pub(crate) fn chain_keys_in(path: &Path) -> Result<ChainKeys, CliError> {
    // A line for each rotation.
    let text = read_key_text(path, 64 << 10)?;
    ChainKeys::parse(&text)
        .map_err(|error| CliError::usage(format!("{}: {}", path.display(), with_causes(&error))))
}

/// The check of the events of one answer.
pub(crate) struct EventCheck {
    /// `None` without a key: then nothing is checked.
    check: Option<LineCheck>,
    /// Whether the command shows every event, so that none may be missing between two of them.
    shows_all: bool,
    last: Option<(u64, EventHash)>,
    unsound: u64,
    unchecked: u64,
}

impl Invocation<'_> {
    /// The check of single events, if a key is at hand.
    pub(crate) fn line_check(
        &mut self,
        stored: &StoredLedger,
        args: &EventKeyArgs,
    ) -> Result<Option<LineCheck>, CliError> {
        let check = match &args.chain_key {
            Some(path) => Some(LineCheck::new(&chain_keys_in(path)?)),
            None => match self.ledger_keys(stored, &args.retired) {
                Ok(keys) => keys.ring.map(|ring| LineCheck::new(&ring)),
                // The events can be read without the key.
                Err(error) => {
                    let why = error.message.unwrap_or_default();
                    self.out.warn(&format!("the events are not checked: {why}"));
                    None
                }
            },
        };
        let ledger_id = stored.ledger_id();
        Ok(check.map(|check| ledger_id.into_iter().fold(check, LineCheck::ledger_id)))
    }
}

impl EventCheck {
    /// `shows_all` says that the command leaves no event out.
    pub(crate) fn new(check: Option<LineCheck>, shows_all: bool) -> Self {
        EventCheck { check, shows_all, last: None, unsound: 0, unchecked: 0 }
    }

    /// Checks the next event that is shown, and says if something is wrong with it. Returns whether it is sound, as far as is
    /// known.
    pub(crate) fn is_sound(&mut self, invocation: &mut Invocation<'_>, line: &Line<'_>) -> bool {
        let Some(check) = &self.check else { return true };
        let fault = check.fault(line);
        let last = self.last.replace((line.seq, line.event_hash));
        let place = last.and_then(|(seq, hash)| self.out_of_place(line, seq, &hash));
        let sound = self.note(invocation, line.seq, fault);
        match place.filter(|_| sound) {
            Some(place) => {
                self.tell(invocation, line.seq, &place);
                false
            }
            None => sound,
        }
    }

    /// What is wrong with the place of an event after another one.
    fn out_of_place(&self, line: &Line<'_>, last: u64, hash: &EventHash) -> Option<String> {
        let next = last + 1;
        match line.seq {
            seq if seq == next && line.previous_hash != *hash => {
                Some(format!("it does not follow event {last}, which is before it"))
            }
            seq if seq < next => Some(format!("it comes after event {last}")),
            seq if seq > next && self.shows_all => {
                Some(format!("event {next}, which is before it, is missing"))
            }
            _ => None,
        }
    }

    /// Takes note of a fault of an event, and says it. Returns whether the event is sound, as far as is known.
    pub(crate) fn note(
        &mut self,
        invocation: &mut Invocation<'_>,
        seq: u64,
        fault: Option<LineFault>,
    ) -> bool {
        match fault {
            None => true,
            Some(fault) if !fault.is_certain() => {
                self.unchecked += 1;
                true
            }
            Some(fault) => {
                self.tell(invocation, seq, &fault.to_string());
                false
            }
        }
    }

    fn tell(&mut self, invocation: &mut Invocation<'_>, seq: u64, why: &str) {
        self.unsound += 1;
        if self.unsound <= NAMED {
            invocation.out.warn(&format!("event {seq} is not sound: {why}"));
        }
    }

    /// Ends the command with what was found, beside an end that it had already.
    pub(crate) fn end(
        self,
        invocation: &mut Invocation<'_>,
        other: Result<(), CliError>,
    ) -> Result<(), CliError> {
        if self.unchecked > 0 {
            let events = counted(self.unchecked, "event");
            invocation.out.note(&format!(
                "not checked: {events} with keys that were not given; `--retired-key FILE` or `--chain-key FILE` gives them"
            ));
        }
        if self.unsound == 0 {
            return other;
        }
        let more = other.err().and_then(|error| error.message);
        let is = if self.unsound == 1 { "is" } else { "are" };
        let count = format!("{} {is} not sound", counted(self.unsound, "event"));
        let message = more.into_iter().fold(count, |message, more| format!("{message}; {more}"));
        Err(CliError { message: Some(message), ..CliError::finding() }
            .hint("`envaudit verify` says what is wrong with the ledger"))
    }
}

/// The mark of an event that is not sound, after a text in its row.
pub(crate) fn marked(text: &str) -> String {
    format!("{text}, NOT SOUND")
}
