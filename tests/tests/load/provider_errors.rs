//! What a load says of a provider that failed: a kind, a status, a code, and no part of an answer.

use core::time::Duration;

use envaudit::{
    Ask, EnvConfig, Fetched, OnFailure, ProblemKind, Provider, ProviderError, ProviderErrorKind,
    SecretString, Source, Warning,
};
use envaudit_tests::canary::{CANARY, assert_hidden, everything_said};
use envaudit_tests::{Store, isolated, problems};

#[derive(EnvConfig, Debug)]
#[expect(dead_code, reason = "only what a load says of it is looked at")]
struct Config {
    api_key: Option<SecretString>,
}

const KINDS: [(ProviderErrorKind, &str); 10] = [
    (ProviderErrorKind::Denied, "access is denied"),
    (ProviderErrorKind::Unauthenticated, "the credentials are missing, wrong or expired"),
    (ProviderErrorKind::Absent, "it does not exist"),
    (ProviderErrorKind::Throttled { retry_after: None }, "it was asked too often"),
    (
        ProviderErrorKind::Throttled { retry_after: Some(Duration::from_secs(90)) },
        "it was asked too often; it may be asked again in 1m 30s",
    ),
    (ProviderErrorKind::Unavailable, "it is unavailable"),
    (ProviderErrorKind::TimedOut, "it did not answer in time"),
    (ProviderErrorKind::Malformed, "its answer cannot be understood"),
    (ProviderErrorKind::Misconfigured, "it is not configured correctly"),
    (ProviderErrorKind::TooLarge, "its answer is too large"),
];

/// A provider that fails with this.
struct Failing(ProviderError, OnFailure);

impl Provider for Failing {
    fn name(&self) -> &str {
        "store"
    }

    fn source(&self) -> Source {
        Source::Aws
    }

    fn fetch(&self, _: &Ask<'_>) -> Result<Fetched, ProviderError> {
        Err(self.0.clone())
    }

    fn on_failure(&self) -> OnFailure {
        self.1
    }
}

#[test]
fn a_load_says_the_kind_the_status_and_the_code() {
    for (kind, text) in KINDS {
        let error = ProviderError::of(kind).status(403).code("AccessDeniedException");
        let expected = format!("{text} (HTTP 403, AccessDeniedException)");
        assert_eq!(error.to_string(), expected);
        assert_eq!(ProviderError::of(kind).to_string(), text);
        assert_eq!(ProviderError::of(kind).status(503).to_string(), format!("{text} (HTTP 503)"));
        assert_eq!((error.kind(), error.http_status()), (kind, Some(403)));
        assert_eq!(error.service_code(), Some("AccessDeniedException"));
        let loader = isolated::nothing::<Config>().source(Failing(error, OnFailure::Required));
        let result = loader.load();
        let problem = problems::only(&result);
        assert_eq!(problem.kind(), ProblemKind::Provider);
        assert_eq!(problem.message(), "the provider store failed");
        assert_eq!(problem.reason_text(), Some(&*expected));
    }
}

#[test]
fn a_store_that_refuses_or_is_not_understood_fails_a_load_that_could_do_without_one_that_is_away() {
    for (kind, _) in KINDS {
        let error = ProviderError::of(kind);
        let provider = Failing(error.clone(), OnFailure::OptionalWhenUnavailable);
        let result = isolated::nothing::<Config>().source(provider).load();
        let is_fatal = matches!(
            kind,
            ProviderErrorKind::Denied
                | ProviderErrorKind::Malformed
                | ProviderErrorKind::Misconfigured
        );
        assert_eq!(result.is_err(), is_fatal, "{kind:?}");
        let provider = Failing(error, OnFailure::Optional);
        let loaded = isolated::nothing::<Config>().source(provider).load().expect("it goes on");
        assert!(matches!(loaded.audit().warnings(), [Warning::ProviderFailed { .. }]));
    }
}

#[test]
fn free_text_loses_what_looks_like_a_credential_and_every_value_that_was_fetched() {
    let body = format!("cannot read \"{CANARY}\", password=hunter2, `{}`", CANARY.to_lowercase());
    for error in [
        ProviderError::new(&body),
        ProviderError::free_text(ProviderErrorKind::Malformed, &body).status(500),
    ] {
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        for on_failure in [OnFailure::Required, OnFailure::Optional] {
            let other = Store::holding("other", Source::Azure, &[("API_KEY", CANARY)]);
            let failing = Failing(error.clone(), on_failure);
            let loader = isolated::nothing::<Config>().source(other).source(failing);
            let said = everything_said(&loader);
            assert!(said.contains("cannot read ") && !said.contains("hunter2"), "{said}");
            assert_hidden(&said, "free text");
        }
    }
}

#[test]
fn free_text_is_short_and_what_it_is_made_of_is_kept() {
    let error = ProviderError::new("x".repeat(10_000));
    assert_eq!(error.to_string().len(), 400);
    let error = ProviderError::new(format_args!("code {}", 7));
    assert_eq!(
        (error.to_string(), error.kind()),
        ("code 7".into(), ProviderErrorKind::Unavailable)
    );
}
