use envaudit::{EnvConfig, Key};

#[derive(EnvConfig)]
struct Port(u16);

const PORT: Key<Port> = Port::key("PORT");

fn main() {
    let cfg = Port::load().unwrap();
    println!("{} {}", cfg.0, cfg.audit().entry(PORT).source);
}
