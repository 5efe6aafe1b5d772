//! How requests of the SDK are sent: by TLS on ring, to the vault alone where they have a token, and without following a redirect.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{AUTHORIZATION, HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Method, Request};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::address::Address;
use super::fault;
use super::tokens::Tokens;
use crate::sources::provider::Ask;
use crate::sources::provider_error::{ProviderError, ProviderErrorKind};

/// The most bytes of an answer.
const MAX_ANSWER: usize = 4 << 20;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// The same for the machine's own identity, which is near, or not there.
const CONNECT_NEAR: Duration = Duration::from_secs(1);

/// TLS on ring, whatever the program has installed.
///
/// # Errors
///
/// When there is nothing that a certificate could be checked by.
pub(super) fn tls(certificates: Option<&[u8]>) -> Result<ClientConfig, ProviderError> {
    let misconfigured =
        |what: &str| ProviderError::free_text(ProviderErrorKind::Misconfigured, what);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| misconfigured("TLS is not available"))?;
    let builder = match certificates {
        None => {
            let verifier = Verifier::new(provider).map_err(|_| {
                misconfigured(
                    "the system has no certificates of authorities: install them (ca-certificates), or give a file of them",
                )
            })?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
        Some(pem) => {
            let none = || misconfigured("the file of certificates has none (PEM is expected)");
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_| none())?;
                roots.add(certificate).map_err(|_| none())?;
            }
            if roots.is_empty() {
                return Err(none());
            }
            builder.with_root_certificates(roots)
        }
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The proxy that the variables of the loader name for `https:`. It is asked for a tunnel, and sees the name of the host alone.
///
/// # Errors
///
/// When the address is none.
pub(super) fn proxy(ask: &Ask<'_>) -> Result<Option<Proxy>, ProviderError> {
    let variable = |names: [&str; 2]| {
        let mut texts = names.into_iter().filter_map(|name| ask.variable(name)?.into_string().ok());
        texts.find(|text| !text.is_empty())
    };
    let Some(address) = variable(["HTTPS_PROXY", "https_proxy"]) else { return Ok(None) };
    let proxy = Proxy::https(address).map_err(|_| {
        let what = "the variable HTTPS_PROXY has no address of a proxy";
        ProviderError::free_text(ProviderErrorKind::Misconfigured, what)
    })?;
    let none = variable(["NO_PROXY", "no_proxy"]);
    Ok(Some(proxy.no_proxy(none.as_deref().and_then(NoProxy::from_string))))
}

/// A client for the vault and for the authority that gives tokens out.
pub(super) fn client(tls: ClientConfig, proxy: Option<Proxy>) -> Result<Client, ProviderError> {
    let mut builder = builder(tls).https_only(true).connect_timeout(CONNECT);
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    built(builder)
}

/// A client for the machine's own identity, which is on the machine, or at a local address without TLS: never by a proxy.
pub(super) fn metadata_client(tls: ClientConfig) -> Result<Client, ProviderError> {
    built(builder(tls).connect_timeout(CONNECT_NEAR))
}

fn builder(tls: ClientConfig) -> ClientBuilder {
    let builder = Client::builder().tls_backend_preconfigured(tls).redirect(Policy::none());
    builder.no_proxy().referer(false)
}

fn built(builder: ClientBuilder) -> Result<Client, ProviderError> {
    builder.build().map_err(|_| {
        ProviderError::free_text(ProviderErrorKind::Misconfigured, "no client can be made for it")
    })
}

/// What the SDK sends its requests by.
pub(super) struct Http {
    client: Client,
    to: Destination,
}

enum Destination {
    Vault(Address, Arc<Tokens>),
    Identity,
}

impl Http {
    pub(super) fn to_vault(client: Client, address: &Address, tokens: Arc<Tokens>) -> Self {
        Http { client, to: Destination::Vault(address.clone(), tokens) }
    }

    pub(super) fn to_identity(client: Client) -> Self {
        Http { client, to: Destination::Identity }
    }

    async fn send(&self, request: &Request) -> Result<AsyncRawResponse, ProviderError> {
        if let Destination::Vault(address, _) = &self.to
            && !address.has(request.url())
        {
            return Err(fault::elsewhere());
        }
        let Body::Bytes(body) = request.body() else {
            return Err(ProviderError::of(ProviderErrorKind::Misconfigured));
        };
        let url = request.url().clone();
        let mut sent = match request.method() {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
            _ => return Err(ProviderError::of(ProviderErrorKind::Misconfigured)),
        };
        for (name, value) in request.headers().iter() {
            sent = sent.header(name.as_str(), value.as_str());
        }
        let failed = |error: reqwest::Error| fault::of_network(&error);
        let mut response = sent.body(body.clone()).send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let headers = headers(response.headers());
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(failed)? {
            if body.len() + part.len() > MAX_ANSWER {
                return Err(ProviderError::of(ProviderErrorKind::TooLarge).status(status));
            }
            body.extend_from_slice(&part);
        }
        match &self.to {
            Destination::Vault(_, tokens) => {
                let authorization = request.headers().get_optional_str(&AUTHORIZATION);
                if let Some(authorization) = authorization.filter(|_| status == 401) {
                    tokens.reject(authorization);
                }
            }
            Destination::Identity if !matches!(status, 200..=299) => {
                return Err(fault::of_identity(status, &headers, &body));
            }
            Destination::Identity => {}
        }
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        // Of this kind, so that no credential of the SDK tries again by itself.
        self.send(request).await.map_err(|error| azure_core::Error::new(ErrorKind::Other, error))
    }
}

fn headers(received: &reqwest::header::HeaderMap) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in received {
        if let Ok(value) = value.to_str() {
            let name = HeaderName::from(name.as_str().to_owned());
            headers.insert(name, HeaderValue::from(value.to_owned()));
        }
    }
    headers
}

/// Shows nothing: a proxy may have a password.
impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}
