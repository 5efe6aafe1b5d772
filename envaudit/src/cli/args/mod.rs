//! The arguments that several commands share.

pub(crate) mod actor;
pub(crate) mod filter;
mod index;
pub(crate) mod names;
pub(crate) mod time;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

pub(crate) use self::index::IndexArgs;

/// The source of the keys, for a program that does not have the struct.
#[derive(Args)]
#[command(next_help_heading = "Where the keys come from")]
pub(crate) struct SchemaArgs {
    /// The keys as `AppConfig::schema_json()` gives them [default: envaudit.schema.json, if there is one]
    #[arg(id = "envaudit.schema", long = "schema", value_name = "FILE", global = true)]
    pub(crate) schema: Option<PathBuf>,
    /// A compiled program that has `envaudit::embed!(AppConfig)`; no code of it is run
    #[arg(id = "envaudit.bin", long = "bin", value_name = "PATH", global = true)]
    #[arg(conflicts_with = "envaudit.schema")]
    pub(crate) bin: Option<PathBuf>,
    /// The struct, if the program has embedded several
    #[arg(id = "envaudit.struct", long = "struct", value_name = "NAME", global = true)]
    pub(crate) name: Option<String>,
}

/// The arguments of every command. Their ids have a prefix, so that they never clash with those of a program that mounts the
/// commands.
#[derive(Args, Default)]
#[command(next_help_heading = "Where the values come from")]
pub(crate) struct Globals {
    /// The environment, such as `prod`: `.env.prod` is read in addition to `.env` [default: $ENVAUDIT_ENV]
    #[arg(id = "envaudit.env", long = "env", value_name = "NAME", global = true)]
    pub(crate) environment: Option<String>,
    /// The folder of the `.env` files [default: the current one]
    #[arg(id = "envaudit.dir", long = "dir", value_name = "DIR", global = true)]
    pub(crate) dir: Option<PathBuf>,
    /// A file to read instead of `.env`; repeatable, later ones win
    #[arg(id = "envaudit.env-file", long = "env-file", value_name = "FILE", global = true)]
    pub(crate) env_files: Vec<PathBuf>,
    /// The folder of Docker secrets [default: /run/secrets]
    #[arg(id = "envaudit.docker", long = "docker-secrets", value_name = "DIR", global = true)]
    pub(crate) docker: Vec<PathBuf>,
    /// The folder of Kubernetes secrets [default: /etc/secrets]
    #[arg(id = "envaudit.k8s", long = "k8s-secrets", value_name = "DIR", global = true)]
    pub(crate) k8s: Vec<PathBuf>,
    /// A store of secrets, such as `vault://host:8200/secret/app`; repeatable [default: $ENVAUDIT_SOURCES]
    #[arg(id = "envaudit.source", long = "source", value_name = "URL", global = true)]
    pub(crate) sources: Vec<String>,
    /// Without a schema: variables of the environment with this prefix are keys too
    #[arg(id = "envaudit.prefix", long = "prefix", value_name = "PREFIX", global = true)]
    pub(crate) prefix: Option<String>,
    /// Asks no source outside of this machine
    #[arg(id = "envaudit.ci", long = "ci", global = true)]
    pub(crate) ci: bool,
    /// Rules about where values may come from: a file, or `production`
    #[arg(id = "envaudit.policy", long = "policy", value_name = "FILE|production", global = true)]
    pub(crate) policy: Option<OsString>,
    /// The ledger's folder [default: $ENVAUDIT_LEDGER, else .envaudit]
    #[arg(id = "envaudit.ledger", long = "ledger", value_name = "DIR", global = true)]
    pub(crate) ledger: Option<PathBuf>,
    /// How long to wait while another process writes to the ledger; `0` does not wait [default: 30s]
    #[arg(
        id = "envaudit.lock-timeout",
        long = "lock-timeout",
        value_name = "DURATION",
        global = true
    )]
    #[arg(value_parser = time::parse_duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// The format of the answer
    #[arg(id = "envaudit.format", long = "format", value_name = "FORMAT", global = true)]
    #[arg(value_parser = formats(&["table", "json"]), help_heading = "How the answer looks")]
    pub(crate) format: Option<Format>,
    /// Short for `--format json`
    #[arg(id = "envaudit.json", long = "json", global = true)]
    #[arg(conflicts_with = "envaudit.format", help_heading = "How the answer looks")]
    pub(crate) json: bool,
}

impl Globals {
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format.unwrap_or(Format::Table) }
    }
}

/// The arguments that a program that mounts the commands does not have.
#[derive(Args, Clone, Copy, Default)]
#[command(next_help_heading = "How the answer looks")]
pub(crate) struct Presentation {
    /// When to use colours; `auto` asks the terminal and $NO_COLOR
    #[arg(id = "envaudit.color", long = "color", value_name = "WHEN", global = true)]
    #[arg(value_enum, default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Writes only the answer and errors
    #[arg(id = "envaudit.quiet", short = 'q', long = "quiet", global = true)]
    pub(crate) quiet: bool,
    /// Writes more details
    #[arg(id = "envaudit.verbose", short = 'v', long = "verbose", global = true)]
    #[arg(conflicts_with = "envaudit.quiet")]
    pub(crate) verbose: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// The formats of all commands. A command with other formats than `table` and `json` declares an argument with the same id
/// `envaudit.format`, which replaces the global one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
    Ocsf,
    Cef,
    Html,
}

impl Format {
    const NAMED: [(&str, Format); 7] = [
        ("table", Format::Table),
        ("json", Format::Json),
        ("jsonl", Format::Jsonl),
        ("csv", Format::Csv),
        ("ocsf", Format::Ocsf),
        ("cef", Format::Cef),
        ("html", Format::Html),
    ];
}

/// Parses these formats.
pub(crate) fn formats(names: &'static [&'static str]) -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(names).map(|name| {
        let named = Format::NAMED.iter().find(|(known, _)| *known == name);
        named.map_or(Format::Table, |(_, format)| *format)
    })
}
