use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Nothing;

fn main() {
    let cfg = Nothing::load().unwrap();
    println!("{}", cfg.audit());
}
