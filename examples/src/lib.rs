//! The examples of envaudit are targets of this package: `cargo run --example quickstart`.
