use std::collections::HashMap;

use envaudit::EnvConfig;

struct Foo;

#[derive(EnvConfig)]
struct AppConfig {
    port: u16,
    foo: Foo,
}

#[derive(EnvConfig)]
struct InOption {
    foo: Option<Foo>,
}

#[derive(EnvConfig)]
struct InVec {
    foo: Vec<Foo>,
}

#[derive(EnvConfig)]
struct InMap {
    foo: HashMap<String, Foo>,
}

#[derive(EnvConfig)]
struct InMapKey {
    foo: HashMap<Foo, String>,
}

#[derive(EnvConfig)]
struct InArray {
    foo: Option<[Foo; 2]>,
}

#[derive(EnvConfig)]
struct Checked {
    #[env(trim, non_empty)]
    foo: Vec<Option<Foo>>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.port, cfg.audit().foo.source);
    assert_eq!(AppConfig::KEYS.len(), 2);
    InOption::load().unwrap();
}
