//! Values that hold one thing: what each type takes, what it refuses, and what it says was expected.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, NonZeroI8, NonZeroU16};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use envaudit_tests::read_as;

/// `takes!(u8: "1" => 1, …)`, then what is refused and the expectation that is shown for it.
macro_rules! type_reads {
    ($name:ident, $ty:ty, { $($text:expr => $value:expr),* $(,)? }, refuses [$($bad:expr),*], $expected:expr) => {
        #[test]
        fn $name() {
            $(assert_eq!(read_as!($ty, $text).as_ref(), Ok(&$value), "{:?}", $text);)*
            let refused: [(&str, Result<$ty, _>); _] = [$(($bad, read_as!($ty, $bad))),*];
            for (text, result) in refused {
                let problem = result.expect_err(text);
                assert_eq!(problem.expected(), Some($expected), "{text:?}");
                assert_eq!(problem.found(), Some(text));
            }
        }
    };
}

type_reads!(
    a_bool_takes_eight_words_in_any_case, bool,
    { "true" => true, "FALSE" => false, "1" => true, "0" => false, "Yes" => true, "no" => false,
      "on" => true, "oFF" => false },
    refuses ["", "2", "tru", "y", " true", "enabled"],
    "true or false"
);
type_reads!(
    an_unsigned_integer_takes_digits_within_its_bounds, u8,
    { "0" => 0, "255" => 255, "007" => 7, "+7" => 7 },
    refuses ["", "256", "-1", "1.0", "0x10", "1_000", " 1", "one"],
    "an integer from 0 to 255"
);
type_reads!(
    a_signed_integer_takes_a_sign, i8,
    { "-128" => -128, "127" => 127, "-0" => 0 },
    refuses ["-129", "128", "--1", "-"],
    "an integer from -128 to 127"
);
type_reads!(
    the_widest_integers_reach_their_ends, u128,
    { "340282366920938463463374607431768211455" => u128::MAX },
    refuses ["340282366920938463463374607431768211456"],
    "an integer from 0 to 340282366920938463463374607431768211455"
);
type_reads!(
    the_widest_signed_integer_reaches_its_ends, i128,
    { "-170141183460469231731687303715884105728" => i128::MIN },
    refuses ["170141183460469231731687303715884105728"],
    "an integer from -170141183460469231731687303715884105728 to 170141183460469231731687303715884105727"
);
type_reads!(
    a_non_zero_refuses_zero_whichever_way_it_is_written, NonZero<u16>,
    { "1" => NonZeroU16::MIN, "65535" => NonZeroU16::MAX },
    refuses ["0", "65536", "-1"],
    "an integer from 1 to 65535"
);
type_reads!(
    a_signed_non_zero_has_zero_in_its_middle, NonZeroI8,
    { "-128" => NonZeroI8::MIN, "1" => NonZeroI8::new(1).expect("1 is not 0") },
    refuses ["0"],
    "an integer from -128 to 127, but not 0"
);
type_reads!(
    a_float_takes_every_notation_of_the_language, f64,
    { "1" => 1.0, "-2.5" => -2.5, "1e3" => 1000.0, ".5" => 0.5, "inf" => f64::INFINITY },
    refuses ["", "1,5", "1.5.0", "0x1"],
    "a number"
);
type_reads!(
    a_char_is_one_character_not_one_byte, char,
    { "x" => 'x', "é" => 'é', " " => ' ' },
    refuses ["", "xy"],
    "one character"
);
type_reads!(
    an_ip_address_is_of_either_family, IpAddr,
    { "127.0.0.1" => IpAddr::V4(Ipv4Addr::LOCALHOST), "::1" => IpAddr::V6(Ipv6Addr::LOCALHOST) },
    refuses ["localhost", "127.0.0.256", "127.0.0.1:80"],
    "an IP address"
);
type_reads!(
    an_ipv4_address_is_of_that_family, Ipv4Addr,
    { "10.0.0.1" => Ipv4Addr::new(10, 0, 0, 1) },
    refuses ["::1", "10.0.0"],
    "an IPv4 address"
);
type_reads!(
    an_ipv6_address_is_of_that_family, Ipv6Addr,
    { "::1" => Ipv6Addr::LOCALHOST },
    refuses ["10.0.0.1", "[::1]"],
    "an IPv6 address"
);
type_reads!(
    a_socket_address_has_a_port, SocketAddr,
    { "127.0.0.1:80" => SocketAddr::from(([127, 0, 0, 1], 80)) },
    refuses ["127.0.0.1", "localhost:80", "127.0.0.1:65536"],
    "an address such as `127.0.0.1:8080`"
);
type_reads!(
    a_socket_address_of_version_four_is_one, SocketAddrV4,
    { "127.0.0.1:80" => SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80) },
    refuses ["[::1]:80"],
    "an address such as `127.0.0.1:8080`"
);
type_reads!(
    a_socket_address_of_version_six_has_brackets, SocketAddrV6,
    { "[::1]:80" => SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0) },
    refuses ["::1:80"],
    "an address such as `[::1]:8080`"
);
type_reads!(
    a_duration_has_units, Duration,
    { "1h 30m" => Duration::from_secs(5400), "250ms" => Duration::from_millis(250),
      "1h30m" => Duration::from_secs(5400), "2days" => Duration::from_secs(172_800),
      "0s" => Duration::ZERO },
    refuses ["", "30", "-1s", "1 fortnight"],
    "a duration such as `1h 30m` or `250ms`"
);
type_reads!(
    a_date_is_of_the_calendar, NaiveDate,
    { "2024-02-29" => NaiveDate::from_ymd_opt(2024, 2, 29).expect("a leap day") },
    refuses ["2023-02-29", "29.02.2024", "2024-02-29T00:00:00"],
    "a date such as `2026-11-30`"
);
type_reads!(
    a_time_of_day_is_of_the_clock, NaiveTime,
    { "13:45:00" => NaiveTime::from_hms_opt(13, 45, 0).expect("a time of day") },
    refuses ["24:00:00", "noon"],
    "a time of day such as `13:45:00`"
);
type_reads!(
    a_naive_time_has_no_offset, NaiveDateTime,
    { "1970-01-01T00:00:00" => DateTime::UNIX_EPOCH.naive_utc() },
    refuses ["1970-01-01", "1970-01-01T00:00:00Z"],
    "a time such as `2026-11-30T13:45:00`"
);
type_reads!(
    a_time_in_utc_is_converted_to_it, DateTime<Utc>,
    { "1970-01-01T00:00:00Z" => DateTime::UNIX_EPOCH,
      "1970-01-01T01:00:00+01:00" => DateTime::UNIX_EPOCH },
    refuses ["1970-01-01T00:00:00", "yesterday"],
    "a time such as `2026-11-30T13:45:00Z`"
);
type_reads!(
    a_time_with_an_offset_keeps_it, DateTime<FixedOffset>,
    { "1970-01-01T01:00:00+01:00" => DateTime::UNIX_EPOCH.fixed_offset() },
    refuses ["1970-01-01"],
    "a time such as `2026-11-30T13:45:00+01:00`"
);

#[test]
fn a_string_is_taken_verbatim() {
    for text in ["", "00123", "1e3", "true", " padded ", "\"quoted\"", "$HOME", "ünï\ncode"] {
        assert_eq!(read_as!(String, text).as_deref(), Ok(text));
    }
}

#[test]
fn what_is_not_a_number_is_one_to_a_float() {
    assert!(read_as!(f32, "NaN").expect("a float").is_nan());
}

#[cfg(unix)]
#[test]
fn bytes_that_are_not_utf8_are_for_paths_and_os_strings_alone() {
    use std::os::unix::ffi::OsStringExt;
    let bytes = || OsString::from_vec(vec![b'a', 0xff]);
    assert_eq!(read_as!(OsString, bytes()), Ok(bytes()));
    assert_eq!(read_as!(PathBuf, bytes()), Ok(PathBuf::from(bytes())));
    assert_eq!(read_as!(Option<PathBuf>, bytes()), Ok(Some(PathBuf::from(bytes()))));
    for problem in [
        read_as!(String, bytes()).expect_err("not UTF-8"),
        read_as!(u8, bytes()).expect_err("not UTF-8"),
        read_as!(Vec<String>, bytes()).expect_err("not UTF-8"),
    ] {
        assert_eq!(problem.reason_text(), Some("it is not valid UTF-8"));
        assert_eq!(problem.found(), None);
    }
}

#[test]
fn blanks_around_a_value_are_named_as_the_reason() {
    let problem = read_as!(u16, "80 ").expect_err("a blank is no digit");
    assert_eq!(problem.reason_text(), Some("there are blanks around it"));
    assert_eq!(
        read_as!([trim] u16,
            "\t80 "
        ),
        Ok(80)
    );
    assert_eq!(
        read_as!([trim] String,
            " a b "
        )
        .as_deref(),
        Ok("a b")
    );
}

#[test]
fn an_option_takes_what_its_type_takes() {
    assert_eq!(read_as!(Option<u16>, "80"), Ok(Some(80)));
    assert_eq!(read_as!(Option<String>, ""), Ok(Some(String::new())));
    let problem = read_as!(Option<u16>, "x").expect_err("not a number");
    assert_eq!(problem.expected(), Some("an integer from 0 to 65535"));
}
