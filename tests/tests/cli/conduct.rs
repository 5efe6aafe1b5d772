//! How `envaudit` behaves, whatever it is asked: help, exit codes, streams, colours, secrets.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use envaudit::EnvConfig;
use envaudit_tests::Files;
use envaudit_tests::canary::{CANARY, assert_hidden};
use envaudit_tests::command::{Answer, Envaudit, envaudit};

/// The commands without arguments of their own that have to be given, and those with.
const COMMANDS: [&[&str]; 7] = [
    &["audit"],
    &["check"],
    &["explain", "APP_API_KEY"],
    &["diff", "old.json"],
    &["template"],
    &["docs"],
    &["schema"],
];

#[test]
fn what_makes_no_sense_is_said_on_stderr_and_ends_with_2() {
    for args in [
        &[][..],
        &["nonsense"],
        &["audit", "--nonsense"],
        &["explain"],
        &["audit", "--format", "xml"],
        &["audit", "--json", "--format", "table"],
        &["audit", "--struct", "Config"],
    ] {
        let answer = envaudit(args.iter().copied()).run().ends_with(2);
        assert_eq!(answer.out, "", "{args:?}");
        assert!(!answer.err.is_empty(), "{args:?}");
    }
    let version = envaudit(["--version"]).run().ends_with(0);
    assert_eq!(
        version.out,
        format!("envaudit {}\n", env!("CARGO_PKG_VERSION").replace("0.0.0", "0.1.0"))
    );
}

#[test]
#[cfg(unix)]
fn arguments_and_variables_that_are_not_utf_8_are_taken_or_refused_and_never_panicked_at() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let bytes = || OsString::from_vec(b"x\xff".to_vec());
    let files = Files::with(".env", "A=1\n");
    envaudit(["audit", "--dir"]).args([bytes()]).run().ends_with(3);
    envaudit(["explain"]).args([bytes()]).run().ends_with(2);
    envaudit(["audit", "--env"]).args([bytes()]).run().ends_with(2);
    envaudit(["diff"]).args([bytes()]).run().ends_with(3);
    let answer =
        envaudit(["audit", "--prefix", "A"]).dir(&files).env("A", bytes()).env(bytes(), "x").run();
    assert!(answer.ends_with(0).out.contains("A    system"));
}

/// A stream that nobody reads any more.
struct Closed(io::ErrorKind);

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_closed_pipe_is_a_quiet_end_and_a_full_disk_is_not() {
    let files = Files::with(".env", "A=1\n");
    let dir = files.path().to_str().expect("UTF-8");
    let run = |args: &[&str], kind| {
        let mut err = Vec::new();
        let args = ["envaudit"].into_iter().chain(args.iter().copied());
        let code = envaudit::cli::execute(
            args,
            [("", ""); 0],
            &mut io::empty(),
            &mut Closed(kind),
            &mut err,
        );
        (code, String::from_utf8(err).expect("UTF-8"))
    };
    for args in [&["audit", "--dir", dir][..], &["audit", "--json", "--dir", dir], &["--help"]] {
        assert_eq!(run(args, io::ErrorKind::BrokenPipe), (0, String::new()), "{args:?}");
        assert_eq!(run(args, io::ErrorKind::StorageFull).0, 3, "{args:?}");
    }
    let (_, err) = run(&["audit", "--dir", dir], io::ErrorKind::StorageFull);
    assert!(err.starts_with("error: the answer cannot be written: "), "{err}");
}

#[test]
fn colours_are_there_when_they_are_wanted_and_never_in_a_pipe() {
    let files = Files::with(".env", "API_TOKEN=abcdefgh\n");
    let run = |args: &[&str]| {
        envaudit(["audit"]).dir(&files).args(args.iter().copied()).run().ends_with(0).out
    };
    assert!(!run(&[]).contains('\u{1b}'));
    assert!(!run(&["--color", "never"]).contains('\u{1b}'));
    let coloured = run(&["--color", "always"]);
    assert!(coloured.contains("\u{1b}[35myes\u{1b}[0m"), "{coloured:?}");
    let json = run(&["--color", "always", "--json"]);
    assert!(!json.contains('\u{1b}'));
}

#[test]
fn a_terminal_obeys_nothing_that_stands_in_a_name_or_a_path() {
    let files = Files::new();
    let folder = files.folder("evil\u{1b}[2J\u{202e}");
    std::fs::write(folder.join(".env"), "A=1\n").expect("a file can be written");
    for args in [&["audit"][..], &["explain", "A"]] {
        let answer = envaudit(args.iter().copied()).path("--dir", &folder).run().ends_with(0);
        assert!(!answer.out.contains(['\u{1b}', '\u{202e}']), "{:?}", answer.out);
    }
    let missing = files.path().join("no\u{1b}[2J");
    let answer = envaudit(["diff"]).args([missing]).run().ends_with(3);
    assert!(!answer.err.contains('\u{1b}'), "{:?}", answer.err);
}

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "it is there for its keys")]
struct Config {
    api_key: envaudit::SecretString,
    #[env(len(..=4))]
    pin: Option<envaudit::SecretString>,
    #[env(default = "")]
    copy: String,
    #[env(sources(Docker))]
    restricted: Option<envaudit::SecretString>,
    number: Option<envaudit::SecretBox<u64>>,
}

#[test]
fn no_secret_is_said_by_any_command_in_any_format_wherever_it_stands() {
    let files = Files::new();
    let schema = files.write("schema.json", Config::schema_json());
    let quoted = format!("'{}'", CANARY.replace('\'', "'\\''"));
    let keys = ["APP_API_KEY", "APP_PIN", "APP_RESTRICTED", "APP_NUMBER"];
    let env_file = |name: &str| {
        let lines = keys.iter().map(|key| format!("{key}={quoted}\n")).collect::<String>();
        files.write(name, lines + "APP_COPY=\"${APP_API_KEY}\"\n")
    };
    files.write("old.json", "{}");
    files.write("docker/APP_API_KEY", CANARY);
    files.write("docker/app-pin", CANARY);
    type Place<'p> = &'p dyn Fn(Envaudit) -> Envaudit;
    let places: [Place<'_>; 5] = [
        &|run| keys.iter().fold(run, |run, key| run.env(*key, CANARY)),
        // A secret where the path of its file belongs.
        &|run| keys.iter().fold(run, |run, key| run.env(format!("{key}_FILE"), CANARY)),
        &|run| run.path("--docker-secrets", files.path().join("docker")),
        &|run| run.path("--k8s-secrets", files.path().join("docker")),
        &|run| run.path("--env-file", env_file("env-file")).args(["--env", "prod"]),
    ];
    let mut said = 0;
    for (at, place) in places.iter().enumerate() {
        for command in COMMANDS {
            for format in [&[][..], &["--json"], &["-v", "--color", "always"]] {
                for with_schema in [true, false] {
                    let mut run = envaudit(command.iter().map(|word| match *word {
                        "old.json" => files.path().join(word).into_os_string(),
                        word => word.into(),
                    }));
                    run = run.args(format.iter().copied()).args([
                        "--prefix",
                        "APP_",
                        "--policy",
                        "production",
                    ]);
                    run = if with_schema { run.path("--schema", &schema) } else { run };
                    let Answer { out, err, .. } = place(run).run();
                    said += out.len() + err.len();
                    assert_hidden(&(out + &err), &format!("{command:?} {format:?}, place {at}"));
                }
            }
        }
    }
    assert!(said > 10_000, "{said}");
}

#[test]
fn the_program_itself_reads_its_environment_and_its_streams() {
    let files = Files::with(".env", "APP_PORT=80\n");
    let envaudit = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_envaudit_command"));
        command.args(args).current_dir(files.path()).env_clear().env("APP_NAME", "x");
        command.stdin(Stdio::null());
        command
    };
    let output = envaudit(&["audit", "--prefix", "APP_", "--json"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let audit: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(audit["APP_PORT"]["location"]["file"], ".env");
    assert_eq!(audit["APP_NAME"]["source"], "system");

    files.write("envaudit.schema.json", Config::schema_json());
    let output = envaudit(&["check"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("APP_API_KEY is missing"), "the default schema is read: {text}");

    // Whoever reads has gone before anything is written.
    let mut child = envaudit(&["template"]).stdout(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
