//! `$NAME` and `${NAME}` in env files.

use envaudit::{
    EnvConfig, ExposeSecret, LoadError, Loaded, Loader, ProblemKind, SecretString, Source,
};
use envaudit_tests::{Files, Store, problems};

#[derive(EnvConfig)]
struct Config {
    value: Option<String>,
    token: Option<SecretString>,
    #[expect(dead_code, reason = "only asked for in errors")]
    port: Option<u16>,
}

const NO_VARS: [(&str, &str); 0] = [];

fn loader(files: &Files) -> Loader<Config> {
    files.loader()
}

fn load(vars: &[(&str, &str)], text: &str) -> Result<Loaded<Config>, LoadError> {
    loader(&Files::with(".env", text)).vars(vars.iter().copied()).load()
}

#[track_caller]
fn assert_value(vars: &[(&str, &str)], text: &str, expected: &str) {
    let loaded = load(vars, text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(loaded.value.as_deref(), Some(expected), "{text:?}");
}

/// Asserts that the value is refused: for which reason, and on which line.
#[track_caller]
fn assert_refused(result: &Result<Loaded<Config>, LoadError>, line: u32, reason: &str) {
    let problem = problems::only(result);
    assert_eq!((problem.kind(), problem.source()), (ProblemKind::Invalid, Some(Source::File)));
    assert_eq!(problem.reason_text(), Some(reason));
    assert_eq!(problem.location().and_then(|location| location.line()), Some(line));
    assert!(problem.hint_text().is_some(), "{problem:?}");
}

#[test]
fn a_dollar_that_begins_no_name_is_a_dollar() {
    let table = [
        ("VALUE=cost$5", "cost$5"),
        ("VALUE=$5", "$5"),
        ("VALUE=$", "$"),
        ("VALUE=a$", "a$"),
        ("VALUE=\"a$\"", "a$"),
        ("VALUE=$$", "$$"),
        ("VALUE=a$-b$.c$/d$ # e", "a$-b$.c$/d$"),
        ("VALUE=$ü", "$ü"),
        ("VALUE=$(date)", "$(date)"),
        ("VALUE=\"100 $ and 5$\"", "100 $ and 5$"),
        (
            "VALUE=$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
            "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
        ),
        (
            "VALUE=$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$hash",
            "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$hash",
        ),
    ];
    for (text, expected) in table {
        assert_value(&[], text, expected);
    }
}

#[test]
fn a_dollar_that_is_escaped_or_in_single_quotes_is_a_dollar() {
    let vars = [("NAME", "wrong")];
    let table = [
        ("VALUE=\\$NAME", "$NAME"),
        ("VALUE=\"\\${NAME}\"", "${NAME}"),
        ("VALUE=\\$\\{NAME}", "$\\{NAME}"),
        ("VALUE=\"\\$\\{NAME}\"", "error"),
        ("VALUE='$NAME ${NAME} ${ ${NAME:-x}'", "$NAME ${NAME} ${ ${NAME:-x}"),
        ("VALUE=a'\\$NAME'b", "a'$NAME'b"),
        ("VALUE=\"\\\\\\$NAME\"", "\\$NAME"),
        ("VALUE='\\$NAME'", "\\$NAME"),
    ];
    for (text, expected) in table {
        match expected {
            "error" => assert_eq!(problems::only(&load(&vars, text)).kind(), ProblemKind::Syntax),
            expected => assert_value(&vars, text, expected),
        }
    }
    assert_value(&vars, "VALUE=a'$NAME'b", "a'wrong'b");
    assert_value(&vars, "VALUE=\"\\\\$NAME\"", "\\wrong");
    // Some readers see an escaped backslash, some an escaped `$`.
    let result = load(&vars, "VALUE=\\\\$NAME");
    assert_eq!(problems::only(&result).kind(), ProblemKind::Syntax);
}

#[test]
fn a_name_without_braces_is_replaced_where_it_is_set_and_left_alone_where_not() {
    let vars = [("A", "1"), ("A_B", "2"), ("EMPTY", "")];
    let table = [
        ("VALUE=$A", "1"),
        ("VALUE=\"$A\"", "1"),
        ("VALUE=x$A", "x1"),
        ("VALUE=$A$A", "11"),
        ("VALUE=$A-x", "1-x"),
        ("VALUE=$A.x/$A", "1.x/1"),
        ("VALUE=$A_B", "2"),
        ("VALUE=$A_C", "$A_C"),
        ("VALUE=$AB", "$AB"),
        ("VALUE=x${EMPTY}y$EMPTY", "xy"),
        ("VALUE=pa$word", "pa$word"),
        ("VALUE=pa$word$A", "pa$word1"),
        ("VALUE=$a", "$a"),
        ("VALUE=$_x$A", "$_x1"),
    ];
    for (text, expected) in table {
        assert_value(&vars, text, expected);
    }
}

#[test]
fn braces_and_their_operators_mean_what_they_mean_to_docker_compose() {
    let vars = [("A", "1"), ("B", "2"), ("EMPTY", ""), ("SPACE", "x  y # '\"")];
    let table = [
        ("VALUE=${A}", "1"),
        ("VALUE=\"${A}\"", "1"),
        ("VALUE=x${A}y${B}z", "x1y2z"),
        ("VALUE=${A}${B}", "12"),
        ("VALUE=${SPACE}", "x  y # '\""),
        ("VALUE=${EMPTY}", ""),
        // A default where unset or empty; where unset.
        ("VALUE=${A:-d}", "1"),
        ("VALUE=${EMPTY:-d}", "d"),
        ("VALUE=${UNSET:-d}", "d"),
        ("VALUE=${A-d}", "1"),
        ("VALUE=${EMPTY-d}", ""),
        ("VALUE=${UNSET-d}", "d"),
        ("VALUE=${UNSET:-}", ""),
        ("VALUE=${UNSET-}x", "x"),
        ("VALUE=\"${UNSET:-d e}\"", "d e"),
        ("VALUE=${UNSET:-d e}", "d e"),
        ("VALUE=${UNSET:-'d e'}", "'d e'"),
        ("VALUE=${UNSET:-it's} ${A:+so}", "it's so"),
        ("VALUE=${UNSET:-a:-b}", "a:-b"),
        ("VALUE=${UNSET:-a}b}", "ab}"),
        ("VALUE=x${UNSET:-#1}", "x#1"),
        ("VALUE=${UNSET:-http://h:1/?q=1}", "http://h:1/?q=1"),
        // Something else where set and not empty; where set.
        ("VALUE=${A:+r}", "r"),
        ("VALUE=${EMPTY:+r}", ""),
        ("VALUE=${UNSET:+r}", ""),
        ("VALUE=${A+r}", "r"),
        ("VALUE=${EMPTY+r}", "r"),
        ("VALUE=${UNSET+r}", ""),
        // Required.
        ("VALUE=${A:?m}", "1"),
        ("VALUE=${A?m}", "1"),
        ("VALUE=${EMPTY?m}", ""),
        // References in defaults.
        ("VALUE=${UNSET:-${A}}", "1"),
        ("VALUE=${UNSET:-${EMPTY:-${B}}}", "2"),
        ("VALUE=${UNSET:-x${A}y$B}z", "x1y2z"),
        ("VALUE=${A:+${B}}", "2"),
        ("VALUE=${UNSET:-$word}", "$word"),
        ("VALUE=${UNSET:-'$A'}", "'1'"),
        ("VALUE=${UNSET:-\\$A}", "$A"),
        ("VALUE=${UNSET:-{}}", "{}"),
        // What is not used is not looked up.
        ("VALUE=${A:-${UNSET}}", "1"),
        ("VALUE=${UNSET:+${UNSET}}", ""),
    ];
    for (text, expected) in table {
        assert_value(&vars, text, expected);
    }
}

#[test]
fn a_reference_that_leads_nowhere_is_an_error_that_names_it_and_the_line() {
    let vars = [("EMPTY", "")];
    let malformed = "a `${` is not closed by `}`, or has no name in it";
    let table = [
        ("VALUE=${NOPE}", 1, "it refers to NOPE, which is not set"),
        ("# c\n\nVALUE=\"x\n${NOPE}\"", 3, "it refers to NOPE, which is not set"),
        ("VALUE=${A:-${NOPE}}", 1, "it refers to NOPE, which is not set"),
        ("VALUE=${NOPE:?}", 1, "it requires NOPE, which is not set"),
        ("VALUE=${NOPE?}", 1, "it requires NOPE, which is not set"),
        ("VALUE=\"${NOPE:?ask the $ team}\"", 1, "it requires NOPE: ask the $ team"),
        ("VALUE=${EMPTY:?m}", 1, "it requires EMPTY: m"),
        ("VALUE=${", 1, malformed),
        ("VALUE=${}", 1, malformed),
        ("VALUE=${NOPE", 1, malformed),
        ("VALUE=\"${NOPE }\"", 1, malformed),
        ("VALUE=${:-x}", 1, malformed),
        ("VALUE=${1}", 1, malformed),
        ("VALUE=${A.B}", 1, malformed),
        ("VALUE=${A:}", 1, malformed),
        ("VALUE=${A:=x}", 1, malformed),
        ("VALUE=${A/x/y}", 1, malformed),
        ("VALUE=${A:-${B}", 1, malformed),
        ("VALUE=p${w", 1, malformed),
    ];
    for (text, line, reason) in table {
        assert_refused(&load(&vars, text), line, reason);
    }
}

#[test]
fn all_bad_references_of_a_file_are_in_one_error() {
    let result = load(&[], "VALUE=${NOPE}\nTOKEN=${NADA}\nPORT=${\n");
    let keys: Vec<Option<&str>> =
        problems::of(&result).iter().map(|problem| problem.key()).collect();
    assert_eq!(keys, [Some("VALUE"), Some("TOKEN"), Some("PORT")]);
}

#[test]
fn a_bad_reference_of_a_value_that_no_field_reads_is_nobodys_problem() {
    assert_value(&[], "OTHER=${NOPE}\nANOTHER=${\nVALUE=1", "1");
}

#[test]
fn a_reference_means_the_value_that_the_load_itself_would_give_the_name() {
    let files = Files::with(".env", "VALUE=${X}\nX=file\n");
    files.write("docker/x", "docker\n");
    let value = |loader: Loader<Config>| loader.load().expect("loads").value.clone();
    // From the lowest source up, each wins over those before.
    assert_eq!(value(loader(&files)).as_deref(), Some("file"));
    files.write(".env.prod", "X=file.env\n");
    let prod = || loader(&files).environment("prod");
    assert_eq!(value(prod()).as_deref(), Some("file.env"));
    let with_docker = Config::loader()
        .environment("prod")
        .dir(files.path())
        .vars(NO_VARS)
        .docker_secrets(files.path().join("docker"))
        .without(Source::K8s);
    assert_eq!(value(with_docker).as_deref(), Some("docker"));
    assert_eq!(value(prod().vars([("X", "system")])).as_deref(), Some("system"));
    let store = || Store::holding("store", Source::Aws, &[("X", "aws")]);
    let with_store = || prod().vars([("X", "system")]).source(store());
    assert_eq!(value(with_store()).as_deref(), Some("aws"));
    // An order, and sources left out, hold for references too.
    let order = [Source::File, Source::System];
    assert_eq!(value(with_store().order(order)).as_deref(), Some("file"));
    let order = [Source::System, Source::Aws];
    assert_eq!(value(with_store().order(order)).as_deref(), Some("system"));
    assert_eq!(value(with_store().without(Source::Aws)).as_deref(), Some("system"));
    let without = with_store().without(Source::Aws).without(Source::System);
    assert_eq!(value(without).as_deref(), Some("file.env"));
}

#[test]
fn a_reference_to_a_key_in_a_file_named_by_the_environment_is_followed() {
    let files = Files::with(".env", "VALUE=u:${TOKEN}@h\n");
    let secret = files.write("secret", "s3cr3t\n");
    let loaded = loader(&files).vars([("TOKEN_FILE", &secret)]).load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.token.as_ref().expect("is set").expose_secret(), "s3cr3t");
    assert_eq!(loaded.value.as_deref(), Some("u:s3cr3t@h"));
}

#[test]
fn a_reference_reaches_other_files_in_both_directions_and_later_lines() {
    let files = Files::with(".env", "A=${B}\nVALUE=${A}-${C}\n");
    files.write(".env.prod", "B=b\nC=$D\nD=${E}\n");
    let loaded = loader(&files).environment("prod").vars([("E", "e")]).load().unwrap();
    assert_eq!(loaded.value.as_deref(), Some("b-e"));
    let entry = &loaded.audit().value;
    assert_eq!(entry.source, Source::File);
    assert_eq!(entry.location.as_ref().and_then(|location| location.line()), Some(2));
}

#[test]
fn what_a_reference_brings_in_is_not_looked_at_again() {
    let vars = [("A", "${B} $B \\n '"), ("B", "wrong")];
    assert_value(&vars, "VALUE=${A}", "${B} $B \\n '");
    let files = Files::with(".env", "VALUE=${X}");
    let loader = loader(&files).source(Store::holding("s", Source::Aws, &[("X", "$B${B}")]));
    let loaded = loader.vars([("B", "wrong")]).load().unwrap();
    assert_eq!(loaded.value.as_deref(), Some("$B${B}"));
    assert_value(&[("B", "wrong")], "X='$B'\nVALUE=$X", "$B");
}

fn circular(name: &str) -> String {
    format!("it refers to {name}, which leads back to it and is set nowhere else")
}

#[test]
fn a_variable_that_refers_to_itself_means_the_definition_it_hides() {
    assert_value(&[], "VALUE=1\nVALUE=${VALUE}2\nVALUE=$VALUE${VALUE}3\n", "12123");
    assert_value(&[], "VALUE=${VALUE:-1}", "1");
    assert_value(&[], "VALUE=$VALUE", "$VALUE");
    assert_refused(&load(&[], "VALUE=${VALUE}"), 1, &circular("VALUE"));
    let files = Files::with(".env", "VALUE=base\n");
    files.write(".env.prod", "VALUE=${VALUE}-prod\n");
    let loaded = loader(&files).environment("prod").load().unwrap();
    assert_eq!(loaded.value.as_deref(), Some("base-prod"));
    let one = files.write("one.env", "VALUE=${VALUE:-0}1\n");
    let two = files.write("two.env", "VALUE=${VALUE}2\n");
    let loaded = loader(&files).dotenv(one).dotenv(two).load().unwrap();
    assert_eq!(loaded.value.as_deref(), Some("012"));
}

#[test]
fn a_circle_of_references_ends_in_an_error_and_not_in_a_loop() {
    let circle = "VALUE=${A}\nA=${B}\nB=${C}\nC=${A}\n";
    assert_refused(&load(&[], circle), 1, &circular("A"));
    assert_value(&[], "VALUE=${A}\nA=a${B:-x}\nB=b${A:-y}\n", "aby");
    assert_value(&[], "VALUE=$A\nA=a$B\nB=b$A\n", "ab$A");
}

/// `A0=x`, then each name refers to the one before it; VALUE refers to the last of `count`.
fn chain(count: usize) -> String {
    let links: String = (1..count).map(|at| format!("A{at}=${{A{}}}\n", at - 1)).collect();
    format!("A0=x\n{links}VALUE=${{A{}}}\n", count - 1)
}

#[test]
fn references_may_go_through_32_others() {
    assert_value(&[], &chain(2), "x");
    assert_value(&[], &chain(33), "x");
    let deep = load(&[], &chain(34));
    assert_refused(&deep, 35, "its references are nested more than 32 deep");
    let nested = format!("VALUE={}x{}", "${U:-".repeat(1000), "}".repeat(1000));
    assert_refused(&load(&[], &nested), 1, "its references are nested more than 32 deep");
}

#[test]
fn references_may_add_up_to_1_mib() {
    let half = "x".repeat(1 << 19);
    let fits = load(&[("H", &half)], "VALUE=$H${H}").unwrap();
    assert_eq!(fits.value.as_ref().map(String::len), Some(1 << 20));
    let reason = "its references add up to more than 1 MiB";
    assert_refused(&load(&[("H", &half)], "VALUE=$H${H}y"), 1, reason);
    assert_refused(&load(&[("H", &half)], "VALUE=$H${H}$H"), 1, reason);
    let doubling: String =
        (1..30).map(|at| format!("A{at}=${{A{0}}}${{A{0}}}\n", at - 1)).collect();
    let result = load(&[], &format!("A0=0123456789\n{doubling}VALUE=$A29"));
    let problem = problems::only(&result);
    let reasons = [reason, "this load has more than 10,000 references"];
    assert!(problem.reason_text().is_some_and(|text| reasons.contains(&text)), "{problem}");
    // A value that has no reference is as long as it likes.
    let long = "y".repeat(3 << 20);
    let loaded = load(&[], &format!("VALUE='{long}'")).unwrap();
    assert_eq!(loaded.value.as_ref().map(String::len), Some(long.len()));
}

#[test]
fn one_load_follows_10_000_references() {
    let text = |count| format!("A=x\nVALUE={}\n", "$A".repeat(count));
    let loaded = load(&[], &text(10_000)).unwrap();
    assert_eq!(loaded.value.as_ref().map(String::len), Some(10_000));
    let reason = "this load has more than 10,000 references";
    assert_refused(&load(&[], &text(10_001)), 2, reason);
}

#[test]
fn where_empty_is_unset_a_reference_passes_over_empty_values() {
    let load = |text: &str| {
        let files = Files::with(".env", text);
        loader(&files).empty_as_unset(true).vars([("EMPTY", "")]).load()
    };
    let value = |text| load(text).unwrap().value.clone();
    assert_eq!(value("EMPTY=below\nVALUE=$EMPTY").as_deref(), Some("below"));
    assert_eq!(value("VALUE=${EMPTY-d}").as_deref(), Some("d"));
    assert_refused(&load("VALUE=${EMPTY}"), 1, "it refers to EMPTY, which is not set");
}

#[test]
fn where_empty_is_unset_a_value_whose_references_are_all_empty_is_unset() {
    let files = Files::with(".env", "VALUE=below\n");
    files.write(".env.prod", "VALUE=${UNSET:-}$EMPTY${UNSET:+x}\n");
    let value = |loader: Loader<Config>| {
        let loaded = loader.vars([("EMPTY", "")]).load().unwrap_or_else(|error| panic!("{error}"));
        (loaded.value.clone(), loaded.audit().value.source)
    };
    let prod = || loader(&files).environment("prod");
    assert_eq!(value(prod()), (Some(String::new()), Source::FileEnv));
    let unset = || prod().empty_as_unset(true);
    files.write(".env.prod", "VALUE=${UNSET:-}${EMPTY-}${UNSET:+x}\n");
    assert_eq!(value(unset()), (Some("below".to_owned()), Source::File));
    assert_eq!(value(unset().without(Source::File)), (None, Source::SchemaDefault));
    // One that stands before it in the same file counts again.
    files.write(".env.prod", "VALUE=above\nVALUE=${UNSET:-}\n");
    assert_eq!(value(unset()), (Some("above".to_owned()), Source::FileEnv));
    // And one that is not empty, or leads nowhere, is none of these.
    files.write(".env.prod", "VALUE=${UNSET:-x}\n");
    assert_eq!(value(unset()), (Some("x".to_owned()), Source::FileEnv));
    files.write(".env.prod", "VALUE=${UNSET}\n");
    assert_eq!(problems::only(&unset().load()).kind(), ProblemKind::Invalid);
}

#[test]
fn a_variable_that_is_not_utf_8_is_not_set_for_a_reference() {
    #[cfg(unix)]
    {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let files = Files::with(".env", "VALUE=${X:-d}");
        let vars = [(OsStr::new("X"), OsStr::from_bytes(b"\xff"))];
        let loaded = loader(&files).vars(vars).load().unwrap();
        assert_eq!(loaded.value.as_deref(), Some("d"));
    }
}

#[test]
fn no_part_of_a_secret_is_in_the_error_about_its_references() {
    let table = [
        ("TOKEN=abc${s3cr3t}", "it refers to a variable that is not set"),
        ("TOKEN=abc${s3cr3t:?s3cr3t}", "it requires a variable that is not set"),
        ("TOKEN=${U:-${s3cr3t}}", "it refers to a variable that is not set"),
        ("TOKEN=s3cr3t${", "a `${` is not closed by `}`, or has no name in it"),
    ];
    for (text, reason) in table {
        let result = load(&[], text);
        assert_refused(&result, 1, reason);
        let error = result.err().expect("was refused");
        assert!(!problems::all_text(&error).contains("s3cr3t"), "{error}");
    }
}

#[test]
fn a_secret_is_not_shown_by_the_field_that_refers_to_it_either() {
    let table = [
        // What is found is a secret's value, or made of it.
        "TOKEN=s3cr3t\nPORT=${TOKEN}\n",
        "TOKEN=s3cr3t\nPORT=1${OTHER}\nOTHER=x$TOKEN\n",
        "PORT=${U:-$TOKEN}\nTOKEN='s3cr3t'\n",
        // The name that a secret refers to may be a part of it.
        "TOKEN=abc${s3cr3t}\nVALUE=${TOKEN}\n",
    ];
    for text in table {
        let error = load(&[], text).err().expect(text);
        assert!(!problems::all_text(&error).contains("s3cr3t"), "{error}");
    }
    let error = load(&[("TOKEN", "s3cr3t")], "PORT=$TOKEN").err().expect("no number");
    assert!(!problems::all_text(&error).contains("s3cr3t"), "{error}");
    // One that refers to nothing secret says what it has found.
    let result = load(&[("TOKEN", "s3cr3t"), ("OTHER", "80a")], "PORT=$OTHER");
    assert_eq!(problems::only(&result).found(), Some("80a"));
}
