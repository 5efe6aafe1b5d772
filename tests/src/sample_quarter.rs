//! A ledger of three months of a small company, with everything that reports are about, and names that would hurt a page.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use envaudit::ledger::{Actor, Context, Event, Ledger, Origin, Outcome};
use envaudit::{EnvConfig, Policy, SecretString, Source};

use crate::fresh_ledger::{Clock, key};
use crate::{Files, isolated};

/// Texts that are no more than texts.
pub const HOSTILE: [&str; 6] = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"quoted\" & 'single' onmouseover=alert(1)",
    "=HYPERLINK(\"http://example.invalid\",\"x\")",
    "user\u{202e}nimda\u{202c}",
    "]]></style><svg/onload=alert(1)>",
];

/// When it begins.
pub const BEGIN: &str = "2026-08-24T08:00:00Z";
/// The secret that was in a file.
pub const CANARY: &str = "canary-5f1d-in-the-quarter";

#[derive(EnvConfig)]
#[env(prefix = "SHOP_")]
#[expect(dead_code, reason = "only recorded")]
struct Config {
    #[env(default = 8080)]
    port: u16,
    #[env(default = "info")]
    log_level: String,
    database_url: Option<SecretString>,
    payment_api_key: Option<SecretString>,
    session_secret: Option<SecretString>,
    cache_ttl: Option<u32>,
    region: Option<String>,
    feature_checkout_v2: Option<bool>,
    support_mail: Option<String>,
}

struct Quarter {
    ledger: Ledger,
    clock: Clock,
    files: Files,
}

/// Makes it in a directory that is not there yet.
pub fn make(directory: &Path) {
    let clock = Clock::at(BEGIN);
    let shown = clock.clone();
    let options = envaudit::ledger::LedgerOptions::new().key(key()).vars([("", ""); 0]);
    let options = options.clock(move || shown.now()).segment_size(60_000);
    let sync = envaudit::ledger::SyncMode::Interval(std::time::Duration::from_secs(60));
    let ledger = options.sync(sync).init(directory).expect("a ledger");
    let quarter = Quarter { ledger, clock, files: Files::new() };
    for day in 0..91 {
        quarter.to(day, 9);
        quarter.day(day);
    }
    quarter.ledger.close().expect("closed");
}

impl Quarter {
    fn to(&self, day: i64, hour: i64) {
        let begin: DateTime<Utc> = BEGIN.parse().expect("a time");
        let begin = begin - TimeDelta::hours(8);
        let moment = begin + TimeDelta::days(day) + TimeDelta::hours(hour);
        self.clock.advance((moment - self.clock.now()).num_seconds());
    }

    fn event(&self, event: Event) {
        self.clock.advance(7);
        self.ledger.append(&event).expect("appended");
    }

    /// A configuration of a service in an environment: variables of the process, files, and Docker's secrets.
    fn record(
        &self,
        place: (&'static str, &'static str),
        who: (Actor, &'static str),
        vars: &[(&str, &str)],
        secrets: &[(&str, &str)],
        file: &str,
    ) {
        self.clock.advance(60);
        let (service, environment) = place;
        let root = format!("{service}-{environment}-{}", self.clock.now().timestamp());
        self.files.write(&format!("{root}/.env"), file);
        let docker = self.files.folder(&format!("{root}/docker"));
        for (name, value) in secrets {
            self.files.write(&format!("{root}/docker/{name}"), value);
        }
        let loader = Config::loader()
            .dir(self.files.path().join(&root))
            .docker_secrets(docker)
            .environment(environment)
            .vars(vars.iter().copied().chain([("UNUSED", "1")]))
            .without(Source::K8s);
        let context = Context::new().service(service).actor(who.0).reason(who.1);
        let context = context.origin(Origin::Cli);
        loader.load().expect("loaded").record_in(&self.ledger, &context).expect("recorded");
    }

    /// A configuration that breaks the policy is refused, and that is recorded.
    fn refuse(&self) {
        self.clock.advance(60);
        let vars = [("SHOP_DATABASE_URL", "x"), ("SHOP_PORT", "80")];
        let loader = isolated::vars::<Config>(vars).environment("prod");
        let loader = loader.policy(Policy::new().secrets_only_from([Source::Docker]));
        let context = Context::new().service("checkout").actor(Actor::user("bob")).reason("hotfix");
        assert!(loader.record_to(&self.ledger, context).load().is_err(), "a policy is broken");
    }

    fn day(&self, day: i64) {
        let ada = || (Actor::admin("ada"), "release, OPS-118");
        let deployer = || (Actor::service("deployer"), "rollout");
        let url = format!("postgres://shop:pw{}@db/shop", day / 30);
        let key = format!("sk_live_{}", day / 14);
        let session = format!("session-{}", if day < 55 { 1 } else { 2 });
        if day % 7 == 0 || matches!(day, 31 | 32 | 58) {
            let level = ["info", "debug", "info", "warn"][(day / 7 % 4) as usize];
            let port = if day < 42 { "8080" } else { "8443" };
            let mut vars = vec![("SHOP_LOG_LEVEL", level), ("SHOP_PORT", port)];
            if day > 20 && day < 70 {
                vars.push(("SHOP_FEATURE_CHECKOUT_V2", "true"));
            }
            let secrets =
                [("SHOP_DATABASE_URL", url.as_str()), ("SHOP_PAYMENT_API_KEY", key.as_str())];
            let file = format!("SHOP_SESSION_SECRET={session}\nSHOP_CACHE_TTL={}\n", 60 + day / 20);
            self.record(("checkout", "prod"), ada(), &vars, &secrets, &file);
        }
        if day % 3 == 0 {
            let ttl = (30 + day % 12).to_string();
            let vars = [("SHOP_CACHE_TTL", ttl.as_str()), ("SHOP_REGION", "eu-1")];
            let file = format!("SHOP_DATABASE_URL={CANARY}\nSHOP_LOG_LEVEL=debug\n");
            self.record(("checkout", "staging"), deployer(), &vars, &[], &file);
        }
        if day % 10 == 4 {
            let region = if day < 50 { "eu-1" } else { "eu-2" };
            let vars = [("SHOP_REGION", region), ("SHOP_SUPPORT_MAIL", HOSTILE[0])];
            self.record(("search", "prod"), ada(), &vars, &[("SHOP_DATABASE_URL", &url)], "");
        }
        if day == 60 {
            self.refuse();
        }
        self.to(day, 12);
        for nth in 0..(day % 5 + 2) {
            let who = ["grace", "linus", "barbara"][(nth % 3) as usize];
            let event = Event::new("order.refunded", Actor::user(who));
            let event = event.resource("order", format!("order-{}", day * 10 + nth));
            self.event(
                event.origin(Origin::Http).ip_address("198.51.100.7").reason("customer asked"),
            );
        }
        if day % 4 == 1 {
            let event =
                Event::new("vault.opened", Actor::admin("ada")).resource("vault", "payments");
            self.event(event.reason("rotate the key"));
        }
        if day % 30 == 12 {
            let burst = Event::new("session.opened", Actor::user("mallory"));
            let burst = burst.resource("account", "admin@shop").origin(Origin::Http);
            let burst = burst.ip_address("203.0.113.77").reason("wrong password");
            for nth in 0..8 {
                let outcome = if nth < 6 { Outcome::Failure } else { Outcome::Denied };
                self.event(burst.clone().outcome(outcome));
            }
        }
        if day == 45 {
            for (at, text) in HOSTILE.iter().enumerate() {
                let event = Event::new("note.written", Actor::user(*text)).resource("note", *text);
                let outcome = [Outcome::Success, Outcome::Denied][at % 2];
                self.event(event.reason(*text).outcome(outcome).detail("privileged", true));
            }
        }
        if day == 80 {
            self.ledger.seal().expect("sealed");
        }
    }
}
