//! Histories by the index are those of reading the whole ledger.

use envaudit::ledger::prune::PrunePolicy;
use envaudit::report::index::Index;
use envaudit_tests::fresh_ledger::event;
use envaudit_tests::indexed::{Indexed, KEYS, record};

/// Numbers that look random and are the same each time (a linear congruential generator, Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn whatever_is_recorded_and_whenever_it_is_indexed_the_history_is_that_of_the_ledger() {
    for seed in 0..6 {
        let made = Indexed::new();
        let mut numbers = Numbers(seed);
        for _ in 0..20 {
            let ledger = made.ledger();
            for _ in 0..numbers.below(12) {
                match numbers.below(8) {
                    0 => {
                        let between: Vec<_> = (0..1 + numbers.below(40)).map(event).collect();
                        drop(ledger.append_batch(&between).expect("appended"));
                    }
                    1 => ledger.seal().expect("sealed"),
                    2 => drop(ledger.prune(PrunePolicy::KeepSegments(3)).expect("pruned")),
                    _ => {
                        let service = ["checkout", "search"][numbers.below(2) as usize];
                        let number = numbers.below(4).to_string();
                        // Some lines are longer than others by far.
                        let text = number.repeat([1, 30, 3000][numbers.below(3) as usize]);
                        let text = |key| if key == "PORT" { &number } else { &text }.as_str();
                        let kept = KEYS.iter().filter(|_| numbers.below(3) > 0);
                        let vars: Vec<_> = kept.map(|key| (*key, text(*key))).collect();
                        record(&ledger, service, &vars);
                    }
                }
            }
            ledger.close().expect("closed");
            if numbers.below(3) > 0 {
                made.assert_answers();
            }
        }
        let changes = made.assert_answers();
        assert!(changes.iter().all(|of_key| !of_key.is_empty()), "{changes:?}");
    }
}

#[test]
fn a_secret_is_in_neither_the_index_nor_its_answers() {
    let made = Indexed::new();
    made.record("checkout", &[("API_KEY", "canary-one"), ("REGION", "eu-1")]);
    made.record("checkout", &[("API_KEY", "canary-two"), ("REGION", "eu-1")]);
    let answers = made.assert_answers();
    assert!(!format!("{answers:?}").contains("canary"), "{answers:?}");
    let bytes = std::fs::read(made.file()).expect("a file");
    for text in ["canary", "eu-1"] {
        assert!(!bytes.windows(text.len()).any(|part| part == text.as_bytes()), "{text}");
    }
}

#[test]
fn an_index_that_is_gone_afterwards_says_the_same() {
    let made = Indexed::new();
    made.record("checkout", &[("PORT", "80")]);
    made.record("checkout", &[("PORT", "443")]);
    let store = made.store();
    let index = Index::temporary(&store).expect("an index");
    assert!(index.is_temporary() && !made.file().exists());
    let changes = index.history("PORT").map(|change| change.expect("a change").change.to_string());
    assert_eq!(changes.collect::<Vec<_>>(), ["+ PORT: 80", "~ PORT: 80 -> 443"]);
    assert_eq!(index.len(), 3);
}
