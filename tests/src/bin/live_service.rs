//! Follows the `.env` of the folder it is given, reads it again on SIGHUP alone, and says on standard output what happens.

use std::io::{self, Write};

use envaudit::{EnvConfig, Source};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
struct Config {
    #[env(default = 1)]
    level: u16,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("the path of a folder")?;
    let loader = Config::loader()
        .dir(folder)
        .vars([("", ""); 0])
        .without(Source::Docker)
        .without(Source::K8s);
    let live = loader.live().on_sighup().start()?;
    let updates = live.subscribe();
    let mut out = io::stdout();
    writeln!(out, "ready {}", live.get().level)?;
    out.flush()?;
    for update in updates {
        writeln!(out, "{} {}", live.get().level, update.to_string().lines().next().unwrap_or(""))?;
        out.flush()?;
    }
    Ok(())
}
