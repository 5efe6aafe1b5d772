//! Rules of a struct's `validate` function: several at once, with the variables they are about, beside other problems.

use std::error::Error;

use envaudit::{EnvConfig, ExposeSecret, Invalid, Problem, ProblemKind, SecretString, Source};
use envaudit_tests::{Files, isolated, problems};

#[derive(EnvConfig, Debug)]
#[env(validate = rules)]
struct Pool {
    #[env(default = 1)]
    min: u32,
    #[env(default = 10, alias = "MOST")]
    max: u32,
    #[env(default = "pool")]
    name: String,
}

fn rules(pool: &Pool) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    if pool.min > pool.max {
        invalid.push(Invalid::new("the least is above the greatest").key("min").key("max"));
    }
    if pool.name.contains(' ') {
        invalid.push(Invalid::new("a name is one word").key("name"));
    }
    invalid.into_result()
}

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_", validate = fits)]
struct App {
    #[env(default = 100)]
    clients: u32,
    password: Option<SecretString>,
    #[env(nested)]
    pool: Pool,
    #[env(nested)]
    other: Other,
}

#[derive(EnvConfig, Debug)]
struct Other {
    #[env(default = 1)]
    level: u8,
}

fn fits(app: &App) -> Result<(), Invalid> {
    let mut invalid = Invalid::none();
    if app.pool.max > app.clients {
        let rule = Invalid::new("more connections than clients");
        invalid.push(rule.key("pool.max").key("APP_CLIENTS"));
    }
    if let Some(password) = &app.password
        && password.expose_secret().len() < 12
    {
        let password = password.expose_secret();
        invalid.push(Invalid::new(format!("{password} is too short")).key("password"));
    }
    invalid.into_result()
}

fn load(vars: &[(&str, &str)]) -> Result<envaudit::Loaded<App>, envaudit::LoadError> {
    isolated::vars::<App>(vars.iter().copied()).load()
}

fn messages(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(Problem::message).collect()
}

#[test]
fn every_broken_rule_is_a_problem_with_the_variables_it_is_about() {
    let result = load(&[("APP_POOL_MIN", "11"), ("APP_POOL_NAME", "two words")]);
    let found = problems::of(&result);
    assert_eq!(
        messages(found),
        ["APP_POOL_MIN and APP_POOL_MAX are not valid together", "APP_POOL_NAME is not valid"]
    );
    assert!(found.iter().all(|problem| problem.kind() == ProblemKind::Validation));
    assert_eq!(found[0].keys().collect::<Vec<_>>(), ["APP_POOL_MIN", "APP_POOL_MAX"]);
    assert_eq!((found[0].key(), found[0].source()), (Some("APP_POOL_MIN"), None));
    assert_eq!(found[0].reason_text(), Some("the least is above the greatest"));
    // Of a rule about one variable it is known where that came from.
    assert_eq!((found[1].key(), found[1].source()), (Some("APP_POOL_NAME"), Some(Source::System)));
    assert_eq!(
        found[1].to_string(),
        "APP_POOL_NAME is not valid\n   \
            found     in the process environment\n   \
            because   a name is one word\n"
    );
}

#[test]
fn a_variable_is_named_by_its_key_or_by_the_way_to_its_field() {
    let result = load(&[("APP_POOL_MOST", "101")]);
    let problem = problems::only(&result);
    assert_eq!(problem.message(), "APP_POOL_MAX and APP_CLIENTS are not valid together");
    let json = serde_json::to_value(problem).expect("JSON");
    assert_eq!(json["key"], "APP_POOL_MAX");
    assert_eq!(json["other_keys"], serde_json::json!(["APP_CLIENTS"]));
}

#[test]
fn where_the_value_stands_is_said_and_a_secret_in_the_message_is_not() {
    let files = Files::with(".env", "\nAPP_PASSWORD=hunter2hunt\n");
    let result = files.loader::<App>().load();
    let problem = problems::only(&result);
    assert_eq!(problem.key(), Some("APP_PASSWORD"));
    assert_eq!(problem.location().map(|place| place.to_string().ends_with(".env:2")), Some(true));
    assert!(!format!("{problem:?}{problem}").contains("hunter2"), "{problem}");
}

#[test]
fn a_struct_is_checked_beside_the_problems_of_others() {
    // Of another struct, of the struct around it, of the sources.
    let vars = [("APP_OTHER_LEVEL", "x"), ("APP_CLIENTS", "y"), ("APP_POOL_MIN", "11")];
    let result = load(&vars);
    assert_eq!(
        messages(problems::of(&result)),
        [
            "APP_CLIENTS is invalid",
            "APP_POOL_MIN and APP_POOL_MAX are not valid together",
            "APP_OTHER_LEVEL is invalid",
        ]
    );
    let loader = isolated::vars::<App>([("APP_POOL_MIN", "11"), ("APP_UNHEARD_OF", "1")]);
    let result = loader.deny_unknown(true).load();
    let kinds: Vec<_> = problems::of(&result).iter().map(Problem::kind).collect();
    assert!(kinds.contains(&ProblemKind::UnknownKey), "{kinds:?}");
    assert!(kinds.contains(&ProblemKind::Validation), "{kinds:?}");
}

#[test]
fn a_struct_that_lacks_a_field_is_not_checked() {
    let result = load(&[("APP_POOL_MIN", "11"), ("APP_POOL_MAX", "x")]);
    assert_eq!(messages(problems::of(&result)), ["APP_POOL_MAX is invalid"]);
    // Nor the one around a struct that was refused: its function may rely on what the other has checked.
    let result = load(&[("APP_POOL_MIN", "200"), ("APP_POOL_MAX", "150")]);
    assert_eq!(
        messages(problems::of(&result)),
        ["APP_POOL_MIN and APP_POOL_MAX are not valid together"]
    );
    let loaded = load(&[("APP_OTHER_LEVEL", "2")]).expect("nothing is wrong");
    assert_eq!(loaded.other.level, 2);
}

#[test]
fn names_that_are_no_variable_of_the_struct_stand_in_the_reason() {
    #[derive(EnvConfig, Debug)]
    #[env(validate = never)]
    struct Config {
        #[env(default = 1)]
        level: u8,
    }
    fn never(_: &Config) -> Result<(), Invalid> {
        Err(Invalid::new("it is late").key("clock").key("level.low"))
    }
    let result = isolated::nothing::<Config>().load();
    let problem = problems::only(&result);
    assert_eq!((problem.message(), problem.key()), ("Config is not valid", None));
    assert_eq!(problem.reason_text(), Some("it is late (clock) (level.low)"));
    assert!(result.map(|loaded| loaded.level).is_err());
}

#[test]
fn rules_reach_a_load_within_another_error_too() {
    fn boxed(_: &Boxed) -> Result<(), Box<dyn Error + Send + Sync>> {
        Err(Invalid::new("a").key("level").and(Invalid::new("b")).into())
    }
    #[derive(EnvConfig, Debug)]
    #[env(validate = boxed)]
    struct Boxed {
        #[env(default = 1)]
        level: u8,
    }
    let result = isolated::nothing::<Boxed>().load();
    let found = problems::of(&result);
    assert_eq!(messages(found), ["LEVEL is not valid", "Boxed is not valid"]);
    assert_eq!(found[0].source(), Some(Source::SchemaDefault));
    assert!(result.map(|loaded| loaded.level).is_err());

    fn text(_: &Text) -> Result<(), Box<dyn Error>> {
        Err("a text".into())
    }
    #[derive(EnvConfig, Debug)]
    #[env(validate = text)]
    struct Text {
        #[env(default = 1)]
        level: u8,
    }
    let result = isolated::nothing::<Text>().load();
    assert_eq!(problems::only(&result).reason_text(), Some("a text"));
    assert!(result.map(|loaded| loaded.level).is_err());
}

#[test]
fn an_error_without_a_rule_is_a_problem_all_the_same() {
    fn empty(_: &Config) -> Result<(), Invalid> {
        Err(Invalid::none())
    }
    #[derive(EnvConfig, Debug)]
    #[env(validate = empty)]
    struct Config {
        #[env(default = 1)]
        level: u8,
    }
    let result = isolated::nothing::<Config>().load();
    assert_eq!(problems::only(&result).to_string(), "Config is not valid\n");
    assert!(result.map(|loaded| loaded.level).is_err());
}

#[test]
fn rules_can_be_collected_and_shown() {
    let all: Invalid = [Invalid::new("a").key("x").key("y"), "b".into()].into_iter().collect();
    assert_eq!(all.to_string(), "x, y: a; b");
    assert_eq!(all.clone().into_result(), Err(all));
    assert_eq!(Invalid::none().into_result(), Ok(()));
}
