//! Secrets that were pasted over several lines: the second line is no variable, and is not shown.

use envaudit::{EnvConfig, ProblemKind, SecretString};
use envaudit_tests::{Files, problems};

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only what is said of it is looked at")]
struct Config {
    token: Option<SecretString>,
    port: Option<u16>,
}

/// The first line of a value and its second line, as they are in the file.
const PASTED: [(&str, &str); 8] = [
    // base32, base64, base64url, and hexadecimal digits with padding of somebody's own.
    ("JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXA===="),
    ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "GEZDGNBVGY3TQOI="),
    ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "kqhkiG9w0BAQEFAASCBKcwggSjAgEA=="),
    ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "kqhkiG9w0BAQEFAASCBKcwggSjAgEAx="),
    ("aB3dE-f9Gh_iJ2kLmN4oP", "qR5sT-u6Vw_xY7zA-b8Cd=="),
    ("aB3dE-f9Gh_iJ2kLmN4oP", "qR5sT-u6Vw_xY7zA-b8Cde="),
    ("DEADBEEF00C0FFEE1234", "DEADBEEF00C0FFEE12=="),
    ("AbCdEfGh+/12", "QQ=="),
];

#[test]
fn the_rest_of_a_value_is_refused_by_its_line_and_not_shown() {
    for (first, second) in PASTED {
        for deny_unknown in [false, true] {
            let files = Files::with(".env", format!("PORT=80\nTOKEN={first}\n{second}\n"));
            let result = files.loader::<Config>().deny_unknown(deny_unknown).load();
            let problem = problems::only(&result);
            assert_eq!(problem.kind(), ProblemKind::Syntax, "{second}: {problem}");
            assert_eq!(problem.location().and_then(|place| place.line()), Some(3));
            let text = problems::all_text(result.as_ref().err().expect("refused"));
            assert!(!text.contains(second.trim_end_matches('=')), "{text}");
        }
    }
}

#[test]
fn an_unknown_name_that_could_be_a_part_of_a_secret_is_not_shown() {
    for (_, second) in PASTED.into_iter().filter(|(_, second)| second.len() > 8) {
        // Not below the value that it belongs to, so that nothing tells it from a variable.
        let files = Files::with(".env", format!("{second}\n"));
        let result = files.loader::<Config>().deny_unknown(true).load();
        let text = problems::all_text(result.as_ref().err().expect("refused"));
        assert!(!text.contains(second.trim_end_matches('=')), "{text}");
        assert!(text.contains(".env:1"), "{text}");
    }
    let files = Files::with(".env", "S3_BUCKET_2=x\nEMPTY_ONE=\nPROT=1\n");
    let result = files.loader::<Config>().deny_unknown(true).load();
    let names: Vec<Option<&str>> =
        problems::of(&result).iter().map(|problem| problem.key()).collect();
    assert_eq!(names, [Some("S3_BUCKET_2"), Some("EMPTY_ONE"), Some("PROT")]);
}

#[test]
fn ordinary_lines_below_a_long_value_are_variables() {
    let texts = [
        "TOKEN=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nAPP_S3_BUCKET_OF_2026=\nPORT=80\n",
        "TOKEN=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nConnectionStrings__Default=\nPORT=80\n",
        "TOKEN=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nOTHER=kqhkiG9w0BAQEFAASCBKcwggSjAgEA==\nPORT=80\n",
        "TOKEN=MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nPORT=80\nOTHER=\n",
        "PORT=80\nA==\n",
        "PORT=80\nTHE_SEPARATOR_OF_ANOTHER='='\nANOTHER_SEPARATOR= =\n",
    ];
    for text in texts {
        let files = Files::with(".env", text);
        let loaded = files.loader::<Config>().load().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(loaded.port, Some(80), "{text:?}");
    }
}
