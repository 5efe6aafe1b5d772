//! What a load does about a variable that one place has several times, with different values.

/// What a load does where one file, folder or provider, or the process environment, has a key and an alias of it, or `KEY` and
/// `KEY_FILE`, with different values; or a folder of secrets several files for one name, such as `app_port` and `app-port`.
///
/// The same value twice is no conflict. Neither is one source that overrides another, nor one file, folder or provider that
/// overrides another of the same source, since the program says which of them wins: [`shadowed`](crate::AuditEntry::shadowed)
/// has the source then, and nothing is told.
///
/// ```
/// use envaudit::{Conflicts, EnvConfig, ProblemKind};
///
/// #[derive(EnvConfig, Debug)]
/// struct Config {
///     #[env(alias = "LISTEN_PORT")]
///     port: u16,
/// }
///
/// let loader = || Config::loader().vars([("PORT", "80"), ("LISTEN_PORT", "443")]);
/// let cfg = loader().load()?;
/// assert_eq!(cfg.port, 80);
/// assert_eq!(
///     cfg.audit().warnings()[0].to_string(),
///     "PORT and LISTEN_PORT are set to different values in the process environment; PORT counts",
/// );
///
/// let error = loader().conflicts(Conflicts::Deny).load().unwrap_err();
/// assert_eq!(error.problems()[0].kind(), ProblemKind::Conflict);
/// # Ok::<(), envaudit::LoadError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflicts {
    /// The name that wins supplies the value; the audit has a warning, and its entry says that the source is shadowed.
    #[default]
    Warn,
    /// It is a problem of the load.
    Deny,
}
