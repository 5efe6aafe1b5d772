//! The commands in a program that has the struct.

use clap::{Parser, Subcommand};
use envaudit::EnvConfig;
use envaudit::cli::ConfigCommand;
use envaudit_tests::Files;
use serde_json::Value;

#[derive(EnvConfig)]
#[env(prefix = "APP_", validate = not_the_same)]
struct AppConfig {
    port: u16,
    #[env(parse_with = even)]
    admin_port: u16,
}

fn even(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(port) if port % 2 == 0 => Ok(port),
        _ => Err("it is odd".to_owned()),
    }
}

fn not_the_same(config: &AppConfig) -> Result<(), &'static str> {
    if config.port == config.admin_port { Err("both ports are the same") } else { Ok(()) }
}

/// A program whose own arguments are called like those of the commands, and have other types.
#[derive(Parser)]
struct Program {
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    #[arg(short, long, default_value_t = 3)]
    quiet: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves
    Serve,
    /// As arguments of a variant
    Config(ConfigCommand<AppConfig>),
    /// As subcommands of a variant
    #[command(subcommand)]
    Settings(ConfigCommand<AppConfig>),
}

fn run(args: &[&str], env: &[(&str, &str)]) -> (u8, String, String) {
    let args = ["app"].into_iter().chain(args.iter().copied());
    let program = Program::try_parse_from(args).expect("these are arguments");
    let (Command::Config(command) | Command::Settings(command)) = program.command else {
        panic!("these are commands of envaudit")
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = command.execute(env.iter().copied(), &mut std::io::empty(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (code, text(out), text(err))
}

#[test]
fn the_commands_know_the_struct_with_its_own_code() {
    let files = Files::new();
    let dir = files.path().to_str().expect("UTF-8");
    for name in ["config", "settings"] {
        let args = |command| [name, command, "--dir", dir];
        let env = [("APP_PORT", "80"), ("APP_ADMIN_PORT", "82")];
        let (code, out, err) = run(&[&args("audit")[..], &["--json"]].concat(), &env);
        let audit: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!((code, err.as_str()), (0, ""));
        assert_eq!(audit["APP_PORT"]["source"], "system");

        let (code, out, _) = run(&args("check"), &[("APP_PORT", "80"), ("APP_ADMIN_PORT", "81")]);
        assert!(code == 1 && out.contains("it is odd"), "{out}");
        let (code, out, _) = run(&args("check"), &[("APP_PORT", "80"), ("APP_ADMIN_PORT", "80")]);
        assert!(code == 1 && out.contains("both ports are the same"), "{out}");

        let (code, out, _) = run(&args("template"), &[]);
        assert_eq!((code, out), (0, AppConfig::template()));
        let (code, out, _) = run(&[name, "explain", "APP_PORT", "--dir", dir], &env);
        assert!(code == 0 && out.contains("APP_PORT comes from system"), "{out}");
    }
}

#[test]
fn arguments_of_the_program_do_not_meet_those_of_the_commands() {
    let args = ["app", "-vv", "--quiet", "9", "config", "audit", "--env", "prod"];
    let program = Program::try_parse_from(args).expect("these are arguments");
    assert_eq!((program.verbose, program.quiet), (2, 9));
    assert!(matches!(program.command, Command::Config(_)));
    let program = Program::try_parse_from(["app", "serve"]).expect("these are arguments");
    assert!(matches!(program.command, Command::Serve));
    // What names another configuration makes no sense where there is one.
    for unknown in ["--schema", "--bin"] {
        let error = Program::try_parse_from(["app", "config", "audit", unknown, "x"]).err();
        assert_eq!(error.expect("it is unknown").kind(), clap::error::ErrorKind::UnknownArgument);
    }
    <Program as clap::CommandFactory>::command().debug_assert();
}
