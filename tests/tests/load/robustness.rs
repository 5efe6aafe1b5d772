//! Large and hostile input.

use envaudit::{EnvConfig, LoadError, Loaded, Loader, ProblemKind, SecretString};
use envaudit_tests::{Files, isolated, problems};

/// About the size of the env files here: ten megabytes, or one where the code is not optimised.
const SIZE: usize = if cfg!(debug_assertions) { 1 << 20 } else { 10 << 20 };

#[derive(EnvConfig)]
struct Config {
    first: Option<String>,
    last: Option<String>,
    #[expect(dead_code, reason = "only asked for in errors")]
    token: Option<SecretString>,
}

/// A file of that size: `FIRST=1`, as many such lines as it takes, `LAST=2`.
fn many(mut line: impl FnMut(usize) -> String) -> (String, u32) {
    let mut text = "FIRST=1\n".to_owned();
    let mut count = 0;
    while text.len() < SIZE {
        text.push_str(&line(count));
        text.push('\n');
        count += 1;
    }
    text.push_str("LAST=2\n");
    let lines = text.matches('\n').count() as u32;
    (text, lines)
}

fn with<T>(text: &str, loader: impl FnOnce(Loader<Config>) -> T) -> T {
    let files = Files::with(".env", text);
    loader(files.loader())
}

fn load(text: &str) -> Result<Loaded<Config>, LoadError> {
    with(text, |loader| loader.load())
}

#[track_caller]
fn assert_last_is_on_line(loaded: &Loaded<Config>, expected: u32) {
    assert_eq!((loaded.first.as_deref(), loaded.last.as_deref()), (Some("1"), Some("2")));
    let line = loaded.audit().last.location.as_ref().and_then(|location| location.line());
    assert_eq!(line, Some(expected));
}

#[test]
fn megabytes_of_lines_are_read_to_the_last() {
    let kinds: [fn(usize) -> String; 6] = [
        |at| format!("OTHER_{at}=some_plain-looking_value-of-{at}"),
        |at| format!("OTHER_{at}=\"a quoted value, of {at}\" # and a comment"),
        |at| format!("OTHER_{at}='two\nlines'"),
        |at| format!("# it's the comment {at}"),
        |_| String::new(),
        |at| format!("OTHER_{at}=${{NOBODY_ASKS_{at}:?}}"),
    ];
    for kind in kinds {
        let (text, lines) = many(kind);
        assert_last_is_on_line(&load(&text).unwrap(), lines);
    }
}

#[test]
fn megabytes_in_one_value_are_one_value() {
    let long = "x".repeat(SIZE);
    for text in [format!("FIRST={long}"), format!("FIRST='{long}'"), format!("FIRST=\"{long}\"")] {
        let loaded = load(&text).unwrap();
        assert!(loaded.first.as_deref() == Some(&*long));
    }
    let newlines = "\n".repeat(SIZE);
    let loaded = load(&format!("FIRST='{newlines}'\nLAST=2")).unwrap();
    assert!(loaded.first.as_deref() == Some(&*newlines));
    let line = loaded.audit().last.location.as_ref().and_then(|location| location.line());
    assert_eq!(line, Some(SIZE as u32 + 2));
}

#[test]
fn a_quote_open_for_megabytes_is_one_problem() {
    for quote in ["'", "\"", " \""] {
        let (text, _) = many(|at| match at {
            0 => format!("TOKEN={quote}s3cr3t"),
            _ => "OTHER=s3cr3t".to_owned(),
        });
        let result = load(&text);
        let problem = problems::only(&result);
        let line = problem.location().and_then(|location| location.line());
        assert_eq!((problem.kind(), line), (ProblemKind::Syntax, Some(2)));
        assert!(!problems::all_text(&result.err().unwrap()).contains("s3cr3t"));
    }
}

#[test]
fn each_of_a_hundred_thousand_bad_lines_is_a_problem() {
    let text = "s3cr3t\n".repeat(100_000);
    let result = load(&text);
    assert_eq!(problems::of(&result).len(), 100_000);
    assert!(!result.err().unwrap().to_string().contains("s3cr3t"));
}

#[test]
fn references_do_not_make_a_file_grow_or_a_load_hang() {
    // Each name refers to the one before it, once or twice.
    let (chain, _) = many(|at| format!("A{at}=${{A{}}}", at.wrapping_sub(1)));
    let (doubling, _) = many(|at| match at {
        0 => "A0=0123456789".to_owned(),
        _ => format!("A{at}=${{A{0}}}${{A{0}}}", at - 1),
    });
    // One value refers to a long one, without or with taking it in.
    let fan_out = format!("A='{}'\nFIRST={}\n", "x".repeat(SIZE / 2), "${A:+x}".repeat(SIZE / 14));
    let pile = format!("A='{}'\nFIRST={}\n", "x".repeat(1 << 20), "${A}".repeat(SIZE / 4));
    // Each line refers to the line before.
    let itself = format!("{}FIRST=$A\n", "A=${A}\n".repeat(SIZE / 7));
    let nested = format!("FIRST={}{}\n", "${A:-".repeat(SIZE / 6), "}".repeat(SIZE / 6));
    let open = format!("FIRST={}\n", "${A:-".repeat(SIZE / 5));
    let dollars = format!("FIRST={}\n", "$A".repeat(SIZE / 2));
    let hostile = [
        chain.replace("LAST=2", "LAST=$A9999"),
        doubling.replace("LAST=2", "LAST=$A99"),
        fan_out,
        pile,
        itself,
        nested,
        open,
        dollars,
    ];
    for text in hostile {
        let result = load(&text);
        let problem = problems::only(&result);
        assert_eq!(problem.kind(), ProblemKind::Invalid);
        assert!(problem.to_string().len() < 1000, "{problem}");
    }
}

#[test]
fn megabytes_of_unknown_names_are_found_unknown() {
    let (text, lines) = many(|at| format!("OTHER_{at}=${{OTHER_{}}}{}", at / 2, "x".repeat(200)));
    let result = with(&text, |loader| loader.deny_unknown(true).load());
    // The upper half is referred to by nothing.
    let unknown = problems::of(&result).len();
    assert!(unknown > lines as usize / 3 && unknown < lines as usize, "{unknown} of {lines}");
}

#[test]
fn a_missing_variable_is_looked_for_among_all_names_of_a_large_file() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Missing {
        number_one: String,
        number_two: String,
        number_three: String,
        number_four: String,
    }
    let (text, _) = many(|at| format!("NUMBER_{at}=x"));
    let files = Files::with(".env", text + "NUMBER_TOW=2\n");
    let result = files.loader::<Missing>().load();
    let hints: Vec<bool> = problems::of(&result)
        .iter()
        .map(|problem| problem.hint_text().is_some_and(|hint| hint.contains("NUMBER_TOW")))
        .collect();
    assert_eq!(hints.len(), 4);
    assert!(hints[1], "{hints:?}");
}

#[test]
fn a_value_may_be_a_mebibyte_of_anything_from_anywhere() {
    let long = "ü\0\n'\"$#\\ ".repeat((1 << 20) / 10);
    let loaded = isolated::vars::<Config>([("FIRST", &long), ("TOKEN", &long)]).load().unwrap();
    assert!(loaded.first.as_deref() == Some(&*long));
    let quoted = long.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    assert!(load(&format!("FIRST=\"{quoted}\"")).unwrap().first.as_deref() == Some(&*long));
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Number {
        first: u8,
    }
    let result = isolated::vars::<Number>([("FIRST", &long)]).load();
    assert!(problems::only(&result).to_string().len() < 1000);
}
