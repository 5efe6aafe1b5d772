//! `load SUBJECT env|dotenv ITERATIONS`: loads that many times, the first time with a check of every field.
//! `load --list`: the names of the subjects, one a line.

use std::process::ExitCode;

use peers::{Entry, From, SUBJECTS};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--list"] {
        SUBJECTS.iter().for_each(|subject| println!("{}", subject.name));
        return ExitCode::SUCCESS;
    }
    let Some((subject, from, iterations)) = parse(&arguments) else {
        eprintln!("usage: load SUBJECT env|dotenv ITERATIONS\n       load --list");
        return ExitCode::FAILURE;
    };
    (subject.check)(from);
    for _ in 1..iterations {
        (subject.load)(from);
    }
    ExitCode::SUCCESS
}

fn parse(arguments: &[String]) -> Option<(&'static Entry, From, u32)> {
    let [name, from, iterations] = arguments else {
        return None;
    };
    let subject = SUBJECTS.iter().find(|subject| subject.name == name)?;
    Some((subject, from.parse().ok()?, iterations.parse().ok()?))
}
