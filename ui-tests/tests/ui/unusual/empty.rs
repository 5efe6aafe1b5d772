//! A struct without fields.

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {}

pub(crate) fn load() {
    let cfg = AppConfig::loader().vars([("PORT", "80")]).load().expect("a configuration");
    assert_eq!(cfg.audit().entries().count(), 0);
}
