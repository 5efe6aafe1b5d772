//! `allocations SUBJECT env|dotenv`: prints how many allocations one load makes, after a first load that may fill
//! caches.
//!
//! Apart from `load`, because the counting allocator would add its own instructions there.

use std::process::ExitCode;

use peers::{Entry, From, SUBJECTS};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((subject, from)) = parse(&arguments) else {
        eprintln!("usage: allocations SUBJECT env|dotenv");
        return ExitCode::FAILURE;
    };
    (subject.check)(from);
    let counted = allocation_counter::measure(|| (subject.load)(from));
    println!("{}", counted.count_total);
    ExitCode::SUCCESS
}

fn parse(arguments: &[String]) -> Option<(&'static Entry, From)> {
    let [name, from] = arguments else {
        return None;
    };
    let subject = SUBJECTS.iter().find(|subject| subject.name == name)?;
    Some((subject, from.parse().ok()?))
}
