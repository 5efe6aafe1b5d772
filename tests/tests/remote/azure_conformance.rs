//! The suite that every provider passes.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use envaudit::AzureKeyVault;
use envaudit::testing::provider_conformance::{self, TestStore};
use envaudit_tests::azure_fake::{AzureFake, CLIENT, CLIENT_SECRET, TENANT, Tunnel};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};

use crate::azure::{Own, vault};

/// Says that the suite is to run in this process, with the tunnel on this port.
const TUNNEL_AT: &str = "ENVAUDIT_TEST_TUNNEL_AT";

struct AzureStore {
    fake: AzureFake,
    proxy: FaultProxy,
}

impl TestStore for AzureStore {
    type Provider = AzureKeyVault;

    fn provider(&self, timeout: Duration) -> AzureKeyVault {
        vault(&self.fake).document("suite").timeout(timeout)
    }

    fn put(&self, document: &str) {
        self.fake.put("suite", document);
    }

    fn cut_off(&self, yes: bool) {
        self.proxy.set(if yes { Fault::BlackHole } else { Fault::None });
    }

    fn refused(&self, timeout: Duration) -> Option<AzureKeyVault> {
        let powerless = Own(self.fake.give_powerless_token());
        Some(self.provider(timeout).credential(Arc::new(powerless)))
    }

    fn requests(&self) -> Option<usize> {
        Some(self.fake.requests().len())
    }
}

/// The way to the server is in variables, and the suite reads those of its process: so it has a process of its own.
#[test]
fn azure_is_a_provider_like_the_others() {
    if let Ok(port) = std::env::var(TUNNEL_AT) {
        let fake = AzureFake::start();
        let proxy = FaultProxy::before(fake.port());
        let to = proxy.address().rsplit(':').next().unwrap().parse().unwrap();
        let _tunnel = Tunnel::start(port.parse().unwrap(), to);
        return provider_conformance::check(&AzureStore { fake, proxy });
    }
    let port = envaudit_tests::bao::free_port();
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.args(["--exact", "azure_conformance::azure_is_a_provider_like_the_others", "--nocapture"]);
    own.env(TUNNEL_AT, port.to_string()).env("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
    own.env("AZURE_TENANT_ID", TENANT).env("AZURE_CLIENT_ID", CLIENT);
    own.env("AZURE_CLIENT_SECRET", CLIENT_SECRET).env("NO_PROXY", "");
    let output = own.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
