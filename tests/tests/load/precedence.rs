//! Which source wins, and that the audit says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use envaudit::{AuditEntry, EnvConfig, Fetched, LoadError, Loader, ProblemKind, Source};
use envaudit_tests::{Files, Store, problems};

/// The default order, first wins.
const ORDER: &[Source] = Source::ALL;

#[derive(EnvConfig)]
struct WithDefault {
    #[env(default = "schema_default")]
    value: String,
}

#[derive(EnvConfig)]
struct WithoutDefault {
    value: String,
}

/// A world in which some sources have the variable VALUE, each with its own name for a value.
struct World {
    files: Files,
    having: Vec<Source>,
}

/// What a load gave.
type Outcome = Result<(String, AuditEntry), LoadError>;

impl World {
    fn new(having: &[Source]) -> Self {
        let files = Files::new();
        files.folder("docker");
        files.folder("k8s");
        for source in having {
            match source {
                Source::Docker => files.write("docker/VALUE", "docker\n"),
                Source::K8s => files.write("k8s/value", "k8s\n"),
                Source::FileEnv => files.write(".env.prod", "# one\nVALUE=file.env\n"),
                Source::File => files.write(".env", "# one\n# two\nVALUE=file\n"),
                _ => continue,
            };
        }
        World { files, having: having.to_vec() }
    }

    fn loader<T: EnvConfig>(&self) -> Loader<T> {
        let mut loader = T::loader()
            .environment("prod")
            .dir(self.files.path())
            .docker_secrets(self.files.path().join("docker"))
            .k8s_secrets(self.files.path().join("k8s"))
            .vars(self.having.contains(&Source::System).then_some(("VALUE", "system")));
        for source in self.having.iter().copied().filter(|source| is_store(*source)) {
            loader = loader.source(store(source));
        }
        loader
    }

    fn load(&self, order: &[Source], without: &[Source]) -> Outcome {
        if self.having.contains(&Source::SchemaDefault) {
            let loaded = set(self.loader::<WithDefault>(), order, without).load()?;
            Ok((loaded.value.clone(), loaded.audit().value.clone()))
        } else {
            let loaded = set(self.loader::<WithoutDefault>(), order, without).load()?;
            Ok((loaded.value.clone(), loaded.audit().value.clone()))
        }
    }

    /// What the audit must show as the place of a value from the source.
    fn place(&self, source: Source) -> Option<String> {
        let below = |name: &str| Some(self.files.path().join(name).display().to_string());
        match source {
            Source::Docker => below("docker/VALUE"),
            Source::K8s => below("k8s/value"),
            Source::FileEnv => below(".env.prod:2"),
            Source::File => below(".env:3"),
            Source::System | Source::SchemaDefault => None,
            _ => Some(format!("{source}/value (version 3)")),
        }
    }

    #[track_caller]
    fn assert_from(&self, outcome: &Outcome, winner: Source, shadowed: &[Source]) {
        let (value, entry) = outcome.as_ref().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(value, winner.name());
        assert_eq!((entry.source, &entry.shadowed[..]), (winner, shadowed));
        assert_eq!(entry.location.as_ref().map(ToString::to_string), self.place(winner));
        let provider = is_store(winner).then(|| format!("the {winner} store"));
        assert_eq!(entry.provider.as_deref(), provider.as_deref());
        assert!(entry.found_as.is_none() && !entry.unset && !entry.masked, "{entry:?}");
    }
}

fn set<T>(mut loader: Loader<T>, order: &[Source], without: &[Source]) -> Loader<T>
where
    T: EnvConfig,
{
    if !order.is_empty() {
        loader = loader.order(order.iter().copied());
    }
    without.iter().fold(loader, |loader, source| loader.without(*source))
}

/// Whether the source has only providers.
fn is_store(source: Source) -> bool {
    source < Source::System
}

fn store(source: Source) -> Store {
    Store::new(&format!("the {source} store"), source, move |_| {
        let mut fetched = Fetched::new();
        fetched.insert("VALUE", source.name()).secret_id(format!("{source}/value")).version("3");
        Ok(fetched)
    })
}

/// Sources that had a value and lost. A default is there or not by the struct, so it is not among them.
fn losers(sources: &[Source]) -> Vec<Source> {
    sources.iter().copied().filter(|source| *source != Source::SchemaDefault).collect()
}

#[test]
fn the_sources_are_declared_and_compared_in_the_documented_order() {
    let names: Vec<&str> = ORDER.iter().map(|source| source.name()).collect();
    let documented = [
        "azure",
        "aws",
        "gcp",
        "vault",
        "custom",
        "system",
        "docker",
        "k8s",
        "file.env",
        "file",
        "schema_default",
    ];
    assert_eq!(names, documented);
    assert!(ORDER.is_sorted());
}

#[test]
fn the_derive_and_the_published_schema_know_the_same_sources() {
    let derive: &[&str] =
        &include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../envaudit-derive/src/attr/sources.list"));
    let variants: Vec<String> = ORDER.iter().map(|source| format!("{source:?}")).collect();
    assert_eq!(derive, variants, "envaudit-derive/src/attr/sources.list");
    let schema =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schemas/common.schema.json"));
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let names = serde_json::to_value(ORDER).unwrap();
    assert_eq!(schema["$defs"]["source"]["enum"], names, "docs/schemas/common.schema.json");
}

#[test]
fn of_any_two_sources_the_one_that_stands_first_in_the_order_wins() {
    for (at, first) in ORDER.iter().copied().enumerate() {
        for second in ORDER.iter().copied().skip(at + 1) {
            let world = World::new(&[first, second]);
            world.assert_from(&world.load(&[], &[]), first, &losers(&[second]));
            world.assert_from(&world.load(&[first, second], &[]), first, &losers(&[second]));
            world.assert_from(&world.load(&[second, first], &[]), second, &losers(&[first]));
            world.assert_from(&world.load(&[second], &[]), second, &losers(&[first]));
        }
    }
}

#[test]
fn of_any_set_of_sources_the_first_wins_and_shadows_the_others_in_order() {
    for set in 1..1_u32 << ORDER.len() {
        let having: Vec<Source> =
            (0..ORDER.len()).filter(|at| set & (1 << at) != 0).map(|at| ORDER[at]).collect();
        let world = World::new(&having);
        world.assert_from(&world.load(&[], &[]), having[0], &losers(&having[1..]));
        let reversed: Vec<Source> = having.iter().rev().copied().collect();
        let outcome = world.load(&reversed, &[]);
        world.assert_from(&outcome, reversed[0], &losers(&reversed[1..]));
    }
}

#[test]
fn sources_that_an_order_does_not_name_follow_it_in_the_default_order() {
    let world = World::new(ORDER);
    for (at, named) in ORDER.iter().copied().enumerate() {
        let rest = [&ORDER[..at], &ORDER[at + 1..]].concat();
        world.assert_from(&world.load(&[named], &[]), named, &losers(&rest));
    }
}

#[test]
fn of_a_source_named_twice_in_an_order_the_first_place_counts() {
    let world = World::new(&[Source::System, Source::Docker, Source::File]);
    let order = [Source::File, Source::Docker, Source::File, Source::System];
    let outcome = world.load(&order, &[]);
    world.assert_from(&outcome, Source::File, &[Source::Docker, Source::System]);
}

#[test]
fn any_rotation_of_the_order_is_kept() {
    let world = World::new(ORDER);
    for turn in 0..ORDER.len() {
        let mut order = ORDER.to_vec();
        order.rotate_left(turn);
        world.assert_from(&world.load(&order, &[]), order[0], &losers(&order[1..]));
    }
}

#[test]
fn without_the_winner_the_next_source_wins_until_none_is_left() {
    let world = World::new(ORDER);
    for left_out in 0..ORDER.len() {
        let (without, rest) = ORDER.split_at(left_out);
        world.assert_from(&world.load(&[], without), rest[0], &losers(&rest[1..]));
    }
    let outcome = world.load(&[], ORDER);
    let problem = problems::only(&outcome);
    assert_eq!((problem.kind(), problem.key()), (ProblemKind::Missing, Some("VALUE")));
}

#[test]
fn a_source_left_out_is_not_in_the_audit_whatever_the_order_says() {
    let world = World::new(ORDER);
    for (at, source) in ORDER.iter().copied().enumerate() {
        let rest = [&ORDER[..at], &ORDER[at + 1..]].concat();
        let outcome = world.load(&[source], &[source]);
        world.assert_from(&outcome, rest[0], &losers(&rest[1..]));
    }
}

#[test]
fn a_store_of_a_source_left_out_is_not_asked() {
    let asked = Arc::new(AtomicUsize::new(0));
    let world = World::new(&[Source::SchemaDefault]);
    let load = |without| {
        let asked = Arc::clone(&asked);
        let store = Store::new("counting", Source::Aws, move |_| {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok(Fetched::new())
        });
        let loader = world.loader::<WithDefault>().source(store);
        loader.without(without).load().expect("the default is enough");
    };
    load(Source::Aws);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    load(Source::Azure);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn files_and_folders_of_a_source_left_out_need_not_exist() {
    let world = World::new(&[Source::System]);
    let missing = world.files.path().join("missing");
    let loaded = world
        .loader::<WithoutDefault>()
        .docker_secrets(&missing)
        .k8s_secrets(&missing)
        .dotenv(&missing)
        .without(Source::Docker)
        .without(Source::K8s)
        .without(Source::File)
        .load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.audit().value.source, Source::System);
}

#[test]
fn a_provider_may_stand_at_any_source_and_wins_over_what_is_read_there_otherwise() {
    for (at, source) in ORDER.iter().copied().enumerate() {
        // Everything from its own source on has the variable too.
        let world = World::new(&ORDER[at..]);
        let own = Store::holding("own", source, &[("VALUE", "from the provider")]);
        // Before the provider of the same source in the world.
        let loader = WithDefault::loader()
            .environment("prod")
            .dir(world.files.path())
            .docker_secrets(world.files.path().join("docker"))
            .k8s_secrets(world.files.path().join("k8s"))
            .source(own);
        let loader = match source <= Source::System {
            true => loader.vars([("VALUE", "system")]),
            false => loader.vars([("", ""); 0]),
        };
        let loaded = loader.load().unwrap_or_else(|error| panic!("{source}: {error}"));
        let entry = &loaded.audit().value;
        assert_eq!(loaded.value, "from the provider", "{source}");
        assert_eq!((entry.source, entry.provider.as_deref()), (source, Some("own")));
        let local = ORDER[at..].iter().copied().filter(|below| *below >= Source::System);
        assert_eq!(entry.shadowed, losers(&local.collect::<Vec<_>>()), "{source}");
    }
}

#[test]
fn a_provider_below_another_source_loses_to_it() {
    for (at, source) in ORDER.iter().copied().enumerate().skip(1) {
        let above = ORDER[at - 1];
        let world = World::new(&[above]);
        let own = Store::holding("own", source, &[("VALUE", "from the provider")]);
        let loaded = world.loader::<WithoutDefault>().source(own).load();
        let loaded = loaded.unwrap_or_else(|error| panic!("{source}: {error}"));
        let entry = &loaded.audit().value;
        assert_eq!((&*loaded.value, entry.source), (above.name(), above));
        assert_eq!(entry.shadowed, [source]);
    }
}

#[test]
fn all_sources_at_once_supply_a_variable_each() {
    #[derive(EnvConfig)]
    struct All {
        a: String,
        b: String,
        c: String,
        d: String,
        e: String,
        f: String,
        g: String,
        h: String,
        #[env(default = "schema_default")]
        i: String,
    }
    let files = Files::with(".env", "H=file\nG=hidden\n");
    files.write(".env.prod", "G=file.env\n");
    files.write("docker/E", "docker");
    files.write("k8s/f", "k8s");
    let loaded = All::loader()
        .environment("prod")
        .dir(files.path())
        .docker_secrets(files.path().join("docker"))
        .k8s_secrets(files.path().join("k8s"))
        .vars([("D", "system"), ("C", "hidden")])
        .source(Store::holding("azure", Source::Azure, &[("A", "azure")]))
        .source(Store::holding("aws", Source::Aws, &[("B", "aws"), ("A", "hidden")]))
        .source(Store::holding("custom", Source::Custom, &[("C", "custom"), ("B", "hidden")]))
        .load()
        .unwrap_or_else(|error| panic!("{error}"));
    let order = [
        Source::Azure,
        Source::Aws,
        Source::Custom,
        Source::System,
        Source::Docker,
        Source::K8s,
        Source::FileEnv,
        Source::File,
        Source::SchemaDefault,
    ];
    let values = [
        &loaded.a, &loaded.b, &loaded.c, &loaded.d, &loaded.e, &loaded.f, &loaded.g, &loaded.h,
        &loaded.i,
    ];
    assert_eq!(values, order.map(|source| source.name().to_owned()).each_ref());
    let sources: Vec<Source> = loaded.audit().entries().map(|entry| entry.source).collect();
    assert_eq!(sources, order);
    let shadowed: Vec<&[Source]> =
        loaded.audit().entries().map(|entry| &entry.shadowed[..]).collect();
    let mut expected: [&[Source]; 9] = [&[]; 9];
    expected[0] = &[Source::Aws];
    expected[1] = &[Source::Custom];
    expected[2] = &[Source::System];
    expected[6] = &[Source::File];
    assert_eq!(shadowed, expected);
    for source in order {
        assert_eq!(loaded.audit().get_by_source(source).count(), 1, "{source}");
    }
}
