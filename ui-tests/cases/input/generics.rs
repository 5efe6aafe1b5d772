use envaudit::EnvConfig;

#[derive(EnvConfig)]
struct Typed<T> {
    value: T,
}

#[derive(EnvConfig)]
struct Borrowed<'a> {
    name: &'a str,
}

#[derive(EnvConfig)]
struct Sized<const N: usize> {
    values: [u8; N],
}

#[derive(EnvConfig)]
struct Where
where
    String: Clone,
{
    name: String,
}

#[derive(EnvConfig)]
struct Everything<'a, T: Clone, const N: usize>
where
    T: Default,
{
    values: [&'a T; N],
}

fn main() {
    let cfg = Typed::<u16>::load().unwrap();
    println!("{} {}", cfg.value, cfg.audit().value.source);
    let cfg = Borrowed::load().unwrap();
    println!("{}", cfg.name);
    let cfg = Sized::<5>::load().unwrap();
    println!("{:?}", cfg.values);
    let cfg = Where::load().unwrap();
    println!("{}", cfg.name);
    let cfg = Everything::<u8, 2>::load().unwrap();
    println!("{:?}", cfg.values);
}
