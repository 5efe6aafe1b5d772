//! A unit test of one's own configuration: variables are injected, so no test touches the process environment and any
//! number of them run at once. `cargo test --example testing` runs the tests below.

use envaudit::{EnvConfig, SecretString};

/// Settings of the mail sender.
#[derive(EnvConfig, Debug)]
#[env(prefix = "MAIL_", validate = check)]
pub struct MailConfig {
    #[env(default = "localhost")]
    pub host: String,
    #[env(default = 25)]
    pub port: u16,
    pub user: Option<String>,
    pub password: Option<SecretString>,
}

fn check(cfg: &MailConfig) -> Result<(), &'static str> {
    if cfg.user.is_some() != cfg.password.is_some() {
        return Err("MAIL_USER and MAIL_PASSWORD go together");
    }
    Ok(())
}

fn main() -> Result<(), envaudit::LoadError> {
    let cfg = MailConfig::load()?;
    println!("mail goes through {}:{} (login: {})", cfg.host, cfg.port, cfg.user.is_some());
    Ok(())
}

#[cfg(test)]
mod tests {
    use envaudit::{Loader, ProblemKind, Source};

    use super::*;

    /// The variables of a test and nothing else: no `.env` of the developer's, no secrets of the machine's.
    fn loader(vars: &[(&str, &str)]) -> Loader<MailConfig> {
        [Source::Docker, Source::K8s, Source::FileEnv, Source::File]
            .into_iter()
            .fold(MailConfig::loader(), Loader::without)
            .vars(vars.iter().copied())
    }

    #[test]
    fn works_out_of_the_box() {
        let cfg = loader(&[]).load().expect("every field has a default");
        assert_eq!((cfg.host.as_str(), cfg.port), ("localhost", 25));
        assert_eq!(cfg.audit().port.source, Source::SchemaDefault);
    }

    #[test]
    fn a_user_without_a_password_is_refused() {
        let error = loader(&[("MAIL_USER", "postman")]).load().unwrap_err();
        assert_eq!(error.problems()[0].kind(), ProblemKind::Validation);
        assert!(error.to_string().contains("MAIL_USER and MAIL_PASSWORD go together"));
    }

    #[test]
    fn a_bad_port_is_named_with_its_value() {
        let error = loader(&[("MAIL_PORT", "smtp")]).load().unwrap_err();
        assert_eq!(error.problems()[0].key(), Some("MAIL_PORT"));
        assert_eq!(error.problems()[0].found(), Some("smtp"));
    }
}
