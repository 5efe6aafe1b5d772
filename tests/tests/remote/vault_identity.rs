//! Logins to a Vault with a token of another authority: a CI system's, and the service account of a pod.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use ed25519_dalek::{Signer, SigningKey};
use envaudit::{EnvConfig, ExposeSecret, SecretString, Source, Vault};
use envaudit_tests::bao::Bao;

#[derive(EnvConfig, Debug)]
struct App {
    api_key: SecretString,
}

const READ: &str = r#"path "secret/data/app" { capabilities = ["read"] }"#;

fn loader() -> envaudit::Loader<App> {
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    files.into_iter().fold(App::loader().vars(none), envaudit::Loader::without)
}

fn started(bao: Bao) -> Bao {
    bao.put("app", r#"{"api_key": "k1"}"#);
    bao.token(READ);
    bao
}

/// A token that a key has signed (RFC 7519, RFC 8037).
fn token(key: &SigningKey, claims: &str) -> String {
    token_of(key, "EdDSA", claims)
}

/// The same with another algorithm in its head.
fn token_of(key: &SigningKey, algorithm: &str, claims: &str) -> String {
    let part = |text: &[u8]| BASE64URL_NOPAD.encode(text);
    let head = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
    let signed = format!("{}.{}", part(head.as_bytes()), part(claims.as_bytes()));
    format!("{signed}.{}", part(&key.sign(signed.as_bytes()).to_bytes()))
}

/// The public key as PEM (RFC 8410).
fn public_pem(key: &SigningKey) -> String {
    let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    der.extend_from_slice(key.verifying_key().as_bytes());
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64.encode(&der))
}

fn said(loaded: Result<envaudit::Loaded<App>, envaudit::LoadError>) -> String {
    let error = loaded.unwrap_err();
    format!("{error} {error:?} {error:#?}")
}

#[test]
fn a_ci_job_logs_in_with_the_token_of_its_system_and_reads_it_anew() {
    let bao = started(Bao::start());
    let key = SigningKey::from_bytes(&[7; 32]);
    let dir = tempfile::tempdir().unwrap();
    let pem = dir.path().join("key.pem");
    std::fs::write(&pem, public_pem(&key)).unwrap();
    bao.run(&["auth", "enable", "-path=ci", "jwt"]);
    let keys = format!("jwt_validation_pubkeys=@{}", pem.display());
    bao.run(&["write", "auth/ci/config", &keys]);
    bao.run(&[
        "write",
        "auth/ci/role/app",
        "role_type=jwt",
        "bound_audiences=envaudit",
        "user_claim=sub",
        "token_policies=some",
        "token_ttl=1h",
    ]);
    let now = chrono::Utc::now().timestamp();
    let claims = |aud: &str| {
        format!(r#"{{"sub":"job-1","aud":"{aud}","iat":{now},"nbf":{now},"exp":{}}}"#, now + 3600)
    };
    let file = dir.path().join("token");
    let vault = || Vault::new(bao.address()).jwt("app", &file).login_mount("ci").document("app");

    std::fs::write(&file, token(&key, &claims("another"))).unwrap();
    let loader_of_job = loader().source(vault());
    let wrong = said(loader_of_job.load());
    assert!(wrong.contains("the credentials are missing, wrong or expired"), "{wrong}");
    let first = std::fs::read_to_string(&file).unwrap();
    assert!(
        !wrong.contains(&first) && !wrong.contains(first.split('.').next().unwrap()),
        "{wrong}"
    );
    // The system has put another one into the file.
    std::fs::write(&file, token(&key, &claims("envaudit")) + "\n").unwrap();
    assert_eq!(loader_of_job.load().unwrap().api_key.expose_secret(), "k1");

    std::fs::remove_file(&file).unwrap();
    assert_eq!(loader_of_job.load().unwrap().api_key.expose_secret(), "k1", "it is logged in");
    let missing = said(loader().source(vault()).load());
    assert!(missing.contains("with the token cannot be read"), "{missing}");
    std::fs::write(&file, token(&key, &claims("envaudit"))).unwrap();
    let elsewhere = said(loader().source(vault().login_mount("nowhere")).load());
    assert!(elsewhere.contains("HTTP 40"), "{elsewhere}");
}

/// Answers each review of a token as the API server of a cluster does (authentication.k8s.io/v1).
fn api_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(mut client) = client else { continue };
            let mut request = Vec::new();
            let mut some = [0; 4096];
            // The head and the body are there once the document is closed.
            while let Ok(count @ 1..) = client.read(&mut some) {
                request.extend_from_slice(&some[..count]);
                if request.ends_with(b"}\n") || request.ends_with(b"}") {
                    break;
                }
            }
            let body = r#"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","status":{"authenticated":true,"audiences":["vault"],
                "user":{"username":"system:serviceaccount:shop:checkout","uid":"u-1","groups":["system:serviceaccounts"]}}}"#;
            let _ = write!(
                client,
                "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    address
}

#[test]
fn a_pod_logs_in_with_its_service_account() {
    // The server wants the certificate of the cluster's authority, and uses it where the cluster speaks TLS.
    let bao = started(Bao::start_with_tls());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    let now = chrono::Utc::now().timestamp();
    let claims = format!(
        r#"{{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:shop:checkout","aud":["vault"],"iat":{now},"exp":{},
        "kubernetes.io":{{"namespace":"shop","serviceaccount":{{"name":"checkout","uid":"u-1"}}}}}}"#,
        now + 3600
    );
    // The cluster judges the signature: it is not looked at here.
    let account = token_of(&SigningKey::from_bytes(&[9; 32]), "ES256", &claims);
    write(&file, &account);
    bao.run(&["auth", "enable", "kubernetes"]);
    let host = format!("kubernetes_host={}", api_server());
    let authority = format!("kubernetes_ca_cert=@{}", bao.authority().display());
    bao.run(&["write", "auth/kubernetes/config", &host, &authority, "disable_local_ca_jwt=true"]);
    let role = |name: &str, account: &str| {
        let path = format!("auth/kubernetes/role/{name}");
        let names = format!("bound_service_account_names={account}");
        bao.run(&[
            "write",
            &path,
            &names,
            "bound_service_account_namespaces=shop",
            "token_policies=some",
            "token_ttl=1h",
        ]);
    };
    role("checkout", "checkout");
    role("billing", "billing");
    let vault = |role: &str| {
        let vault = Vault::new(bao.address()).certificates(bao.authority());
        vault.jwt(role, &file).login_mount("kubernetes").document("app")
    };
    let cfg = loader().source(vault("checkout")).load().unwrap();
    assert_eq!(cfg.api_key.expose_secret(), "k1");
    let refused = said(loader().source(vault("billing")).load());
    assert!(refused.contains("the credentials are missing, wrong or expired"), "{refused}");
    assert!(!refused.contains(&account), "{refused}");
    // Outside of a pod there is no service account.
    let outside = Vault::new(bao.address()).certificates(bao.authority()).kubernetes("checkout");
    let outside = said(loader().source(outside.document("app")).load());
    assert!(outside.contains("with the token cannot be read"), "{outside}");
}

#[test]
fn a_server_whose_authority_is_not_known_gets_no_token() {
    let bao = started(Bao::start_with_tls());
    let vault = || Vault::new(bao.address()).token(Bao::ROOT).document("app");
    let unknown = said(loader().source(vault()).load());
    assert!(unknown.contains("its certificate is not accepted"), "{unknown}");
    assert!(!unknown.contains(Bao::ROOT), "{unknown}");
    let cfg = loader().source(vault().certificates(bao.authority())).load().unwrap();
    assert_eq!(cfg.api_key.expose_secret(), "k1");
    let authority = bao.authority();
    let of_environment = loader().vars([("VAULT_CACERT", authority.to_str().unwrap())]);
    let cfg = of_environment.source(vault()).load().unwrap();
    assert_eq!(cfg.api_key.expose_secret(), "k1");
    let dir = tempfile::tempdir().unwrap();
    let none = dir.path().join("none.pem");
    write(&none, "no certificate");
    let wrong = said(loader().source(vault().certificates(&none)).load());
    assert!(wrong.contains("the file of certificates has none (PEM is expected)"), "{wrong}");
    let plain = started(Bao::start());
    let url = plain.address().replace("http:", "https:");
    let not_tls = said(loader().source(Vault::new(url).token(Bao::ROOT).document("app")).load());
    assert!(not_tls.contains("is the port that of TLS?"), "{not_tls}");
    let missing = said(loader().source(vault().certificates(dir.path().join("x"))).load());
    assert!(missing.contains("cannot be read"), "{missing}");
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
