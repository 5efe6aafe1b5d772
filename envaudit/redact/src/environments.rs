//! The names of environments that mean the same, and which of them are production: for all crates above, one idea of it.

/// The names of production, in upper or lower case.
const PRODUCTION: [&str; 2] = ["prod", "production"];

/// Whether the environment of this name is production: `prod` or `production`, in upper or lower case.
pub fn is_production(name: &str) -> bool {
    PRODUCTION.iter().any(|production| name.eq_ignore_ascii_case(production))
}

/// Whether two names are those of one environment: the same but for upper and lower case, or both of production.
pub fn is_same_environment(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || is_production(one) && is_production(other)
}

#[cfg(test)]
mod tests {
    use super::{is_production, is_same_environment};

    #[test]
    fn production_has_two_names_in_any_case() {
        for name in ["prod", "Prod", "PROD", "production", "Production"] {
            assert!(is_production(name) && is_same_environment("prod", name), "{name}");
        }
        for name in ["", "pro", "products", "preprod", "staging"] {
            assert!(!is_production(name), "{name}");
        }
        assert!(is_same_environment("staging", "Staging"));
        assert!(!is_same_environment("staging", "stage"));
    }
}
