//! Numbers beyond their types, parts of a byte, and numbers without the unit that they need.

use core::time::Duration;

use envaudit::{EnvConfig, ProblemKind};
use envaudit_tests::{isolated, problems};

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "most are only read")]
struct Numbers {
    single: Option<f32>,
    double: Option<f64>,
    list: Option<Vec<f64>>,
    timeout: Option<Duration>,
}

fn reason(key: &str, value: &str) -> Option<String> {
    let result = isolated::vars::<Numbers>([(key, value)]).load();
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::Invalid, "{key} {value}");
    problem.reason_text().map(str::to_owned)
}

#[test]
fn a_float_beyond_its_type_is_refused() {
    for (key, value) in [
        ("SINGLE", "1e88"),
        ("SINGLE", "-1e39"),
        ("DOUBLE", "1e400"),
        ("DOUBLE", "-1e309"),
        ("LIST", "1,1e400"),
    ] {
        let reason = reason(key, value).unwrap_or_default();
        assert!(reason.contains("beyond the greatest number"), "{key} {value}: {reason}");
    }
    for (key, value) in [
        ("DOUBLE", "1e308"),
        ("SINGLE", "3.4e38"),
        ("DOUBLE", "1e-400"),
        ("DOUBLE", "inf"),
        ("DOUBLE", "nan"),
    ] {
        assert!(isolated::vars::<Numbers>([(key, value)]).load().is_ok(), "{key} {value}");
    }
}

#[test]
fn a_duration_without_a_unit_is_refused_with_that_reason() {
    for value in ["30", "1h 30", "5 "] {
        let reason = reason("TIMEOUT", value).unwrap_or_default();
        assert!(reason.contains("the unit is missing"), "{value}: {reason}");
    }
    assert_eq!(reason("TIMEOUT", "5 parsecs"), None);
    let cfg = isolated::vars::<Numbers>([("TIMEOUT", "30s")]).load().unwrap();
    assert_eq!(cfg.timeout, Some(Duration::from_secs(30)));
}

#[cfg(feature = "types")]
mod sizes {
    use bytesize::ByteSize;

    use super::*;

    #[derive(EnvConfig, Debug)]
    struct Sizes {
        size: ByteSize,
    }

    #[test]
    fn a_size_is_whole_bytes_up_to_the_greatest_number_of_them() {
        for value in [
            "22EB",
            "20000PB",
            "99999999999999999999GiB",
            "18446744073709551616",
            "18446744073709551616 B",
            "18014398509481984 KiB",
            "16EiB",
            "0.1B",
            "0.5",
            "0.0001KB",
        ] {
            let result = isolated::vars::<Sizes>([("SIZE", value)]).load();
            assert_eq!(problems::only(&result).kind(), ProblemKind::Invalid, "{value}");
        }
        for (value, bytes) in [
            ("0", 0),
            ("0B", 0),
            ("1B", 1),
            ("1.5KiB", 1536),
            ("10 MiB", 10 << 20),
            ("15EiB", 15 << 60),
            ("18446744073709551615", u64::MAX),
            ("18446744073709551615 B", u64::MAX),
            ("0018446744073709551615b", u64::MAX),
            ("18014398509481983 KiB", u64::MAX - 1023),
            ("9007199254740993 B", (1 << 53) + 1),
        ] {
            let cfg = isolated::vars::<Sizes>([("SIZE", value)]).load().unwrap();
            assert_eq!(cfg.size.as_u64(), bytes, "{value}");
        }
    }
}
