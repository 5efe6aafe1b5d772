//! What stands in an env file, and on which line.

use envaudit::{
    EnvConfig, LoadError, Loaded, Loader, Problem, ProblemKind, SecretString, Source, Warning,
};
use envaudit_tests::{Files, problems};

#[derive(EnvConfig, Debug)]
struct Letters {
    a: Option<String>,
    b: Option<String>,
    c: Option<String>,
    d: Option<String>,
}

/// The key, the value and the line of what was supplied.
type Supplied = Vec<(String, String, Option<u32>)>;

fn supplied(loaded: &Loaded<Letters>) -> Supplied {
    let values = [&loaded.a, &loaded.b, &loaded.c, &loaded.d];
    let entries = loaded.audit().entries().zip(values);
    entries
        .filter_map(|(entry, value)| {
            let line = entry.location.as_ref().and_then(|location| location.line());
            Some((entry.key.to_string(), value.clone()?, line))
        })
        .collect()
}

fn load(text: impl AsRef<[u8]>) -> Result<Loaded<Letters>, LoadError> {
    Files::with(".env", text).loader().load()
}

/// The same, to compare with.
type Expected<'t> = &'t [(&'t str, &'t str, u32)];

/// Asserts that a file says this and nothing else.
#[track_caller]
fn assert_says(text: &str, expected: Expected<'_>) {
    let loaded = load(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let expected: Supplied = expected
        .iter()
        .map(|(key, value, line)| (key.to_string(), value.to_string(), Some(*line)))
        .collect();
    assert_eq!(supplied(&loaded), expected, "{text:?}");
}

#[test]
fn values_are_read_as_written_with_the_line_on_which_they_begin() {
    let table: &[(&str, Expected<'_>)] = &[
        // Plain values.
        ("A=1", &[("A", "1", 1)]),
        ("A=1\n", &[("A", "1", 1)]),
        ("A=1\nB=2", &[("A", "1", 1), ("B", "2", 2)]),
        ("A=00123\n", &[("A", "00123", 1)]),
        ("A=a=b==\n", &[("A", "a=b==", 1)]),
        ("A=http://h:80/p?q=1&r=%20\n", &[("A", "http://h:80/p?q=1&r=%20", 1)]),
        ("A=ünï€\u{1f600}\n", &[("A", "ünï€\u{1f600}", 1)]),
        ("A={\"x\"}\n", &[("A", "{\"x\"}", 1)]),
        ("A='{\"x\": [1, 2]}'\n", &[("A", "{\"x\": [1, 2]}", 1)]),
        ("A=~/x;y|z<>()!*?\n", &[("A", "~/x;y|z<>()!*?", 1)]),
        // Empty ones.
        ("A=", &[("A", "", 1)]),
        ("A=\nB=", &[("A", "", 1), ("B", "", 2)]),
        ("A=   \nB=\t\n", &[("A", "", 1), ("B", "", 2)]),
        ("A=''\nB=\"\"\n", &[("A", "", 1), ("B", "", 2)]),
        // Blanks.
        ("A=1 \t \nB=2\n", &[("A", "1", 1), ("B", "2", 2)]),
        ("  A=1\n\tB=2\n", &[("A", "1", 1), ("B", "2", 2)]),
        (
            "A =1\nB= 2\nC = 3\nD\t=\t4\n",
            &[("A", "1", 1), ("B", "2", 2), ("C", "3", 3), ("D", "4", 4)],
        ),
        ("A=' 1 '\nB=\" 2 \"\n", &[("A", " 1 ", 1), ("B", " 2 ", 2)]),
        ("A=a\\ b\n", &[("A", "a\\ b", 1)]),
        ("A=a b  c\td \t\nB=2\n", &[("A", "a b  c\td", 1), ("B", "2", 2)]),
        ("A=x\u{a0}y\n", &[("A", "x\u{a0}y", 1)]),
        // Comments.
        ("# A=1\n#B=2\nC=3\n", &[("C", "3", 3)]),
        ("  # A=1\n\n\n  \t\nA=2\n", &[("A", "2", 5)]),
        ("A=1 # one\nB=2\t#two\n", &[("A", "1", 1), ("B", "2", 2)]),
        ("A=1#one\n", &[("A", "1#one", 1)]),
        ("A=#one\nB= # two\n", &[("A", "", 1), ("B", "", 2)]),
        ("A='1' # one\nB=\"2\"#two\n", &[("A", "1", 1), ("B", "2", 2)]),
        ("A='1 # one'\nB=\"2 #two\"\n", &[("A", "1 # one", 1), ("B", "2 #two", 2)]),
        ("A=1  # it's, it was\nB=2 # \"\nC=3\n", &[("A", "1", 1), ("B", "2", 2), ("C", "3", 3)]),
        ("A= # it's\nB=2 # C:\\\nC=3 # \\x ${\n", &[("A", "", 1), ("B", "2", 2), ("C", "3", 3)]),
        ("A=1 #", &[("A", "1", 1)]),
        ("A=1\u{a0}# a blank of no keyboard, isn't it\nB='\n'\n", &[("A", "1", 1), ("B", "\n", 2)]),
        // Quotes.
        ("A='x y'\nB=\"x y\"\n", &[("A", "x y", 1), ("B", "x y", 2)]),
        (
            "A=a\"b\"\nB=a'b'\nC=a''b\nD=a'b\"c\n",
            &[("A", "a\"b\"", 1), ("B", "a'b'", 2), ("C", "a''b", 3), ("D", "a'b\"c", 4)],
        ),
        ("A='it\"s'\nB=\"it's\"\n", &[("A", "it\"s", 1), ("B", "it's", 2)]),
        ("A=\"say \\\"hi\\\"\"\nB=it\\'s\n", &[("A", "say \"hi\"", 1), ("B", "it\\'s", 2)]),
        ("A='x'   \nB=2\n", &[("A", "x", 1), ("B", "2", 2)]),
        // Backslashes.
        (
            "A=\"x\\ny\"\nB=x\\ny\nC='x\\ny'\n",
            &[("A", "x\ny", 1), ("B", "x\\ny", 2), ("C", "x\\ny", 3)],
        ),
        (
            "A=\"x\\\\y\"\nB=x\\\\\nC='x\\\\'\n",
            &[("A", "x\\y", 1), ("B", "x\\\\", 2), ("C", "x\\\\", 3)],
        ),
        (
            "A='C:\\new\\'\nB='\\\\host\\share\\'\nC=3\n",
            &[("A", "C:\\new\\", 1), ("B", "\\\\host\\share\\", 2), ("C", "3", 3)],
        ),
        // More lines.
        ("A='1\n2\n'\nB=3\n", &[("A", "1\n2\n", 1), ("B", "3", 4)]),
        ("A=\"1\n\n# 2\"\nB=3\n", &[("A", "1\n\n# 2", 1), ("B", "3", 4)]),
        ("\n\nA='\nB=1\n'\n\nB=2\n", &[("A", "\nB=1\n", 3), ("B", "2", 7)]),
        ("A=x'1\nB=2'y # c\nC=3\n", &[("A", "x'1", 1), ("B", "2'y", 2), ("C", "3", 3)]),
        (
            "A='\n'\nB='\n\n'\nC='\n\n\n'\nD=4",
            &[("A", "\n", 1), ("B", "\n\n", 3), ("C", "\n\n\n", 6), ("D", "4", 10)],
        ),
        // Carriage returns.
        ("A=1\r\nB=2\r\n", &[("A", "1", 1), ("B", "2", 2)]),
        (
            "A='x'\r\nB=\"y\" \r\n\r\n# c\r\nC=z # c\r\nD=\r\n",
            &[("A", "x", 1), ("B", "y", 2), ("C", "z", 5), ("D", "", 6)],
        ),
        ("A='1\r\n2'\r\nB=3\r\n", &[("A", "1\n2", 1), ("B", "3", 3)]),
        ("A=1\r", &[("A", "1", 1)]),
        // `export`.
        (
            "export A=1\nexport\tB='2'\n  export  C = 3\n",
            &[("A", "1", 1), ("B", "2", 2), ("C", "3", 3)],
        ),
        ("export=1\nexport =2\nA=3\n", &[("A", "3", 3)]),
        ("exportA=1\nA=2\n", &[("A", "2", 2)]),
        // A mark at the beginning of the file.
        ("\u{feff}A=1\nB=2\n", &[("A", "1", 1), ("B", "2", 2)]),
        ("\u{feff}# c\nA=1\n", &[("A", "1", 2)]),
        // Names of others.
        ("x-y=1\nx.y=2\n_=3\n_x1.-=4\nA=5\n", &[("A", "5", 5)]),
        ("a=1\nAA=2\nA_B=3\nA=4\n", &[("A", "4", 4)]),
        // Nothing at all.
        ("", &[]),
        ("\n\r\n \n", &[]),
        ("\u{feff}", &[]),
        // What is not printed.
        ("A=x\0y\nB=2\n", &[("A", "x\0y", 1), ("B", "2", 2)]),
        ("A=x\u{7}\u{1b}[0my\n", &[("A", "x\u{7}\u{1b}[0my", 1)]),
        (
            "A=\u{e000}\nB='\u{e000}\u{e001}\u{f8ff}'\n",
            &[("A", "\u{e000}", 1), ("B", "\u{e000}\u{e001}\u{f8ff}", 2)],
        ),
    ];
    for (text, expected) in table {
        assert_says(text, expected);
    }
}

#[test]
fn a_key_is_found_under_its_alias_with_the_line_of_the_alias() {
    #[derive(EnvConfig)]
    struct Renamed {
        #[env(alias = "OLD", alias = "OLDER")]
        new: String,
    }
    let table = [
        ("OLDER=3\n", "3", 1, Some("OLDER")),
        ("OLDER=3\nOLD=2\n", "2", 2, Some("OLD")),
        ("NEW=1\nOLD=2\nOLDER=3\n", "1", 1, None),
        ("OLDER=3\nOLD=2\nNEW=1\n", "1", 3, None),
    ];
    for (text, value, line, found_as) in table {
        let loaded = Files::with(".env", text).loader::<Renamed>().load().unwrap();
        let entry = &loaded.audit().new;
        assert_eq!(loaded.new, value, "{text:?}");
        assert_eq!(entry.location.as_ref().and_then(|location| location.line()), Some(line));
        assert_eq!(entry.found_as.as_deref(), found_as, "{text:?}");
        let warnings = loaded.audit().warnings();
        let is_conflict = |warning: &Warning| matches!(warning, Warning::Conflict { .. });
        assert_eq!(warnings.len(), usize::from(text.lines().count() > 1), "{text:?}");
        assert!(warnings.iter().all(is_conflict), "{warnings:?}");
    }
}

#[test]
fn of_a_variable_that_stands_twice_the_last_line_counts_and_a_warning_names_both() {
    let loaded = load("A=1\nB=x\n# c\nA='2'\nA=3\nOTHER=1\nOTHER=2\n").unwrap();
    assert_eq!(
        supplied(&loaded),
        [("A".into(), "3".into(), Some(5)), ("B".into(), "x".into(), Some(2))]
    );
    let duplicate = |before, now| Warning::Duplicate {
        key: "A",
        name: "A",
        source: Source::File,
        lines: (before, now),
    };
    assert_eq!(loaded.audit().warnings(), [duplicate(1, 4), duplicate(4, 5)]);
    let text = loaded.audit().warnings()[0].to_string();
    assert_eq!(text, "A is set twice in file: line 4 overrides line 1");
}

#[test]
fn where_empty_is_unset_an_empty_line_does_not_override_the_one_before() {
    let files = Files::with(".env", "A=1\nA=\nB=\nB=''\n");
    let loaded = files.loader::<Letters>().empty_as_unset(true).load().unwrap();
    assert_eq!(supplied(&loaded), [("A".into(), "1".into(), Some(1))]);
    assert_eq!(loaded.audit().warnings(), []);
}

/// The line and the reason of each problem.
fn faults(problems: &[Problem]) -> Vec<(u32, &str)> {
    let fault = |problem| {
        let problem: &Problem = problem;
        let line = problem.location().and_then(|location| location.line());
        (line.unwrap_or(0), problem.reason_text().unwrap_or(""))
    };
    problems.iter().map(fault).collect()
}

const NO_EQUALS: &str = "there is no `=` on the line";
const BAD_NAME: &str = "the text before `=` is not a name";
const UNTERMINATED: &str = "a quote is not closed before the end of the file";
const BAD_ESCAPE: &str = "a backslash is followed by a character that needs none";
const TEXT_AFTER: &str = "text follows the value";

#[test]
fn every_line_that_cannot_be_understood_is_reported_without_any_of_its_text() {
    let table: &[(&str, &[(u32, &str)])] = &[
        ("s3cr3t\n", &[(1, NO_EQUALS)]),
        ("s3cr3t: s3cr3t\n", &[(1, NO_EQUALS)]),
        ("export s3cr3t", &[(1, NO_EQUALS)]),
        ("A=1\n\n  s3cr3t\nB=2", &[(3, NO_EQUALS)]),
        ("=s3cr3t\n", &[(1, BAD_NAME)]),
        ("1s3cr3t=s3cr3t\n", &[(1, BAD_NAME)]),
        ("s3cr3t s3cr3t=s3cr3t\n", &[(1, BAD_NAME)]),
        ("s3cr3t[]=s3cr3t\n", &[(1, BAD_NAME)]),
        ("süß=s3cr3t\n", &[(1, BAD_NAME)]),
        ("'A'=s3cr3t\n", &[(1, BAD_NAME)]),
        ("export =s3cr3t=\nexport 1=s3cr3t\n", &[(2, BAD_NAME)]),
        ("A=1\n\u{feff}B=s3cr3t\n", &[(2, BAD_NAME)]),
        ("A='s3cr3t\n", &[(1, UNTERMINATED)]),
        ("A=\"s3cr3t", &[(1, UNTERMINATED)]),
        ("A=\"s3cr3t\\\"\n", &[(1, UNTERMINATED)]),
        ("A=\"it's s3cr3t\n", &[(1, UNTERMINATED)]),
        ("\n# c\nA='s3cr3t\nB=s3cr3t\ns3cr3t\n", &[(3, UNTERMINATED)]),
        ("A=s3cr3t\\\ns3cr3t\n", &[(2, NO_EQUALS)]),
        ("A=\"\\s3cr3t\"\n", &[(1, BAD_ESCAPE)]),
        ("A=\"s3cr3t\\t\"\n", &[(1, BAD_ESCAPE)]),
        ("A=\"s3cr3t\\\ns3cr3t\"\nB=1\n", &[(1, BAD_ESCAPE)]),
        ("A=\"C:\\Users\\s3cr3t\"\n", &[(1, BAD_ESCAPE)]),
        ("A=\"\\ü\"\n", &[(1, BAD_ESCAPE)]),
        ("A='s3cr3t' s3cr3t\n", &[(1, TEXT_AFTER)]),
        ("A='s3cr3t's3cr3t\n", &[(1, TEXT_AFTER)]),
        ("A=\"s3cr3t\nB=\"s3cr3t\"\n", &[(1, TEXT_AFTER)]),
        ("A=1 B=s3cr3t\n", &[(1, TEXT_AFTER)]),
        (
            "s3cr3t\nA=1\n1A=s3cr3t\nB='x\ny'\nC='s3cr3t' s3cr3t\nD=\"\\s3cr3t\"\n\nOTHER=''y # s3cr3t\nE='s3cr3t\n",
            &[
                (1, NO_EQUALS),
                (3, BAD_NAME),
                (6, TEXT_AFTER),
                (7, BAD_ESCAPE),
                (9, TEXT_AFTER),
                (10, UNTERMINATED),
            ],
        ),
    ];
    for (text, expected) in table {
        let error = load(text).expect_err(text);
        assert_eq!(faults(error.problems()), *expected, "{text:?}");
        for problem in error.problems() {
            assert_eq!(
                (problem.kind(), problem.source()),
                (ProblemKind::Syntax, Some(Source::File))
            );
            assert!(problem.hint_text().is_some() && problem.found().is_none(), "{problem:?}");
            assert!(problem.message().contains(".env:"), "{problem:?}");
        }
        assert!(!problems::all_text(&error).contains("s3cr3t"), "{text:?}: {error}");
    }
}

#[test]
fn the_faults_of_all_files_and_fields_are_in_one_error() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Strict {
        port: u16,
        token: SecretString,
    }
    let files = Files::with(".env", "PORT=s3cr3t\nx\n");
    files.write(".env.prod", "\ny y=1\n");
    let result = files.loader::<Strict>().environment("prod").load();
    let problems: Vec<(ProblemKind, Option<Source>)> =
        problems::of(&result).iter().map(|problem| (problem.kind(), problem.source())).collect();
    assert_eq!(
        problems,
        [
            (ProblemKind::Syntax, Some(Source::FileEnv)),
            (ProblemKind::Syntax, Some(Source::File)),
            (ProblemKind::Invalid, Some(Source::File)),
            (ProblemKind::Missing, None),
        ]
    );
}

#[test]
fn a_required_field_whose_line_cannot_be_understood_is_not_called_missing_as_well() {
    #[derive(EnvConfig)]
    #[expect(dead_code, reason = "it never loads")]
    struct Strict {
        port: u16,
        host: String,
    }
    let result = Files::with(".env", "PORT='80' 81\nHOSTS='x' y").loader::<Strict>().load();
    let found: Vec<(ProblemKind, Option<&str>)> =
        problems::of(&result).iter().map(|problem| (problem.kind(), problem.key())).collect();
    let (syntax, missing) = (ProblemKind::Syntax, ProblemKind::Missing);
    assert_eq!(found, [(syntax, Some("PORT")), (syntax, None), (missing, Some("HOST"))]);
}

/// Why a file that cannot be read at all cannot.
#[track_caller]
fn unreadable(loader: Loader<Letters>) -> String {
    let result = loader.load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::Unreadable);
    assert!(problem.location().and_then(|location| location.file()).is_some(), "{problem:?}");
    problem.reason_text().expect("a reason").to_owned()
}

#[test]
fn a_file_that_is_not_utf_8_is_refused_and_the_line_named() {
    let table: &[(&[u8], &str)] = &[
        (b"A=\xff\n", "line 1 is not valid UTF-8"),
        (b"A=1\nB='\n\n\xc3('\n", "line 4 is not valid UTF-8"),
        (b"A=1\r\n# caf\xe9\r\n", "line 2 is not valid UTF-8"),
        (b"\xff\xfeA\x00=\x001\x00", "it is UTF-16"),
        (b"\xfe\xff\x00A\x00=\x001", "it is UTF-16"),
    ];
    for (bytes, reason) in table {
        let files = Files::with(".env", bytes);
        assert_eq!(unreadable(files.loader()), *reason, "{bytes:?}");
    }
}

#[test]
fn a_folder_called_like_the_file_is_refused() {
    let files = Files::new();
    files.folder(".env");
    assert_eq!(unreadable(files.loader()), "it is a directory");
    let files = Files::new();
    let folder = files.folder("named");
    assert_eq!(unreadable(files.loader().dotenv(folder)), "it is a directory");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_there_and_cannot_be_opened_is_an_error() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new();
    files.link(".env", ".env");
    let reason = unreadable(files.loader());
    assert!(reason.contains("symbolic link"), "{reason}");

    let files = Files::with("file", "A=1");
    let reason = unreadable(files.loader().dotenv(files.path().join("file/.env")));
    assert!(reason.contains("ot a directory"), "{reason}");

    let files = Files::new();
    files.pipe(".env");
    assert_eq!(unreadable(files.loader()), "it is not a regular file");
    assert_eq!(unreadable(Files::new().loader().dotenv("/dev/zero")), "it is not a regular file");

    let files = Files::new();
    let locked = files.write(".env", "A=1");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    match std::fs::read(&locked) {
        // Root reads anything.
        Ok(_) => assert_eq!(files.loader::<Letters>().load().unwrap().a.as_deref(), Some("1")),
        Err(_) => assert!(unreadable(files.loader()).contains("ermission")),
    }
}

#[test]
fn a_file_beyond_64_mib_is_refused_unread() {
    let files = Files::new();
    let huge = files.write("huge.env", "A=1\n");
    let file = std::fs::File::options().write(true).open(&huge).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    assert_eq!(unreadable(files.loader().dotenv(huge)), "it is larger than 64 MiB");
}

#[test]
fn a_default_file_need_not_exist_and_one_that_was_named_must() {
    let files = Files::new();
    assert_eq!(supplied(&files.loader().environment("prod").load().unwrap()), []);
    let missing = files.path().join("missing.env");
    assert_eq!(unreadable(files.loader().dotenv(&missing)), "it does not exist");
    let missing = files.path().join("missing");
    assert_eq!(unreadable(files.loader().dir(&missing)), "it does not exist");
    let file = files.write("file", "A=1");
    assert_eq!(unreadable(files.loader().dir(&file)), "it is not a folder");
}

#[test]
fn a_missing_folder_does_not_keep_a_named_file_from_being_read() {
    let files = Files::new();
    let named = files.write("named.env", "x\n");
    let result = files.loader::<Letters>().dir(files.path().join("missing")).dotenv(named).load();
    let kinds: Vec<ProblemKind> = problems::of(&result).iter().map(Problem::kind).collect();
    assert_eq!(kinds, [ProblemKind::Unreadable, ProblemKind::Syntax]);
}

#[test]
fn of_several_named_files_the_later_wins_and_the_default_is_not_read() {
    let files = Files::with(".env", "A=default\nD=default\n");
    let one = files.write("one.env", "A=one\nB=one\nC=one\n");
    let two = files.write("two.env", "\nA=two\nB=two\n");
    let three = files.write("three.env", "\n\nA=three\n");
    let loaded: Loaded<Letters> =
        files.loader().dotenv(&one).dotenv(&two).dotenv(&three).load().unwrap();
    let places: Vec<Option<String>> = loaded
        .audit()
        .entries()
        .map(|entry| entry.location.as_ref().map(ToString::to_string))
        .collect();
    let expected = [(&three, 3), (&two, 3), (&one, 3)]
        .map(|(path, line)| Some(format!("{}:{line}", path.display())));
    assert_eq!(places[..3], expected);
    assert_eq!(places[3], None);
    let values = [&loaded.a, &loaded.b, &loaded.c].map(|value| value.as_deref());
    assert_eq!(values, [Some("three"), Some("two"), Some("one")]);
    assert_eq!(loaded.audit().warnings(), []);
    let audit = loaded.audit();
    assert_eq!([&audit.a.shadowed, &audit.b.shadowed], [&[Source::File], &[Source::File]]);
    assert!(audit.c.shadowed.is_empty() && audit.d.shadowed.is_empty());
}

#[test]
fn the_file_of_the_environment_wins_over_the_general_one() {
    let files = Files::with(".env", "A=general\nB=general\n");
    files.write(".env.prod", "A=prod\n");
    files.write(".env.dev", "A=dev\nC=dev\n");
    let loaded: Loaded<Letters> = files.loader().environment("prod").load().unwrap();
    assert_eq!(
        supplied(&loaded),
        [("A".into(), "prod".into(), Some(1)), ("B".into(), "general".into(), Some(2))]
    );
    let audit = loaded.audit();
    assert_eq!((audit.a.source, &audit.a.shadowed[..]), (Source::FileEnv, &[Source::File][..]));
    assert_eq!((audit.b.source, &audit.b.shadowed[..]), (Source::File, &[][..]));
    assert_eq!(audit.environment(), Some("prod"));
}

#[test]
fn the_name_of_an_environment_cannot_lead_out_of_the_folder() {
    let files = Files::with(".env", "");
    files.write("other/.env.prod", "A=1");
    let long = "x".repeat(65);
    let refused = [
        "../other/.env.prod",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "..",
        ".",
        ".hidden",
        "a b",
        "ä",
        "a\0b",
        "a\nb",
        "~",
        "$HOME",
        "*",
        "C:",
        &long,
    ];
    for name in refused {
        let result = files.loader::<Letters>().environment(name).load();
        let problem = problems::only(&result);
        assert_eq!(problem.kind(), ProblemKind::Setting, "{name:?}");
        assert!(problem.found().is_some(), "{problem:?}");
    }
    let accepted = ["prod", "Prod-2_eu.west", "1", &long[..64]];
    for name in accepted {
        files.write(&format!(".env.{name}"), format!("A={name}"));
        let loaded = files.loader::<Letters>().environment(name).load().unwrap();
        assert_eq!(loaded.a.as_deref(), Some(name));
        assert_eq!(loaded.audit().environment(), Some(name));
    }
    let loaded = files.loader::<Letters>().environment("").load().unwrap();
    assert_eq!(loaded.audit().environment(), None);
}

#[test]
fn the_environment_may_be_named_by_its_variable_which_is_checked_too() {
    let files = Files::with(".env.prod", "A=prod");
    let load = |name: &str| files.loader::<Letters>().vars([("ENVAUDIT_ENV", name)]).load();
    assert_eq!(load("prod").unwrap().a.as_deref(), Some("prod"));
    assert_eq!(load("").unwrap().audit().environment(), None);
    assert_eq!(problems::only(&load("../prod")).kind(), ProblemKind::Setting);
    let given = files.loader::<Letters>().vars([("ENVAUDIT_ENV", "../x")]).environment("prod");
    assert_eq!(given.load().unwrap().a.as_deref(), Some("prod"));
}

#[test]
fn a_relative_folder_is_shown_as_it_was_given() {
    let files = Files::with(".env", "A=1");
    let cwd = std::env::current_dir().unwrap();
    let up: std::path::PathBuf = cwd.components().skip(1).map(|_| "..").collect();
    let relative = up.join(files.path().strip_prefix("/").unwrap_or(files.path()));
    let loaded = files.loader::<Letters>().dir(&relative).load().unwrap();
    let location = loaded.audit().a.location.as_ref().map(ToString::to_string);
    assert_eq!(location, Some(format!("{}:1", relative.join(".env").display())));
}

#[test]
fn with_unknown_keys_denied_a_file_may_still_have_what_a_value_refers_to() {
    let files = Files::with(".env", "HOST=h\nA=http://${HOST}\nB=${PORT}\n");
    files.write(".env.prod", "PORT=80\nC=$HOST\n");
    let strict = || files.loader::<Letters>().environment("prod").deny_unknown(true);
    let loaded = strict().load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.a.as_deref(), Some("http://h"));
    // The beginning of a name that is referred to is another name.
    files.write(".env", "HOST=h\nHOS=h\nA=${HOST}\nPORTAL=1\n");
    let result = strict().load();
    let unknown: Vec<Option<&str>> = problems::of(&result).iter().map(Problem::key).collect();
    assert_eq!(unknown, [Some("PORT"), Some("HOS"), Some("PORTAL")]);
}
