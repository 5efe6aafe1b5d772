use std::rc::Rc;
use std::sync::Arc;

use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Db {
    host: String,
}

#[derive(EnvConfig)]
struct AppConfig {
    #[env(nested)]
    text: Arc<String>,
    #[env(nested)]
    list: Box<Vec<Db>>,
    #[env(nested)]
    inside_out: Rc<Option<Db>>,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.text, cfg.list.len());
}
