//! A certificate for this machine, of an authority that nobody knows.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate for this machine, and that of the authority that signed it.
pub(super) fn certified() -> (String, Arc<ServerConfig>) {
    let key = || KeyPair::generate().expect("it can be made");
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = key();
    let signed = authority.self_signed(&authority_key).expect("it can be signed");
    let own_key = key();
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).expect("it is a name");
    let own = own.signed_by(&own_key, &Issuer::new(authority, authority_key));
    let own_key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS is there")
        .with_no_client_auth()
        .with_single_cert(vec![own.expect("it can be signed").der().clone()], own_key)
        .expect("the key is that of the certificate");
    (signed.pem(), Arc::new(config))
}
