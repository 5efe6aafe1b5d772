//! Events in the formats of other tools.

mod cef;
pub(crate) mod csv;
mod jsonl;
mod ocsf;

use envaudit_redact::{is_noncharacter, is_turning};

use crate::format::line::Line;

pub use self::ocsf::OcsfVersion;

/// The format of an export: one record per line, for a spreadsheet or a SIEM.
///
/// ```
/// use envaudit_ledger::{Actor, Event, LedgerOptions, MasterKey};
/// use envaudit_ledger::export::ExportFormat;
/// use envaudit_ledger::testing::MemoryStore;
///
/// let ledger = LedgerOptions::new().key(MasterKey::from_bytes([7; 32])).init_in(MemoryStore::default())?;
/// ledger.append(&Event::new("user.created", Actor::admin("ada")).resource("user", "eve|mallory"))?;
/// let mut out = String::new();
/// for record in ledger.reader().events()?.skip(1) {
///     ExportFormat::Cef.write(&record?.line()?, &mut out);
/// }
/// assert!(out.starts_with("CEF:0|envaudit|envaudit|"));
/// assert!(out.contains("|user.created|user.created|3|"));
/// assert!(out.contains(" cs2=eve|mallory "), "a bar in an extension stands for itself");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFormat {
    /// The lines of the ledger as they are.
    Jsonl,
    /// Comma-separated values (RFC 4180), a column for each member of a line. A text that a spreadsheet could take for a
    /// formula (see <https://owasp.org/www-community/attacks/CSV_Injection>) has an apostrophe before it; control characters
    /// other than line feeds, carriage returns and tabs, those that change the direction of a text, the line breaks U+2028 and
    /// U+2029, and code points that are no characters (U+FFFE) are written as `\u001b`.
    Csv,
    /// OCSF, in a version of its schema: Device Config State Change for configurations, Base Event for others.
    Ocsf(OcsfVersion),
    /// ArcSight Common Event Format, version 0, without a syslog header. Control characters other than line feeds and carriage
    /// returns, and the others that CSV escapes, are written as `\u001b`.
    Cef,
}

/// The JSON escape of a character that a terminal, an editor or a reader of lines obeys instead of showing it: a control
/// character, a line break, one that changes the direction of the text after it, or a code point that is no character.
fn escaped(char: char) -> Option<String> {
    let is_shown = !char.is_control()
        && !is_turning(char)
        && !is_noncharacter(char)
        && !matches!(char, '\u{2028}' | '\u{2029}');
    (!is_shown).then(|| {
        char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    })
}

impl ExportFormat {
    /// The text before the first record.
    pub fn header(self) -> String {
        match self {
            ExportFormat::Csv => csv::header(),
            _ => String::new(),
        }
    }

    /// Appends one event, with its line break.
    pub fn write(self, line: &Line<'_>, out: &mut String) {
        self.write_as(true, line, out);
    }

    /// Appends one event that is not what the ledger recorded, such as a line with a wrong hash, with a mark that a reader
    /// of the record sees: `not sound:` before the hash in CSV, `"sound":false` among the unmapped members of OCSF, `cn2=0
    /// cn2Label=sound` and the highest severity in CEF. A line of JSON Lines stays as it is.
    pub fn write_unsound(self, line: &Line<'_>, out: &mut String) {
        self.write_as(false, line, out);
    }

    fn write_as(self, sound: bool, line: &Line<'_>, out: &mut String) {
        match self {
            ExportFormat::Jsonl => jsonl::write(line, out),
            ExportFormat::Csv => csv::write(line, sound, out),
            ExportFormat::Ocsf(version) => ocsf::write(line, version, sound, out),
            ExportFormat::Cef => cef::write(line, sound, out),
        }
    }
}
