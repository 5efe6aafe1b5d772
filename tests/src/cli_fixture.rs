//! A service as the command sees it: an `.env` file, a schema, a ledger and its key.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use envaudit::ledger::{Context, Ledger, LedgerOptions, MasterKey};
use envaudit::{EnvConfig, SecretString};
use serde_json::Value;

use crate::Files;
use crate::command::{Envaudit, envaudit};

/// The key of the ledger, as a variable has it.
pub const KEY: &str = "9f3c51d2a7e84b06c1f95d3e7a2b8c4d60e1f7a3b5c9d2e8f4061b7a3c5d9e2f";

/// `record`, with who and why.
pub const RECORD: [&str; 5] = ["record", "--actor", "ada", "--reason", "OPS-42"];

/// What the command is told by a schema, and never made.
#[derive(EnvConfig)]
#[allow(dead_code, reason = "only its schema is read")]
pub struct Checkout {
    port: u16,
    region: Option<String>,
    api_key: Option<SecretString>,
    #[env(default = 3)]
    retries: u8,
}

/// A folder with a schema, an `.env` file and a ledger.
pub struct CliFixture {
    /// The folder.
    pub files: Files,
    schema: PathBuf,
}

impl CliFixture {
    /// With this `.env` and a new ledger.
    pub fn new(env_file: &str) -> Self {
        let fixture = CliFixture::without_ledger(env_file);
        fixture.run(&["ledger", "init"]).run().ends_with(0);
        fixture
    }

    /// With this `.env` alone.
    pub fn without_ledger(env_file: &str) -> Self {
        let files = Files::with(".env", env_file);
        let schema = files.write("schema.json", Checkout::schema_json());
        CliFixture { files, schema }
    }

    /// With this `.env`, and a ledger that was begun at this time, as it was open then.
    pub fn begun(env_file: &str, at: &str) -> (Self, Ledger) {
        let fixture = CliFixture::without_ledger(env_file);
        let at: DateTime<Utc> = at.parse().expect("a time");
        let options = LedgerOptions::new().key(key()).clock(move || at);
        let ledger = options.init(fixture.ledger()).expect("made");
        (fixture, ledger)
    }

    /// With this `.env`, which was recorded in 2020 and never since: the segment with the only state is old.
    pub fn unchanged_for_years(env_file: &str) -> Self {
        let (fixture, ledger) = CliFixture::begun(env_file, "2020-01-01T00:00:00Z");
        let loaded = fixture.files.loader::<Checkout>().load().expect("a configuration");
        loaded.record_in(&ledger, &Context::new().reason("first start")).expect("recorded");
        ledger.seal().expect("sealed");
        fixture
    }

    /// With the schema of another configuration.
    pub fn with_schema(self, schema: String) -> Self {
        self.files.write("schema.json", schema);
        self
    }

    /// The folder of the ledger.
    pub fn ledger(&self) -> PathBuf {
        self.files.path().join("audit")
    }

    /// The file of the first segment.
    pub fn first_segment(&self) -> PathBuf {
        self.ledger().join("00000000000000000001.jsonl")
    }

    /// The ledger, to append to it.
    pub fn open(&self) -> Ledger {
        LedgerOptions::new().key(key()).open(self.ledger()).expect("a ledger")
    }

    /// A command with all that this has, and nothing of the machine.
    pub fn run(&self, args: &[&str]) -> Envaudit {
        self.keyless(args).env("ENVAUDIT_SIGNING_KEY", KEY)
    }

    /// [`run`](Self::run), without the key.
    pub fn keyless(&self, args: &[&str]) -> Envaudit {
        let (own, others) = args.split_at(own(args));
        let command = envaudit(own.iter().copied()).dir(&self.files);
        let command = command.path("--schema", &self.schema).path("--ledger", self.ledger());
        let command = command.path("--docker-secrets", self.files.folder("docker"));
        let command = command.path("--k8s-secrets", self.files.folder("k8s"));
        command.args(others.iter().copied())
    }

    /// [`run`](Self::run) as a process of `program`, with an environment of its own.
    pub fn process(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("ENVAUDIT_SIGNING_KEY", KEY);
        let own = own(args);
        command.args(&args[..own]).arg("--dir").arg(self.files.path());
        command.arg("--schema").arg(&self.schema).arg("--ledger").arg(self.ledger());
        command.args(&args[own..]).stdin(Stdio::null());
        command
    }

    /// Records the configuration, and gives what `record` says of it.
    pub fn record(&self) -> Value {
        self.run(&RECORD).args(["--json"]).run().ends_with(0).json()
    }

    /// What `plan` says.
    pub fn plan(&self) -> Value {
        self.run(&["plan", "--json"]).run().ends_with(0).json()
    }

    /// The newest event.
    pub fn last_event(&self) -> Value {
        let log = self.run(&["log", "--json", "--limit", "1"]).run().ends_with(0);
        serde_json::from_str(&log.out).expect("JSON")
    }
}

/// How many of the arguments are the command's own: what follows `--` are those of somebody else.
fn own(args: &[&str]) -> usize {
    args.iter().position(|arg| *arg == "--").unwrap_or(args.len())
}

fn key() -> MasterKey {
    MasterKey::from_hex(KEY).expect("a key")
}

/// A shell with the environment of a command, for a script that runs it as `"$@"`.
pub fn shell(script: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(Stdio::null());
    shell
}

/// Changes a file, however it is guarded.
pub fn tamper(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).expect("it can be read");
    std::fs::remove_file(path).expect("it can be removed");
    std::fs::write(path, change(text)).expect("it can be written");
}
