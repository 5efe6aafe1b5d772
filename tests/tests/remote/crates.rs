//! What each store of secrets brings into a build.

use envaudit_tests::crates::{crates, versions};

/// What a store of secrets brings, the default features included. docs/performance.md has the same numbers.
#[test]
fn each_store_of_secrets_has_this_many_crates() {
    const STORES: [(&str, usize); 4] = [("vault", 42), ("aws", 151), ("azure", 138), ("gcp", 165)];
    for (feature, expected) in STORES {
        let found = versions("envaudit", &["--features", feature]);
        assert_eq!(found.len(), expected, "{feature}: {found:#?}");
    }
    let all = crates("envaudit", &["--features", "vault,aws,azure,gcp"]);
    // Encryption is rustls on ring, which needs neither a system's library nor CMake.
    for absent in ["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"] {
        assert!(!all.contains(absent), "{absent} is among {all:?}");
    }
    let sdks = ["aws-config", "azure_identity", "google-cloud-auth", "tokio", "ureq"];
    let command = crates("envaudit", &["--features", "cli"]);
    for sdk in sdks {
        assert!(all.contains(sdk) && !command.contains(sdk), "{sdk}");
    }
}
