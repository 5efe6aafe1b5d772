//! What the integration tests of envaudit share.

mod files;
pub mod problems;
mod store;

pub use files::Files;
pub use store::Store;
