//! What the operator reads: the text of every kind of problem, written out.

use core::time::Duration;

use envaudit::{EnvConfig, LoadError, Loaded, Policy, SecretString, Source};
use envaudit_tests::{Files, Store, isolated};

#[derive(EnvConfig, Debug)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct App {
    /// Port the server listens on.
    #[env(default = 8080, range(1..))]
    port: u16,
    #[env(sources(Aws, Docker, System))]
    api_key: Option<SecretString>,
    #[env(nested)]
    db: Option<Db>,
}

#[derive(EnvConfig, Debug)]
#[env(validate = different)]
struct Db {
    user: String,
    password: SecretString,
}

fn different(db: &Db) -> Result<(), String> {
    use envaudit::ExposeSecret;
    if db.password.expose_secret() == db.user {
        Err(format!("the password {} is the user's name", db.user))
    } else {
        Ok(())
    }
}

/// The text of the error, with the folder of the test called `DIR`.
fn text<T: EnvConfig>(result: Result<Loaded<T>, LoadError>, files: &Files) -> String {
    let error = result.err().expect("the load fails");
    error.to_string().replace(&files.path().display().to_string(), "DIR")
}

fn problem<T: EnvConfig>(result: Result<Loaded<T>, LoadError>, files: &Files) -> String {
    let text = text(result, files);
    let (_, problem) = text.split_once(": 1 problem\n\n1. ").expect("one problem");
    problem.to_owned()
}

#[test]
fn every_problem_is_in_one_list() {
    let files = Files::with(".env", "APP_PORT=0\nAPP_DB_USER=me\nAPP_API_KEY=k\nnonsense\n");
    assert_eq!(
        text(files.loader::<App>().load(), &files),
        "\
cannot load App: 4 problems

1. DIR/.env:4 cannot be understood
   because   there is no `=` on the line
   hint      write NAME=value, or # before a comment

2. APP_PORT is invalid
   found     `0` in DIR/.env:1
   expected  an integer from 1 to 65535

3. APP_API_KEY may not come from the source `file`
   found     in DIR/.env:3
   hint      set it in the environment instead

4. APP_DB_PASSWORD is missing
   expected  text (a secret)
   hint      it may be set in DIR/.env:4: fix that first
"
    );
}

#[test]
fn missing() {
    #[derive(EnvConfig, Debug)]
    #[expect(dead_code, reason = "only what a load says of it is looked at")]
    struct Config {
        #[env(one_of("eu", "us"))]
        region: String,
        #[env(sources(Azure, Aws, K8s))]
        token: SecretString,
    }
    let files = Files::new();
    assert_eq!(
        text(files.loader::<Config>().load(), &files),
        "\
cannot load Config: 2 problems

1. REGION is missing
   expected  one of `eu`, `us`
   hint      set REGION in the environment or in `.env`

2. TOKEN is missing
   expected  text (a secret)
   hint      set TOKEN in Azure Key Vault, in AWS or as a secret file
"
    );
    let result = files.loader::<Config>().vars([("REGOIN", "eu"), ("TOKEN", "")]).load();
    assert_eq!(
        text(result, &files),
        "\
cannot load Config: 2 problems

1. REGION is missing
   expected  one of `eu`, `us`
   hint      REGOIN is set in the process environment; did you mean that?

2. TOKEN may not come from the source `system`
   found     in the process environment
   hint      set it in Azure Key Vault, in AWS or as a secret file instead
"
    );
}

#[test]
fn invalid() {
    let files = Files::new();
    let cases: [(&[(&str, &str)], &str); 3] = [
        (
            &[("APP_PORT", "80a")],
            "APP_PORT is invalid\n   \
               found     `80a` in the process environment\n   \
               expected  an integer from 1 to 65535\n",
        ),
        (
            &[("APP_PORT", " 80")],
            "APP_PORT is invalid\n   \
               found     ` 80` in the process environment\n   \
               expected  an integer from 1 to 65535\n   \
               because   there are blanks around it\n",
        ),
        (
            &[("APP_PORT", "")],
            "APP_PORT is invalid\n   \
               found     `` in the process environment\n   \
               expected  an integer from 1 to 65535\n   \
               because   it is empty\n",
        ),
    ];
    for (vars, expected) in cases {
        let result = isolated::vars::<App>(vars.iter().copied()).load();
        assert_eq!(problem(result, &files), expected);
    }
}

#[test]
fn unknown_key() {
    let files = Files::with(".env", "\nAPP_PROT=80\nLEFT_OVER=1\n");
    let result = files.loader::<App>().vars([("APP_COLOUR", "x")]).deny_unknown(true).load();
    assert_eq!(
        text(result, &files),
        "\
cannot load App: 3 problems

1. APP_PROT is unknown
   found     in DIR/.env:2
   hint      did you mean APP_PORT?

2. LEFT_OVER is unknown
   found     in DIR/.env:3
   hint      no field of App reads it; remove it

3. APP_COLOUR is unknown
   found     in the process environment
   hint      no field of App reads it; remove it
"
    );
}

#[test]
fn unreadable() {
    let files = Files::new();
    let missing = files.path().join("missing.env");
    assert_eq!(
        problem(files.loader::<App>().dotenv(&missing).load(), &files),
        "DIR/missing.env cannot be read\n   because   it does not exist\n   hint      check the path that the program was given\n"
    );
    let result = isolated::vars::<App>([("APP_API_KEY_FILE", missing.into_os_string())]).load();
    assert_eq!(
        problem(result, &files),
        "the file that APP_API_KEY_FILE names cannot be read\n   \
           found     in DIR/missing.env\n   \
           because   it does not exist\n"
    );
    files.write("secrets/app_api_key", vec![b'x'; (1 << 20) + 1]);
    let result = App::loader()
        .dir(files.path())
        .vars([("", ""); 0])
        .docker_secrets(files.path().join("secrets"))
        .load();
    assert_eq!(
        problem(result, &files),
        "APP_API_KEY cannot be read\n   \
           found     in DIR/secrets/app_api_key\n   \
           because   it is larger than 1 MiB\n"
    );
}

#[test]
fn syntax() {
    let files = Files::with(".env", "A=1\nAPP_PORT=\"80\n");
    assert_eq!(
        problem(files.loader::<App>().load(), &files),
        "DIR/.env:2 cannot be understood\n   \
           because   a quote is not closed before the end of the file\n   \
           hint      close the quote; a value with a quote in it goes into the other kind of quotes\n"
    );
}

#[test]
fn provider() {
    let files = Files::new();
    let failing = Store::failing("vault", Source::Custom, "connection refused\nby 10.0.0.1");
    assert_eq!(
        problem(isolated::nothing::<App>().source(failing).load(), &files),
        "the provider vault failed\n   because   connection refused\n             by 10.0.0.1\n"
    );
    let slow = Store::new("vault", Source::Custom, |_| {
        std::thread::park();
        Ok(envaudit::Fetched::new())
    });
    let slow = slow.timeout(Duration::from_millis(10));
    assert_eq!(
        problem(isolated::nothing::<App>().source(slow).load(), &files),
        "the provider vault failed\n   because   no answer within 10ms\n"
    );
}

#[test]
fn validation() {
    let files = Files::new();
    let vars = [("APP_DB_USER", "mallory"), ("APP_DB_PASSWORD", "mallory")];
    assert_eq!(
        problem(isolated::vars::<App>(vars).load(), &files),
        "Db is not valid\n   because   the password [REDACTED] is the user's name\n"
    );
}

#[test]
fn policy() {
    let files = Files::with(".env", "APP_DB_USER=me\nAPP_DB_PASSWORD=secret-of-mine\n");
    let rules = Policy::production()
        .no_default_for(["APP_PORT"])
        .require_source("APP_API_KEY", [Source::Aws, Source::Docker]);
    assert_eq!(
        text(files.loader::<App>().policy(rules).load(), &files),
        "\
cannot load App: 3 problems

1. APP_PORT breaks the rule `no-default` of the policy
   found     in the default of the field
   expected  a value from anywhere but `schema_default`

2. APP_API_KEY breaks the rule `required-source` of the policy
   expected  a value from `aws` or `docker`
   because   it is not set

3. APP_DB_PASSWORD breaks the rule `secrets-outside-files` of the policy
   found     in DIR/.env:2
   expected  a value from anywhere but `file.env`, `file` or `schema_default`
"
    );
}

#[test]
fn setting() {
    let files = Files::new();
    assert_eq!(
        problem(files.loader::<App>().environment("../prod").load(), &files),
        "the environment's name is not a word\n   \
           found     `../prod`\n   \
           hint      use letters, digits, `-`, `_` and `.`, such as `prod`; it is set by `environment` or ENVAUDIT_ENV\n"
    );
}

#[test]
fn debug_is_the_list_too_because_main_and_unwrap_print_that() {
    let error = isolated::vars::<App>([("APP_PORT", "x")]).load().map(|_| ()).expect_err("bad");
    assert_eq!(format!("{error:?}"), error.to_string());
    let structure = format!("{error:#?}");
    assert!(structure.starts_with("LoadError {\n    config: \"App\","), "{structure}");
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    assert!(boxed.source().is_none());
}
