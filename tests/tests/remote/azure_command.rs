//! A vault of Azure by URL, for programs and for the command, with the credentials of the machine.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use envaudit::{ProblemKind, Source};
use envaudit_tests::azure_fake::{
    AzureFake, CLIENT, CLIENT_SECRET, MachineIdentity, TENANT, Tunnel, VAULT,
};
use envaudit_tests::bao::free_port;
use envaudit_tests::cli_fixture::CliFixture;
use envaudit_tests::problems;
use serde_json::Value;

use crate::azure::loader;

const PROGRAM: &str = env!("CARGO_BIN_EXE_envaudit_command");

fn started() -> AzureFake {
    let fake = AzureFake::start();
    fake.put("checkout-prod", r#"{"PORT": 443, "REGION": "eu", "API_KEY": "canary-of-a-value"}"#);
    fake.put("api-key", "canary-of-a-value");
    fake
}

fn url(fake: &AzureFake, rest: &str) -> String {
    let certificates = fake.certificates();
    let certificates = certificates.to_str().expect("a text");
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    format!("azure-kv://{VAULT}{path}?certificates={certificates}&{options}")
        .trim_end_matches('&')
        .to_owned()
}

/// With the tunnel, and the credentials of the test's application.
fn command(fixture: &CliFixture, tunnel: &Tunnel, args: &[&str]) -> Command {
    let mut command = nobodys(fixture, tunnel, args);
    command.env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", CLIENT);
    command.env("AZURE_CLIENT_SECRET", CLIENT_SECRET);
    command
}

/// With the tunnel alone.
fn nobodys(fixture: &CliFixture, tunnel: &Tunnel, args: &[&str]) -> Command {
    let mut command = fixture.process(PROGRAM, args);
    command.env("HTTPS_PROXY", tunnel.address());
    command
}

fn run(mut command: Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    for part in ["canary", "eyJ.", "Bearer"] {
        assert!(!said.contains(part), "{said}");
    }
    (status.code().unwrap_or(-1), said)
}

#[test]
fn the_command_reads_a_document_and_explains_where_a_value_is_from() {
    let fake = started();
    let tunnel = fake.tunnel();
    let fixture = CliFixture::without_ledger("PORT=80\n");
    let url = url(&fake, "/checkout-prod");
    let with = |args: &[&str]| {
        let mut command = command(&fixture, &tunnel, args);
        command.args(["--source", &url]);
        run(command)
    };
    let (code, said) = with(&["audit", "--json"]);
    assert_eq!(code, 0, "{said}");
    let audit: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(audit["API_KEY"]["provider"], "AzureKeyVault", "{said}");
    let location = audit["API_KEY"]["location"].to_string();
    assert!(location.contains("checkout-prod"), "{location}");
    assert_eq!((fake.vault_lines().len(), fake.token_requests()), (2, 1));

    let (code, said) = with(&["explain", "API_KEY"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("checkout-prod#API_KEY (version 0000"), "{said}");

    let before = (fake.requests().len(), tunnel.hosts().len());
    let (code, said) = with(&["audit", "--ci"]);
    assert!(code == 0 && !said.contains("checkout-prod"), "{code}: {said}");
    let (_, said) = with(&["explain", "API_KEY", "--ci"]);
    assert!(said.contains("not asked"), "{said}");
    assert_eq!((fake.requests().len(), tunnel.hosts().len()), before, "nothing is asked with --ci");
}

#[test]
fn a_url_without_a_document_reads_the_secrets_of_their_names() {
    let fake = started();
    fake.put("prod-port", "8443");
    let tunnel = fake.tunnel();
    let fixture = CliFixture::without_ledger("PORT=80\n");
    for (rest, said_of) in [
        ("", "api-key (version 0000"),
        ("?map.API_KEY=checkout-prod%23API_KEY", "checkout-prod#API_KEY (version 0000"),
    ] {
        let mut command = command(&fixture, &tunnel, &["explain", "API_KEY"]);
        command.env("ENVAUDIT_SOURCES", url(&fake, rest));
        let (code, said) = run(command);
        assert!(code == 0 && said.contains(said_of), "{code}: {said}");
    }
    let mut command = command(&fixture, &tunnel, &["explain", "PORT"]);
    command.args(["--source", &url(&fake, "?prefix=prod-")]);
    let (code, said) = run(command);
    assert!(code == 0 && said.contains("prod-port (version 0000"), "{code}: {said}");
}

#[test]
fn a_vault_that_fails_ends_the_command_with_3_and_a_missing_value_with_1() {
    let fake = started();
    let tunnel = fake.tunnel();
    let fixture = CliFixture::without_ledger("");
    let with = |rest: &str| {
        let mut command = command(&fixture, &tunnel, &["audit"]);
        command.args(["--source", &url(&fake, rest)]);
        run(command)
    };
    let (code, said) = with("/none");
    assert!(code == 3 && said.contains("HTTP 404, SecretNotFound"), "{code}: {said}");
    let (code, said) = with("/none?optional");
    assert!(code == 1 && said.contains("PORT"), "{code}: {said}");
    let (code, said) = with("?prefix=none-");
    assert!(code == 1 && said.contains("PORT"), "{code}: {said}");
    let mut refused = command(&fixture, &tunnel, &["audit"]);
    refused.args(["--source", &url(&fake, "/checkout-prod")]);
    refused.env("AZURE_CLIENT_SECRET", "canary-of-another");
    let (code, said) = run(refused);
    assert!(code == 3 && said.contains("AADSTS7000215"), "{code}: {said}");
}

#[test]
fn the_identity_of_the_machine_is_taken_where_no_variables_say_another() {
    let fake = started();
    let tunnel = fake.tunnel();
    let machine = fake.machine_identity();
    let fixture = CliFixture::without_ledger("");
    let with = |header: &str| {
        let mut command = nobodys(&fixture, &tunnel, &["audit"]);
        command.args(["--source", &url(&fake, "/checkout-prod")]);
        command.env("IDENTITY_ENDPOINT", machine.address()).env("IDENTITY_HEADER", header);
        run(command)
    };
    let (code, said) = with(MachineIdentity::HEADER);
    assert_eq!(code, 0, "{said}");
    assert!(!tunnel.hosts().iter().any(|host| host.starts_with("127.")), "{:?}", tunnel.hosts());
    // One that is there and refuses is not passed over.
    let (code, said) = with("canary-of-another");
    assert!(code == 3 && said.contains("the credentials are missing, wrong or expired"), "{said}");
    // A kind of machine that the SDK does not know.
    let mut arc = nobodys(&fixture, &tunnel, &["audit"]);
    arc.args(["--source", &url(&fake, "/checkout-prod")]);
    arc.env("IDENTITY_ENDPOINT", machine.address()).env("IMDS_ENDPOINT", machine.address());
    let (code, said) = run(arc);
    assert!(code == 3 && said.contains("is not supported by the SDK"), "{code}: {said}");
}

#[test]
fn the_tools_of_developers_come_last() {
    let fake = started();
    let tunnel = fake.tunnel();
    let fixture = CliFixture::without_ledger("");
    let with = |tools: &std::path::Path, allowed: &str| {
        let mut command = nobodys(&fixture, &tunnel, &["audit"]);
        command.args(["--source", &url(&fake, "/checkout-prod")]);
        command.env("PATH", tools).env("AZURE_TOKEN_CREDENTIALS", allowed);
        run(command)
    };
    let tool = |folder: &str, name: &str, text: String| {
        let tools = fixture.files.folder(folder);
        let path = tools.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("it can be written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, executable).expect("it is ours");
        tools
    };
    let ends = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    let az = format!(
        r#"echo '{{"accessToken": "{}", "expires_on": {}, "expiresOn": "{}", "tokenType": "Bearer"}}'"#,
        fake.give_token(),
        ends.timestamp(),
        ends.format("%F %T.000000")
    );
    let azd = format!(
        r#"echo '{{"token": "{}", "expiresOn": "{}"}}'"#,
        fake.give_token(),
        ends.format("%FT%TZ")
    );
    for (folder, name, text) in [("az", "az", az), ("azd", "azd", azd)] {
        let tools = tool(folder, name, text);
        let (code, said) = with(&tools, "dev");
        assert_eq!(code, 0, "{name}: {said}");
    }
    let failing = tool("failing", "az", "echo canary of the tool >&2; exit 1".to_owned());
    let (code, said) = with(&failing, "dev");
    assert!(code == 3 && said.contains("there are no credentials"), "{code}: {said}");
    let (code, said) = with(&failing, "AzureCliCredential");
    assert!(code == 3 && said.contains("AzureCliCredential"), "{code}: {said}");
    // One that hangs is given up with the load, and no other is asked in its place.
    let hanging = tool("hanging", "az", "/bin/sleep 8".to_owned());
    let mut command = nobodys(&fixture, &tunnel, &["audit"]);
    command.args(["--source", &url(&fake, "/checkout-prod?timeout=1s")]);
    command.env("PATH", hanging).env("AZURE_TOKEN_CREDENTIALS", "dev");
    let (code, said) = run(command);
    let reasons = ["it did not answer in time", "no answer within 1s"];
    assert!(code == 3 && reasons.iter().any(|words| said.contains(words)), "{code}: {said}");
    let none = fixture.files.folder("none");
    let (code, said) = with(&none, "dev");
    assert!(code == 3 && said.contains("`az` and `azd` are not logged in"), "{code}: {said}");
}

#[test]
fn urls_have_options_and_no_credentials() {
    for (url, said) in [
        ("azure-kv://", "it has no host"),
        ("azure-kv://me:canary@myvault.vault.azure.net", "has a user or a password in it"),
        ("azure-kv://canary@myvault.vault.azure.net", "has a user or a password in it"),
        ("azure-kv://myvault.vault.azure.net?token=canary", "has the option `token`"),
        ("azure-kv://myvault.vault.azure.net?client_secret=canary", "has the option `secret`"),
        ("azure-kv://myvault.vault.azure.net?canary=1&zone=x", "which is not known"),
        ("azure-kv://myvault.vault.azure.net?timeout=soon", "its option `timeout` is no duration"),
        ("azure-kv://myvault.vault.azure.net/a/b", "a name of Key Vault has 1 to 127 letters"),
        ("azure-kv://myvault.vault.azure.net/a_b", "a name of Key Vault has 1 to 127 letters"),
        ("azure-kv://myvault.vault.azure.net?prefix=a_", "a prefix of Key Vault has letters"),
    ] {
        let error = loader("").source_url(url).load().unwrap_err();
        let said_of = problems::all_text(&error);
        assert!(said_of.contains(said), "{url}: {error}");
        assert!(!said_of.replace("`canary`", "").contains("canary"), "{said_of}");
    }
    // A source that is not asked looks for nothing.
    let url = "azure-kv://127.0.0.1:1?prefix=app-&optional&timeout=1s&cache=5m";
    let loaded = loader("").without(Source::Azure).source_url(url).load();
    assert_eq!(problems::only(&loaded).kind(), ProblemKind::Missing);
    let nobody = format!("azure-kv://127.0.0.1:{}?optional&timeout=1s", free_port());
    let loaded = loader("").source_url(&nobody).load();
    assert_eq!(problems::of(&loaded)[0].kind(), ProblemKind::Missing);
}
