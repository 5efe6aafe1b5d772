//! What the integration tests of envaudit share.

mod files;
pub mod isolated;
mod one_field;
pub mod problems;
mod store;

pub use files::Files;
pub use store::Store;
