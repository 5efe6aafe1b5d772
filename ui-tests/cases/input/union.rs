use envaudit::EnvConfig;

#[derive(EnvConfig)]
union Either {
    one: u16,
    two: u16,
}

fn main() {
    let _ = Either::load();
}
