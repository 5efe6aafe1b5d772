use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct AppConfig {
    #[env(sources())]
    empty: u16,
    #[env(sources(Sytem, Consul, Docker))]
    unknown: u16,
    #[env(sources(docker, aws))]
    lower: u16,
    #[env(sources(System, File, System))]
    repeated: u16,
    #[env(sources("System"))]
    quoted: u16,
    #[env(sources = System)]
    equals: u16,
    #[env(sources(Source::System))]
    path: u16,
    #[env(source(System))]
    singular: u16,
}

fn main() {
    let cfg = AppConfig::load().unwrap();
    println!("{} {}", cfg.empty, cfg.audit().empty.source);
}
