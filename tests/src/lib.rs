//! What the integration tests of envaudit share.

pub mod canary;
mod files;
pub mod isolated;
mod one_field;
pub mod problems;
mod store;

pub use files::Files;
pub use store::Store;
