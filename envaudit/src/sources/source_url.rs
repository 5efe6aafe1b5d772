//! Providers by URL, so that an operator can name a store without a change of the program.

#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
use core::time::Duration;

use super::provider::AskedProvider;

/// The variable with URLs of sources, with blanks between them.
pub(crate) const VARIABLE: &str = "ENVAUDIT_SOURCES";

/// A scheme, and the feature with the provider for it.
const SCHEMES: [(&str, &str); 6] = [
    ("aws-sm", "aws"),
    ("aws-ssm", "aws"),
    ("azure-kv", "azure"),
    ("gcp-sm", "gcp"),
    ("vault", "vault"),
    ("vault+http", "vault"),
];

/// Names of options that would have a credential, and what the names of such options end with.
const CREDENTIALS: [&str; 11] = [
    "token",
    "password",
    "passwd",
    "secret_id",
    "secret",
    "access_key",
    "key_id",
    "key",
    "signature",
    "credential",
    "credentials",
];

/// A URL in its parts, with what is percent-encoded decoded.
#[cfg_attr(
    not(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault")),
    expect(dead_code, reason = "without a provider it is read for its faults alone")
)]
struct SourceUrl {
    scheme: String,
    authority: String,
    path: String,
    #[cfg(feature = "aws")]
    has_path: bool,
    options: Vec<(String, String)>,
}

/// The provider that a URL names.
///
/// # Errors
///
/// When it names none, or one that this build does not have.
pub(crate) fn provider(url: &str) -> Result<AskedProvider, UrlFault> {
    let url = SourceUrl::read(url)?;
    match url.scheme.as_str() {
        #[cfg(feature = "aws")]
        "aws-sm" => url.secrets_manager(),
        #[cfg(feature = "aws")]
        "aws-ssm" => url.parameter_store(),
        #[cfg(feature = "azure")]
        "azure-kv" => url.key_vault(),
        #[cfg(feature = "gcp")]
        "gcp-sm" => url.gcp_secret_manager(),
        #[cfg(feature = "vault")]
        "vault" => url.vault("https"),
        #[cfg(feature = "vault")]
        "vault+http" => url.vault("http"),
        scheme => Err(unknown_scheme(scheme)),
    }
}

fn unknown_scheme(scheme: &str) -> UrlFault {
    match SCHEMES.iter().find(|(known, _)| *known == scheme) {
        Some((_, feature)) => fault(format!(
            "this program was built without the feature `{feature}`, which reads `{scheme}:`"
        )),
        None => {
            let known: Vec<&str> = SCHEMES.iter().map(|(scheme, _)| *scheme).collect();
            fault(format!("its scheme is none of {}", known.join(", ")))
        }
    }
}

/// Why a URL cannot be used. Of the URL, it has the scheme and the names of known options.
#[derive(Debug)]
pub(crate) struct UrlFault(String);

impl UrlFault {
    /// How a URL looks.
    pub(crate) const HINT: &str = "such as `vault://vault.internal:8200/secret/checkout/prod`; docs/sources.md has all of them";

    pub(crate) fn reason(&self) -> &str {
        &self.0
    }
}

fn fault(reason: String) -> UrlFault {
    UrlFault(reason)
}

impl SourceUrl {
    fn read(url: &str) -> Result<Self, UrlFault> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(fault("it has no scheme".to_owned()));
        };
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-');
        if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
            return Err(fault("it has no scheme".to_owned()));
        }
        if rest.contains('#') {
            return Err(fault("it has a `#` in it: a part of a name is written `%23`".to_owned()));
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        if authority.contains('@') {
            return Err(fault(
                "it has a user or a password in it: a URL never has a credential".to_owned(),
            ));
        }
        let mut options = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let name = decoded(name)?;
            if let Some(what) = credential(&name) {
                return Err(fault(format!(
                    "it has the option `{what}`: a URL never has a credential"
                )));
            }
            options.push((name, decoded(value)?));
        }
        let scheme = scheme.to_ascii_lowercase();
        let (authority, path) = (decoded(authority)?, decoded(path)?);
        Ok(SourceUrl {
            scheme,
            authority,
            path,
            #[cfg(feature = "aws")]
            has_path: place.contains('/'),
            options,
        })
    }
}

/// The kind of credential that an option of this name would have, such as `aws_session_token` and `X-Amz-Signature`.
fn credential(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let is_it = |word: &&&str| {
        let rest = name.strip_suffix(**word);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    };
    // The variable of `map.API_KEY` is a name, and not a value.
    CREDENTIALS.iter().filter(|_| !name.starts_with("map_")).find(is_it).copied()
}

fn decoded(text: &str) -> Result<String, UrlFault> {
    let wrong = || fault("a `%` in it is not followed by two hex digits".to_owned());
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).ok_or_else(wrong)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| fault("it is not UTF-8".to_owned()))
}

/// What all providers have.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
#[derive(Default)]
struct CommonOptions {
    optional: bool,
    timeout: Option<Duration>,
    cache: Option<Duration>,
    map: Vec<(String, String)>,
    others: Vec<(String, String)>,
}

#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
impl CommonOptions {
    fn of(options: Vec<(String, String)>) -> Result<Self, UrlFault> {
        let time = |name: &str, text: &str| {
            humantime::parse_duration(text)
                .map_err(|_| fault(format!("its option `{name}` is no duration such as `5s`")))
        };
        let mut common = CommonOptions::default();
        for (name, value) in options {
            match name.as_str() {
                "optional" => match value.as_str() {
                    "" | "true" => common.optional = true,
                    "false" => common.optional = false,
                    _ => {
                        return Err(fault("its option `optional` is `true` or `false`".to_owned()));
                    }
                },
                "timeout" => common.timeout = Some(time("timeout", &value)?),
                "cache" => common.cache = Some(time("cache", &value)?),
                _ => match name.strip_prefix("map.") {
                    Some(key) => common.map.push((key.to_owned(), value)),
                    None => common.others.push((name, value)),
                },
            }
        }
        Ok(common)
    }

    /// The provider itself, or in a cache.
    fn asked<P: crate::Provider>(&self, provider: P) -> AskedProvider {
        match self.cache {
            Some(time) => AskedProvider::new(crate::Cached::new(provider).ttl(time)),
            None => AskedProvider::new(provider),
        }
    }
}

/// Gives a provider what all have.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
macro_rules! with_common {
    ($provider:ident, $common:ident) => {{
        let mut provider = $provider;
        if $common.optional {
            provider = provider.optional();
        }
        if let Some(time) = $common.timeout {
            provider = provider.timeout(time);
        }
        for (key, reference) in &$common.map {
            provider = provider.map(key.clone(), reference.as_str());
        }
        provider
    }};
}

#[cfg(feature = "vault")]
impl SourceUrl {
    /// `vault://host:port/mount/path?namespace=…`
    fn vault(self, scheme: &str) -> Result<AskedProvider, UrlFault> {
        if self.authority.is_empty() {
            return Err(fault("it has no host".to_owned()));
        }
        let mut common = CommonOptions::of(self.options)?;
        let mut provider = crate::Vault::new(format!("{scheme}://{}", self.authority));
        let path = self.path.trim_matches('/');
        if let Some((mount, document)) = path.split_once('/') {
            provider = provider.mount(mount).document(crate::SecretRef::new(document));
        } else if !path.is_empty() {
            provider = provider.mount(path);
        }
        for (name, value) in std::mem::take(&mut common.others) {
            provider = match name.as_str() {
                "prefix" => provider.prefix(value),
                "namespace" => provider.namespace(value),
                "certificates" => provider.certificates(value),
                "kubernetes" => provider.kubernetes(value),
                "token_file" => provider.token_file(value),
                "login_mount" => provider.login_mount(value),
                _ => {
                    return Err(unknown_option(
                        &name,
                        "prefix, namespace, certificates, kubernetes, token_file, login_mount",
                    ));
                }
            };
        }
        let provider = with_common!(provider, common);
        Ok(common.asked(provider))
    }
}

#[cfg(feature = "aws")]
macro_rules! with_aws_options {
    ($provider:ident, $common:ident, $prefix:ident) => {{
        let mut provider = $provider;
        for (name, value) in std::mem::take(&mut $common.others) {
            provider = match name.as_str() {
                "region" => provider.region(value),
                "endpoint" => provider.endpoint(value),
                "profile" => provider.profile(value),
                "prefix" => provider.$prefix(value),
                _ => return Err(unknown_option(&name, "prefix, region, endpoint, profile")),
            };
        }
        provider
    }};
}

#[cfg(feature = "aws")]
impl SourceUrl {
    /// `aws-sm://checkout/prod?region=…&endpoint=…`
    fn secrets_manager(self) -> Result<AskedProvider, UrlFault> {
        let name = self.name();
        let mut common = CommonOptions::of(self.options)?;
        let mut provider = crate::AwsSecretsManager::new();
        if !name.is_empty() {
            provider = provider.document(crate::SecretRef::new(name));
        }
        let provider = with_aws_options!(provider, common, prefix);
        let provider = with_common!(provider, common);
        Ok(common.asked(provider))
    }

    /// `aws-ssm:///checkout/prod/` for what is below a path, `aws-ssm:///checkout/config` for a document.
    fn parameter_store(self) -> Result<AskedProvider, UrlFault> {
        let name = self.name();
        let mut common = CommonOptions::of(self.options)?;
        let mut provider = crate::AwsParameterStore::new();
        provider = match name.as_str() {
            "" => provider,
            path if path.ends_with('/') => provider.path(path),
            name => provider.document(crate::SecretRef::new(name)),
        };
        let provider = with_aws_options!(provider, common, path);
        let provider = with_common!(provider, common);
        Ok(common.asked(provider))
    }

    /// What stands before the options, as one name.
    fn name(&self) -> String {
        match self.has_path {
            true => format!("{}/{}", self.authority, self.path),
            false => self.authority.clone(),
        }
    }
}

#[cfg(feature = "azure")]
impl SourceUrl {
    /// `azure-kv://myvault.vault.azure.net?prefix=…` for secrets of their own, `azure-kv://myvault.vault.azure.net/checkout-prod` for
    /// a document.
    fn key_vault(self) -> Result<AskedProvider, UrlFault> {
        if self.authority.is_empty() {
            return Err(fault("it has no host".to_owned()));
        }
        let mut common = CommonOptions::of(self.options)?;
        let mut provider = crate::AzureKeyVault::new(format!("https://{}", self.authority));
        let document = self.path.trim_matches('/');
        if !document.is_empty() {
            provider = provider.document(crate::SecretRef::new(document));
        }
        for (name, value) in std::mem::take(&mut common.others) {
            provider = match name.as_str() {
                "prefix" => provider.prefix(value),
                "certificates" => provider.certificates(value),
                _ => return Err(unknown_option(&name, "prefix, certificates")),
            };
        }
        let provider = with_common!(provider, common);
        Ok(common.asked(provider))
    }
}

#[cfg(feature = "gcp")]
impl SourceUrl {
    /// `gcp-sm://my-project` for secrets by the names of variables, `gcp-sm://my-project/checkout-prod` for a document.
    fn gcp_secret_manager(self) -> Result<AskedProvider, UrlFault> {
        if self.authority.is_empty() {
            return Err(fault("it has no project".to_owned()));
        }
        let mut common = CommonOptions::of(self.options)?;
        let mut provider = crate::GcpSecretManager::new(self.authority);
        let document = self.path.trim_matches('/');
        if !document.is_empty() {
            provider = provider.document(document);
        }
        for (name, value) in std::mem::take(&mut common.others) {
            provider = match name.as_str() {
                "prefix" => provider.prefix(value),
                "region" => provider.region(value),
                "endpoint" => provider.endpoint(value),
                "dates" => match value.as_str() {
                    "" | "true" => provider.dates(),
                    "false" => provider,
                    _ => return Err(fault("its option `dates` is `true` or `false`".to_owned())),
                },
                _ => return Err(unknown_option(&name, "prefix, region, endpoint, dates")),
            };
        }
        let provider = with_common!(provider, common);
        Ok(common.asked(provider))
    }
}

/// The name is shown if it is one: it may be a part of something else.
#[cfg(any(feature = "aws", feature = "azure", feature = "gcp", feature = "vault"))]
fn unknown_option(name: &str, known: &str) -> UrlFault {
    let is_name =
        name.len() <= 20 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let which = if is_name { format!("the option `{name}`") } else { "an option".to_owned() };
    fault(format!(
        "it has {which}, which is not known; known are optional, timeout, cache, map.KEY, {known}"
    ))
}
