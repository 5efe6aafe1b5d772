//! The trait that the derive implements.

use std::rc::Rc;
use std::sync::Arc;

use crate::audit::AuditFields;
use crate::error::LoadError;
use crate::load::{FieldReader, KeySlot, Loaded, Loader};
use crate::render;
use crate::schema::Schema;
use crate::schema::table::Table;

/// A struct that can be loaded. Derive it; what the attributes mean is described at [`derive@crate::EnvConfig`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not derive `EnvConfig`",
    label = "this type has no fields that `nested` or `flatten` could read",
    note = "add `#[derive(EnvConfig)]` to it, or remove `nested` to read it from one variable"
)]
pub trait EnvConfig: Sized + 'static {
    /// The typed audit: a struct with one field for each field of the configuration.
    type Audit: AuditFields;

    /// The metadata of the struct and of those nested in it.
    const SCHEMA: &'static Schema;

    /// The full keys, in the order of declaration.
    ///
    /// ```
    /// # use envaudit::EnvConfig;
    /// #[derive(EnvConfig)]
    /// struct Db {
    ///     host: String,
    /// }
    ///
    /// #[derive(EnvConfig)]
    /// #[env(prefix = "APP_")]
    /// struct Config {
    ///     port: u16,
    ///     #[env(nested)]
    ///     db: Db,
    /// }
    ///
    /// assert_eq!(Config::KEYS, ["APP_PORT", "APP_DB_HOST"]);
    /// ```
    const KEYS: &'static [&'static str];

    #[doc(hidden)]
    const TABLE: &'static Table;
    #[doc(hidden)]
    type Slots: AsMut<[KeySlot]>;
    #[doc(hidden)]
    const SLOTS: Self::Slots;
    #[doc(hidden)]
    fn __read(reader: &mut FieldReader<'_>, audit: &mut Self::Audit) -> Option<Self>;

    /// Says what to read. See [`Loader`].
    fn loader() -> Loader<Self> {
        Loader::new()
    }

    /// Loads from the default sources: `Self::loader().load()`.
    ///
    /// # Errors
    ///
    /// [`LoadError`] with every problem there is.
    fn load() -> Result<Loaded<Self>, LoadError> {
        Self::loader().load()
    }

    /// An `.env.example`: every variable with its documentation, type and default. Secrets are left empty.
    ///
    /// ```
    /// # use envaudit::{EnvConfig, SecretString};
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     /// Port the server listens on.
    ///     #[env(default = 8080)]
    ///     port: u16,
    ///     api_key: SecretString,
    /// }
    ///
    /// let lines = [
    ///     "# Port the server listens on.",
    ///     "# an integer from 0 to 65535",
    ///     "# PORT=8080",
    ///     "",
    ///     "# text (required, secret)",
    ///     "API_KEY=",
    /// ];
    /// assert_eq!(Config::template(), lines.join("\n") + "\n");
    /// ```
    fn template() -> String {
        render::template(Self::TABLE)
    }

    /// A table of the variables in Markdown.
    ///
    /// ```
    /// # use envaudit::EnvConfig;
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     /// Port the server listens on.
    ///     #[env(default = 8080)]
    ///     port: u16,
    /// }
    ///
    /// assert_eq!(
    ///     Config::markdown(),
    ///     "| Variable | Value | Default | Description |\n\
    ///      | --- | --- | --- | --- |\n\
    ///      | `PORT` | an integer from 0 to 65535 | `8080` | Port the server listens on. |\n"
    /// );
    /// ```
    fn markdown() -> String {
        render::markdown(Self::TABLE)
    }

    /// A JSON Schema (draft 2020-12) of the configuration as an object by key.
    ///
    /// ```
    /// # use envaudit::EnvConfig;
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     port: u16,
    /// }
    ///
    /// let schema: serde_json::Value = serde_json::from_str(&Config::json_schema()).unwrap();
    /// assert_eq!(schema["properties"]["PORT"]["maximum"], 65535);
    /// assert_eq!(schema["required"][0], "PORT");
    /// ```
    fn json_schema() -> String {
        render::json_schema(Self::TABLE)
    }

    /// The whole metadata as JSON, for tools. Its `version` grows when a reader of the former version could misread it.
    ///
    /// ```
    /// # use envaudit::{EnvConfig, SecretString};
    /// #[derive(EnvConfig)]
    /// struct Config {
    ///     api_key: SecretString,
    /// }
    ///
    /// let schema: serde_json::Value = serde_json::from_str(&Config::schema_json()).unwrap();
    /// assert_eq!(schema["version"], 1);
    /// assert_eq!(schema["variables"][0]["key"], "API_KEY");
    /// assert_eq!(schema["variables"][0]["secret"], true);
    /// ```
    fn schema_json() -> String {
        render::schema_json(Self::TABLE)
    }
}

/// A struct in a box is read as the struct is, for structs that are large or shared.
macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: EnvConfig> EnvConfig for $pointer<T> {
            type Audit = T::Audit;
            type Slots = T::Slots;
            const SCHEMA: &'static Schema = T::SCHEMA;
            const KEYS: &'static [&'static str] = T::KEYS;
            const TABLE: &'static Table = T::TABLE;
            const SLOTS: Self::Slots = T::SLOTS;

            fn __read(reader: &mut FieldReader<'_>, audit: &mut Self::Audit) -> Option<Self> {
                T::__read(reader, audit).map($pointer::new)
            }
        }
    )*};
}

pointers! { Box Rc Arc }
