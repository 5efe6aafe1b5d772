//! Checks of the program's own, on fields and on structs.

use std::fmt;

use envaudit::{EnvConfig, ProblemKind};
use envaudit_tests::{absent, isolated, problems, read_as};

fn even(number: &u8) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("{number} is odd")) }
}

#[expect(clippy::ptr_arg, reason = "the field's own type")]
fn sorted(numbers: &Vec<u8>) -> Result<(), &'static str> {
    if numbers.is_sorted() { Ok(()) } else { Err("they are not sorted") }
}

#[derive(Debug)]
struct TooShort;

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too short")
    }
}

mod rules {
    use super::TooShort;

    #[expect(clippy::ptr_arg, reason = "the field's own type")]
    pub(crate) fn long(text: &String) -> Result<(), TooShort> {
        if text.len() > 3 { Ok(()) } else { Err(TooShort) }
    }
}

#[derive(EnvConfig, Debug)]
#[env(validate = Pool::in_order)]
struct Pool {
    #[env(default = 1)]
    min: u32,
    #[env(default = 10)]
    max: u32,
}

impl Pool {
    fn in_order(&self) -> Result<(), String> {
        if self.min <= self.max {
            Ok(())
        } else {
            Err(format!("min {} is above max {}", self.min, self.max))
        }
    }
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_", validate = fits)]
struct App {
    #[env(default = 100)]
    clients: u32,
    #[env(nested)]
    pool: Pool,
    #[env(nested)]
    spare: Option<Pool>,
}

fn fits(app: &App) -> Result<(), String> {
    let spare = app.spare.as_ref().map_or(0, |spare| spare.max);
    if app.pool.max + spare <= app.clients {
        Ok(())
    } else {
        Err("more connections than clients".to_owned())
    }
}

#[test]
fn a_function_checks_a_field_after_it_was_read() {
    assert_eq!(
        read_as!([validate = even] u8,
            "4"
        ),
        Ok(4)
    );
    let problem = read_as!([validate = even] u8,
        "3"
    )
    .expect_err("odd");
    assert_eq!(problem.kind(), ProblemKind::Invalid);
    assert_eq!(problem.reason_text(), Some("3 is odd"));
    assert_eq!(problem.expected(), Some("an integer from 0 to 255"));
    assert!(read_as!([validate = sorted] Vec<u8>, "2,1").is_err());
    let problem = read_as!([validate = rules::long] String,
        "abc"
    )
    .expect_err("short");
    assert_eq!(problem.reason_text(), Some("too short"));
}

#[test]
fn a_function_checks_what_is_in_an_option() {
    assert_eq!(read_as!([validate = even] Option<u8>, "4"), Ok(Some(4)));
    assert!(read_as!([validate = even] Option<u8>, "3").is_err());
    assert_eq!(absent!([validate = even] Option<u8>), Ok(None));
}

#[test]
fn a_function_comes_after_the_other_checks() {
    let problem = read_as!([range(0..=9), validate = even] u8,
        "11"
    )
    .expect_err("too great");
    assert_eq!(problem.reason_text(), None, "the range has refused it");
}

#[test]
fn a_struct_is_checked_when_all_its_fields_are_there() {
    let load = |vars: &[(&str, &str)]| {
        let vars = vars.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        isolated::vars::<App>(vars.collect::<Vec<_>>()).load()
    };
    load(&[]).expect("the defaults fit");
    let result = load(&[("APP_POOL_MIN", "11")]);
    let problem = problems::only(&result);
    assert_eq!(problem.kind(), ProblemKind::Validation);
    assert_eq!(problem.to_string(), "Pool is not valid\n   because   min 11 is above max 10\n");

    let result = load(&[("APP_POOL_MAX", "101")]);
    assert_eq!(problems::only(&result).message(), "App is not valid");

    let result = load(&[("APP_SPARE_MAX", "91")]);
    assert_eq!(problems::only(&result).reason_text(), Some("more connections than clients"));

    let kinds = |result| {
        problems::of::<envaudit::Loaded<App>>(result).iter().map(|p| p.kind()).collect::<Vec<_>>()
    };
    let both = load(&[("APP_POOL_MIN", "11"), ("APP_SPARE_MIN", "11"), ("APP_CLIENTS", "x")]);
    let (validation, invalid) = (ProblemKind::Validation, ProblemKind::Invalid);
    assert_eq!(kinds(&both), [invalid, validation, validation], "{both:?}");
    let unread = load(&[("APP_POOL_MIN", "x"), ("APP_POOL_MAX", "0")]);
    assert_eq!(kinds(&unread), [invalid], "a struct with a hole in it is not checked: {unread:?}");
}

#[test]
fn an_absent_group_is_not_checked() {
    fn never(_: &Strict) -> Result<(), String> {
        Err("never".to_owned())
    }
    #[derive(EnvConfig, Debug)]
    #[env(validate = never)]
    struct Strict {
        #[env(default = 1)]
        level: u8,
    }
    #[derive(EnvConfig, Debug)]
    struct Config {
        #[env(nested)]
        strict: Option<Strict>,
    }
    let loaded = isolated::nothing::<Config>().load().expect("there is nothing to check");
    assert!(loaded.strict.is_none());
    let result = isolated::vars::<Config>([("STRICT_LEVEL", "1")]).load();
    assert_eq!(problems::only(&result).kind(), ProblemKind::Validation);
    assert!(result.map(|loaded| loaded.strict.as_ref().map(|s| s.level)).is_err());
}
