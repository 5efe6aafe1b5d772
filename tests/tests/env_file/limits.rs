//! What a hostile env file may cost: bounds hold for the load as a whole, and errors stay short.

use envaudit::{EnvConfig, Loaded, ProblemKind};
use envaudit_tests::{Files, problems};

#[derive(EnvConfig)]
struct Config {
    value: Option<String>,
    other: Option<String>,
}

const TOO_MANY: &str = "this load has more than 10,000 references";
const TOO_MUCH: &str = "the references of this load copy more than 16 MiB";

#[test]
fn the_number_of_references_is_bounded_for_all_lines_together() {
    let refer = |count| "$A".repeat(count);
    for empty_as_unset in [false, true] {
        let load = |text: String| {
            let files = Files::with(".env", text);
            files.loader::<Config>().empty_as_unset(empty_as_unset).load()
        };
        let text = format!("A=x\nVALUE={}\nOTHER={}\n", refer(6_000), refer(4_000));
        let loaded = load(text).unwrap_or_else(|error| panic!("{error}"));
        let lengths = [&loaded.value, &loaded.other].map(|value| value.as_ref().map(String::len));
        assert_eq!(lengths, [Some(6_000), Some(4_000)]);
        let text = format!("A=x\nVALUE={}\nOTHER={}\n", refer(6_000), refer(4_001));
        let result = load(text);
        assert_eq!(problems::only(&result).reason_text(), Some(TOO_MANY));
    }
}

#[test]
fn lines_that_others_hide_count_too_where_they_have_to_be_resolved() {
    // Each of the lines alone is within all bounds.
    let long = "x".repeat(8_000);
    let text = format!(
        "A={long}\nB=${{A}}\nL={}\n{}",
        "${B:+}".repeat(1_600),
        "VALUE=${L}\n".repeat(5_000)
    );
    let files = Files::with(".env", text);
    let result = files.loader::<Config>().empty_as_unset(true).load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::Invalid);
    let reason = problem.reason_text().unwrap_or_default();
    assert!([TOO_MANY, TOO_MUCH].contains(&reason), "{reason}");
    let files = Files::with(".env", "VALUE=${VALUE:-}\n".repeat(20_000));
    let result = files.loader::<Config>().empty_as_unset(true).load();
    assert_eq!(problems::only(&result).reason_text(), Some(TOO_MANY));
}

#[test]
fn the_bytes_that_references_copy_are_bounded_for_the_load() {
    let mib = "x".repeat((1 << 20) - 1);
    let load = |count: usize| {
        let text = format!("A={mib}\nVALUE={}\n", "${A:+}".repeat(count));
        Files::with(".env", text).loader::<Config>().load()
    };
    assert_eq!(load(15).expect("within the bound").value.as_deref(), Some(""));
    assert_eq!(problems::only(&load(17)).reason_text(), Some(TOO_MUCH));
}

#[test]
fn an_error_lists_a_hundred_problems_and_counts_the_rest() {
    let bad = |lines: usize| {
        let result: Result<Loaded<Config>, _> =
            Files::with(".env", "x\n".repeat(lines)).loader().load();
        result.err().expect("no assignments")
    };
    let error = bad(9_600);
    assert_eq!(error.problems().len(), 9_600);
    let text = error.to_string();
    assert!(text.starts_with("cannot load Config: 9600 problems\n"), "{text}");
    assert!(text.contains("\n100. ") && !text.contains("\n101. "), "{text}");
    assert!(text.ends_with("\n… and 9,500 more\n"), "{text}");
    assert_eq!(format!("{error:?}"), text);
    let length = |lines| bad(lines).to_string().len();
    assert!(length(20_000) < 2 * length(100), "{}", length(20_000));
    assert!(!bad(100).to_string().contains("more\n"));
    assert!(bad(101).to_string().ends_with("\n… and 1 more\n"));
}

#[test]
fn a_name_of_any_length_is_shortened_in_an_error() {
    let name = "N".repeat(1 << 20);
    let files = Files::with(".env", format!("{name}=1\n"));
    let result = files.loader::<Config>().deny_unknown(true).load();
    let text = problems::only(&result).to_string();
    assert!(text.len() < 1_000 && text.contains("more characters) is unknown"), "{}", text.len());
    for text in [
        format!("VALUE=${{{name}}}\n"),
        format!("VALUE=${{{name}:?}}\n"),
        format!("VALUE=${{NOPE:?{name}}}\n"),
        format!("VALUE=${{{name}}}\n{name}=${{{name}}}\n"),
    ] {
        let files = Files::with(".env", text);
        let result = files.loader::<Config>().load();
        let text = problems::only(&result).to_string();
        assert!(text.len() < 1_000 && text.contains("more characters)"), "{}", text.len());
    }
}
