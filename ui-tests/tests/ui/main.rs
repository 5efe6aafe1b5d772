//! Each mistake a user can make, and what the compiler then says.
//!
//! The text depends on the compiler's version; `TRYBUILD=overwrite cargo test -p envaudit-ui-tests` writes it anew. Read
//! every changed line: the caret stands on the wrong token, and one mistake is one error.

mod unusual;

#[test]
fn mistakes_are_errors_at_their_place() {
    trybuild::TestCases::new().compile_fail("cases/*/*.rs");
}

#[test]
fn unusual_structs_compile() {
    unusual::contract::load();
    unusual::empty::load();
    unusual::near_mistakes::load();
}
