//! The suite that every provider passes.

use std::time::Duration;

use envaudit::Vault;
use envaudit::testing::provider_conformance::{self, TestStore};
use envaudit_tests::bao::Bao;
use envaudit_tests::fault_proxy::{Fault, FaultProxy};

struct VaultStore {
    bao: Bao,
    proxy: FaultProxy,
    refused: String,
}

impl TestStore for VaultStore {
    type Provider = Vault;

    fn provider(&self, timeout: Duration) -> Vault {
        Vault::new(self.proxy.address()).token(Bao::ROOT).document("suite").timeout(timeout)
    }

    fn put(&self, document: &str) {
        self.bao.put("suite", document);
    }

    fn cut_off(&self, yes: bool) {
        self.proxy.set(if yes { Fault::BlackHole } else { Fault::None });
    }

    fn refused(&self, timeout: Duration) -> Option<Vault> {
        Some(self.provider(timeout).token(self.refused.as_str()))
    }

    fn requests(&self) -> Option<usize> {
        Some(self.proxy.requests())
    }
}

#[test]
fn vault_is_a_provider_like_the_others() {
    let bao = Bao::start();
    let refused = bao.token(r#"path "secret/data/none" { capabilities = ["read"] }"#);
    let proxy = FaultProxy::before(bao.port());
    provider_conformance::check(&VaultStore { bao, proxy, refused });
}
