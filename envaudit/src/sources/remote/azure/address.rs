//! Where a vault is, and which cloud it is in.

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::http::Url;

use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The address of a vault.
#[derive(Clone, Debug)]
pub(super) struct Address(Url);

impl Address {
    /// # Errors
    ///
    /// When it is no URL of a vault, would send the token over the network in clear, or has a password in it.
    pub(super) fn read(text: &str) -> Result<Self, ProviderError> {
        let misconfigured =
            |what: &str| Err(ProviderError::free_text(ProviderErrorKind::Misconfigured, what));
        let Ok(url) = Url::parse(text) else {
            return misconfigured(
                "its address is not a URL such as https://myvault.vault.azure.net",
            );
        };
        if !url.username().is_empty() || url.password().is_some() {
            return misconfigured("its address has a user or a password in it: remove that");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return misconfigured("its address has a query or a fragment: remove that");
        }
        if url.scheme() != "https" || url.host_str().is_none() {
            return misconfigured("its address does not begin with https: and a host");
        }
        if !matches!(url.path(), "" | "/") {
            return misconfigured(
                "its address has a path: a vault is a host, and a secret of it is named by `document`, `prefix` or `map`",
            );
        }
        Ok(Address(url))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether a URL is one of this vault.
    pub(super) fn has(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// The cloud whose authority gives out tokens: the one of the variable `AZURE_AUTHORITY_HOST`, else the one that the name of
    /// the vault ends in.
    pub(super) fn cloud(&self, authority: Option<String>) -> CloudConfiguration {
        if let Some(authority) = authority {
            let mut custom = CustomConfiguration::default();
            custom.authority_host = match authority.contains("://") {
                true => authority,
                false => format!("https://{authority}"),
            };
            return custom.into();
        }
        let host = self.0.host_str().unwrap_or_default();
        match host {
            _ if host.ends_with(".vault.azure.cn") => CloudConfiguration::AzureChina,
            _ if host.ends_with(".vault.usgovcloudapi.net") => CloudConfiguration::AzureGovernment,
            _ => CloudConfiguration::AzurePublic,
        }
    }
}

#[cfg(test)]
mod tests {
    use azure_core::cloud::CloudConfiguration;
    use azure_core::http::Url;

    use super::Address;

    #[test]
    fn an_address_is_a_host_behind_tls_and_nothing_else() {
        for good in [
            "https://myvault.vault.azure.net",
            "https://myvault.vault.azure.net/",
            "https://MyVault.vault.azure.net:8443",
        ] {
            assert!(Address::read(good).is_ok(), "{good}");
        }
        for bad in [
            "http://myvault.vault.azure.net",
            "http://127.0.0.1:1",
            "myvault.vault.azure.net",
            "myvault",
            "",
            "https://",
            "https://u:hunter2@myvault.vault.azure.net",
            "https://hunter2@myvault.vault.azure.net",
            "https://myvault.vault.azure.net?sig=hunter2",
            "https://myvault.vault.azure.net/secrets/hunter2",
            "https://myvault.vault.azure.net#hunter2",
        ] {
            let error = format!("{:?}", Address::read(bad).unwrap_err());
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_name_of_a_vault_says_which_cloud_it_is_in() {
        let cloud = |host: &str, authority: Option<&str>| {
            let address = Address::read(&format!("https://{host}")).unwrap();
            address.cloud(authority.map(str::to_owned))
        };
        assert_eq!(cloud("v.vault.azure.net", None), CloudConfiguration::AzurePublic);
        assert_eq!(cloud("v.vault.azure.cn", None), CloudConfiguration::AzureChina);
        assert_eq!(
            cloud("v.vault.usgovcloudapi.net:443", None),
            CloudConfiguration::AzureGovernment
        );
        assert_eq!(cloud("vault.azure.cn.example", None), CloudConfiguration::AzurePublic);
        let own = |cloud: CloudConfiguration| match cloud {
            CloudConfiguration::Custom(own) => own.authority_host,
            other => panic!("{other:?}"),
        };
        assert_eq!(own(cloud("v.vault.azure.cn", Some("https://login.own"))), "https://login.own");
        assert_eq!(own(cloud("v.vault.azure.cn", Some("login.own"))), "https://login.own");
    }

    #[test]
    fn a_vault_is_its_scheme_its_host_and_its_port() {
        let address = Address::read("https://v.vault.azure.net").unwrap();
        let has = |url: &str| address.has(&url.parse::<Url>().unwrap());
        assert!(has("https://v.vault.azure.net:443/secrets?api-version=7.6&$skiptoken=x"));
        assert!(!has("https://v.vault.azure.net:8443/secrets"));
        assert!(!has("http://v.vault.azure.net/secrets"));
        assert!(!has("https://v.vault.azure.net.evil.example/secrets"));
    }
}
