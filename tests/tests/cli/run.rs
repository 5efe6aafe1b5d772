//! `run`: checked, recorded, and then the command itself, in the same process.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use envaudit::ledger::store::StoreLock;
use envaudit::ledger::{FileStore, Reader};
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::cli_fixture::{CliFixture, KEY, shell};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

#[derive(EnvConfig)]
#[allow(dead_code, reason = "only its schema is read")]
struct Checkout {
    port: u16,
    api_key: Option<SecretString>,
    #[env(default = 3)]
    retries: u8,
    #[env(default = u8::MAX)]
    most: u8,
    missing: Option<String>,
}

/// A service whose ledger has its first event alone.
struct Service(CliFixture);

impl Service {
    fn new() -> Self {
        let fixture = CliFixture::new("PORT=80\nAPI_KEY='a $ecret'\n");
        Service(fixture.with_schema(Checkout::schema_json()))
    }

    /// `envaudit run`, with the ledger and the schema, in an environment of its own.
    fn run(&self, args: &[&str]) -> Command {
        self.0.process(PROGRAM, &[&["run", "--reason", "start"], args].concat())
    }

    fn actions(&self) -> Vec<(String, String)> {
        let store = FileStore::new(self.0.ledger());
        let events = Reader::new(&store).events().expect("segments");
        let event = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).expect("JSON") };
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        events
            .map(|record| event(record.expect("a record").bytes()))
            .map(|event| (text(&event["action"]), text(&event["outcome"])))
            .collect()
    }
}

fn output(mut command: Command) -> Output {
    command.output().expect("it starts")
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn the_command_gets_what_was_resolved_and_its_exit_code_is_ours() {
    let service = Service::new();
    let script = "echo \"$PORT|$API_KEY|$RETRIES|$OWN|${MOST-unset}|${MISSING-unset}|$1\"; exit 42";
    let mut command = service.run(&["--", "sh", "-c", script, "sh", "--json"]);
    command.env("OWN", "mine").env("PORT", "443");
    let output = output(command);
    assert_eq!(text(&output.stdout), "443|a $ecret|3|mine|unset|unset|--json\n");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(42));
    assert_eq!(service.actions().last(), Some(&("config.loaded".to_owned(), "success".to_owned())));
}

#[test]
fn a_secret_in_a_file_is_given_by_its_content_and_not_by_both_names() {
    let service = Service::new();
    let secret = service.0.files.write("secret", "from a file");
    service.0.files.write(".env", "PORT=80\n");
    let script = "echo \"$API_KEY|${API_KEY_FILE-unset}\"";
    let mut command = service.run(&["--", "sh", "-c", script]);
    command.env("API_KEY_FILE", secret);
    assert_eq!(text(&output(command).stdout), "from a file|unset\n");
}

#[test]
fn a_file_that_a_variable_of_the_process_names_wins_over_an_env_file() {
    let service = Service::new();
    let secret = service.0.files.write("secret", "from a file");
    let script = "echo \"$API_KEY\"";
    let with = |name: &str| {
        let mut command = service.run(&["-q", "--", "sh", "-c", script]);
        command.env(name, &secret);
        text(&output(command).stdout).to_owned()
    };
    assert_eq!(with("API_KEY_FILE"), "from a file\n");
    assert_eq!(with("ANOTHER_FILE"), "a $ecret\n");
}

#[test]
fn variables_and_arguments_that_are_no_text_reach_the_command_as_they_are() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"a\xffb");
    let service = Service::new();
    let mut command = service.run(&["--", "sh", "-c", "printf '%s|%s' \"$OWN\" \"$1\"", "sh"]);
    command.arg(bytes).env("OWN", bytes);
    assert_eq!(output(command).stdout, b"a\xffb|a\xffb");
}

#[test]
fn stdin_is_that_of_the_command() {
    let service = Service::new();
    let input = service.0.files.write("input", "line\n");
    let mut command = service.run(&["--", "cat"]);
    command.stdin(fs::File::open(input).expect("a file"));
    assert_eq!(text(&output(command).stdout), "line\n");
}

#[test]
fn a_failed_check_starts_nothing_and_is_recorded() {
    let service = Service::new();
    service.0.files.write(".env", "PORT=none\n");
    for args in [&["--", "echo", "started"][..], &["--degraded", "--", "echo", "started"]] {
        let output = output(service.run(args));
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
        let said = text(&output.stderr);
        assert!(said.starts_with("error: not started, because the check failed: "), "{said}");
        assert!(said.contains("PORT"), "{said}");
        assert_eq!(
            service.actions().last(),
            Some(&("config.loaded".to_owned(), "failure".to_owned()))
        );
    }
}

#[test]
fn without_a_record_nothing_starts_unless_that_was_allowed() {
    let service = Service::new();
    fs::remove_dir_all(service.0.ledger()).expect("removed");
    let refused = output(service.run(&["--", "echo", "started"]));
    assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(3), ""));
    let said = text(&refused.stderr);
    assert!(said.starts_with("error: not started, because no record was made: "), "{said}");
    let allowed = output(service.run(&["--degraded", "--", "echo", "started"]));
    assert_eq!((allowed.status.code(), text(&allowed.stdout)), (Some(0), "started\n"));
    assert!(text(&allowed.stderr).starts_with("warning: started without a record: "));
    assert!(!service.0.ledger().exists());
}

#[test]
fn what_cannot_be_run_and_what_is_not_there_have_the_exit_codes_of_a_shell() {
    let service = Service::new();
    let plain = service.0.files.write("plain.txt", "no program");
    let plain = plain.to_str().expect("text");
    let folder = service.0.files.folder("folder");
    for (program, code) in [
        ("no-such-program", 127),
        ("/no/such/program", 127),
        (plain, 126),
        (folder.to_str().expect("text"), 126),
    ] {
        let output = output(service.run(&["--", program]));
        assert_eq!(output.status.code(), Some(code), "{program}");
        let said = text(&output.stderr);
        assert!(said.contains(program) && said.contains("cannot be run"), "{said}");
        assert_eq!(output.stdout, b"");
    }
    for args in [&[][..], &["--"], &["echo"]] {
        assert_eq!(output(service.run(args)).status.code(), Some(2), "{args:?}");
    }
}

/// Starts the command, and waits until it says that it runs.
fn started(mut command: Command) -> (Child, BufReader<impl Read>) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    assert_eq!(line, format!("{}\n", child.id()), "the command has the process of the one before");
    (child, out)
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(status.expect("kill can be run").success());
}

fn ended(mut child: Child) -> ExitStatus {
    child.wait().expect("it ends")
}

#[test]
fn signals_reach_the_command_and_what_it_makes_of_them_is_seen() {
    let service = Service::new();
    let trap =
        "trap 'echo got it; exit 9' TERM; echo $$; while :; do read line || sleep 0.05; done";
    let (child, mut out) = started(service.run(&["--", "sh", "-c", trap]));
    signal(&child, "TERM");
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("text");
    assert_eq!((rest.as_str(), ended(child).code()), ("got it\n", Some(9)));

    let wait = "echo $$; exec sleep 600";
    for (name, number) in [("TERM", 15), ("ALRM", 14), ("PIPE", 13), ("KILL", 9)] {
        let (child, _out) = started(service.run(&["--", "sh", "-c", wait]));
        signal(&child, name);
        assert_eq!(ended(child).signal(), Some(number), "{name}");
    }
}

#[test]
fn the_ledger_is_free_while_the_command_runs() {
    let service = Service::new();
    let (child, _out) = started(service.run(&["--", "sh", "-c", "echo $$; exec sleep 600"]));
    let other = output(service.run(&["--", "echo", "started"]));
    assert_eq!(text(&other.stdout), "started\n", "{}", text(&other.stderr));
    signal(&child, "KILL");
    ended(child);
    assert_eq!(service.actions().len(), 3);
}

#[derive(EnvConfig)]
#[allow(dead_code, reason = "only its schema is read")]
struct Signer {
    #[env(rename = "ENVAUDIT_SIGNING_KEY")]
    signing_key: SecretString,
}

#[test]
fn the_key_of_the_ledger_reaches_the_command_only_if_its_schema_asks_for_it() {
    let service = Service::new();
    let script = "echo \"${ENVAUDIT_SIGNING_KEY-unset}|${ENVAUDIT_SIGNING_KEY_FILE-unset}|$ENVAUDIT_LEDGER\"";
    let key_file = service.0.files.write("audit.key", KEY);
    let run = |schema: Option<String>| {
        let mut command = service.run(&[]);
        if let Some(schema) = schema {
            service.0.files.write("schema.json", schema);
        }
        command.args(["--", "sh", "-c", script]).env("ENVAUDIT_LEDGER", "elsewhere");
        command.env("ENVAUDIT_SIGNING_KEY_FILE", &key_file);
        text(&output(command).stdout).to_owned()
    };
    assert_eq!(run(None), "unset|unset|elsewhere\n");
    assert_eq!(run(Some(Signer::schema_json())), format!("{KEY}|unset|elsewhere\n"));

    // A file of variables is no schema.
    let mut command = Command::new(PROGRAM);
    service.0.files.write(".env", format!("PORT=80\nENVAUDIT_SIGNING_KEY={KEY}\n"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("ENVAUDIT_SIGNING_KEY_FILE", &key_file);
    command.arg("run").arg("--ledger").arg(service.0.ledger());
    command.arg("--dir").arg(service.0.files.path()).args(["--", "sh", "-c", script]);
    assert_eq!(text(&output(command).stdout), "unset|unset|\n");
}

#[test]
fn a_signal_before_the_start_starts_nothing_and_leaves_the_ledger_whole() {
    let service = Service::new();
    let store = FileStore::new(service.0.ledger());
    // Others may be ignored where tests are run in the background.
    for name in ["TERM", "ALRM"] {
        // As long as somebody else has the ledger, no record can be made.
        store.lock().expect("it is free");
        let mut command = service.run(&["--", "echo", "started"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut out = child.stdout.take().expect("a pipe");
        signal(&child, name);
        let mut said = String::new();
        out.read_to_string(&mut said).expect("text");
        assert_eq!((said.as_str(), ended(child).code()), ("", None), "{name}");
        store.unlock();
    }
    assert_eq!(service.actions().len(), 1, "nothing was recorded");
    assert!(service.0.open().verify().expect("it can be read").is_intact());
}

#[test]
fn a_shell_sees_128_and_the_number_of_the_signal_that_ended_the_command() {
    let service = Service::new();
    let inner = service.run(&["--", "sh", "-c", "kill -s TERM $$"]);
    let shell = shell("\"$@\"; echo $?", &inner);
    let output = output(shell);
    assert_eq!(text(&output.stdout), "143\n", "{}", text(&output.stderr));
}

#[test]
fn a_value_that_no_process_can_be_given_is_refused_before_anything_is_recorded() {
    let fixture = CliFixture::new("PORT=80\nAPI_KEY=a\0b\n");
    let service = Service(fixture.with_schema(Checkout::schema_json()));
    let output = service.run(&["--", "true"]).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("not started") && said.contains("API_KEY has a NUL byte"), "{said}");
    assert!(!said.contains("a\0b"), "{said}");
    assert_eq!(service.actions().len(), 1);
}

#[test]
fn quiet_does_not_hide_that_there_is_no_record() {
    let service = Service::new();
    let quiet = output(service.run(&["-q", "--degraded", "--", "echo", "started"]));
    assert_eq!((text(&quiet.stdout), text(&quiet.stderr)), ("started\n", ""));
    let recorded = service.actions();
    assert_eq!(recorded.last(), Some(&("config.loaded".to_owned(), "success".to_owned())));

    // Held by this process, for longer than the command waits.
    let store = FileStore::new(service.0.ledger());
    store.lock().expect("it is free");
    let args = ["-q", "--degraded", "--lock-timeout", "0", "--", "echo", "started"];
    let without = output(service.run(&args));
    assert_eq!((without.status.code(), text(&without.stdout)), (Some(0), "started\n"));
    let said = text(&without.stderr);
    assert!(said.starts_with("warning: started without a record: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    store.unlock();
    assert_eq!(service.actions(), recorded, "nothing was recorded");

    let again = output(service.run(&["-q", "--degraded", "--", "echo", "started"]));
    assert_eq!((text(&again.stdout), text(&again.stderr)), ("started\n", ""));
    assert_eq!(service.actions().len(), recorded.len() + 1);
}

#[test]
fn variables_that_are_too_long_together_are_named_and_the_failure_is_recorded() {
    // More than a process can have with any limit of its stack, in values that each fit.
    let blob = "s3cret".repeat(20_000);
    let lines: String = (0..60).map(|at| format!("BLOB_{at}={blob}\n")).collect();
    let fixture = CliFixture::new("");
    fixture.files.write(".env", format!("{lines}LARGEST={blob}more\n"));
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("OWN", "x");
    command.env("ENVAUDIT_SIGNING_KEY", envaudit_tests::cli_fixture::KEY);
    command.args(["run", "--no-values", "--reason", "start", "--dir"]).arg(fixture.files.path());
    command.arg("--ledger").arg(fixture.ledger()).args(["--", "true", "argument"]);
    let output = output(command);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(126), "{said}");
    assert!(said.contains("error: `true` cannot be run: Argument list too long"), "{said}");
    assert!(said.contains("the largest variables are LARGEST (120021 bytes), BLOB_"), "{said}");
    assert!(said.contains("its variables have 73"), "{said}");
    assert!(said.contains("this failure was recorded as event "), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    let event = fixture.last_event();
    assert_eq!((&event["action"], &event["outcome"]), (&"config.loaded".into(), &"failure".into()));
    let keys = event["details"]["problems"].as_array().expect("problems");
    assert_eq!(keys[0]["key"], "LARGEST");
    assert!(!event.to_string().contains("s3cret"));
}
