//! Secrets of AWS, by its own SDK: Secrets Manager and the Parameter Store of Systems Manager.

mod fault;
mod parameter_store;
mod secrets_manager;
mod session;

pub use self::parameter_store::AwsParameterStore;
pub use self::secrets_manager::AwsSecretsManager;
