//! The suite that every provider passes, run by both on two servers.

use core::time::Duration;
use std::rc::Rc;

use envaudit::testing::provider_conformance::{self, TestStore};
use envaudit::{AwsParameterStore, AwsSecretsManager, Provider};
use envaudit_tests::fault_proxy::{Fault, FaultProxy};
use envaudit_tests::http_fake::{FakeAnswer, HttpFake};
use envaudit_tests::ministack::Ministack;
use envaudit_tests::moto::Moto;
use serde_json::{Value, json};

use super::{parameters_at, secrets_at};

/// Calls an operation of the server.
type Call = dyn Fn(&str, &Value) -> Value;

struct Suite<P> {
    call: Box<Call>,
    proxy: FaultProxy,
    denies: HttpFake,
    store: fn(&str) -> P,
    put: fn(&Call, &str),
    timeout: fn(P, Duration) -> P,
}

impl<P: Provider> TestStore for Suite<P> {
    type Provider = P;

    fn provider(&self, timeout: Duration) -> P {
        (self.timeout)((self.store)(&self.proxy.address()), timeout)
    }

    fn put(&self, document: &str) {
        (self.put)(&self.call, document);
    }

    fn cut_off(&self, yes: bool) {
        self.proxy.set(if yes { Fault::BlackHole } else { Fault::None });
    }

    fn refused(&self, timeout: Duration) -> Option<P> {
        Some((self.timeout)((self.store)(&self.denies.address()), timeout))
    }

    fn requests(&self) -> Option<usize> {
        Some(self.proxy.requests())
    }
}

/// Neither of the servers knows who may read what.
fn denies() -> HttpFake {
    HttpFake::start(|_| {
        let body = json!({ "__type": "AccessDeniedException", "message": "canary-7d41" });
        FakeAnswer::new(400, body)
    })
}

fn of_secrets(port: u16, call: Box<Call>) -> Suite<AwsSecretsManager> {
    call("secretsmanager.CreateSecret", &json!({ "Name": "suite", "SecretString": "{}" }));
    Suite {
        call,
        proxy: FaultProxy::before(port),
        denies: denies(),
        store: |address| secrets_at(address).document("suite"),
        put: |call, document| {
            let version = json!({ "SecretId": "suite", "SecretString": document });
            call("secretsmanager.PutSecretValue", &version);
        },
        timeout: AwsSecretsManager::timeout,
    }
}

fn of_parameters(port: u16, call: Box<Call>) -> Suite<AwsParameterStore> {
    Suite {
        call,
        proxy: FaultProxy::before(port),
        denies: denies(),
        store: |address| parameters_at(address).document("/suite"),
        put: |call, document| {
            let version = json!({ "Name": "/suite", "Type": "SecureString", "Value": document,
                "Overwrite": true });
            call("AmazonSSM.PutParameter", &version);
        },
        timeout: AwsParameterStore::timeout,
    }
}

#[test]
fn both_are_providers_like_the_others_on_moto() {
    let moto = Rc::new(Moto::start());
    for_both(moto.port(), move |operation, arguments| moto.call(operation, arguments));
}

#[test]
fn both_are_providers_like_the_others_on_ministack() {
    let ministack = Rc::new(Ministack::start());
    for_both(ministack.port(), move |operation, arguments| ministack.call(operation, arguments));
}

fn for_both(port: u16, call: impl Fn(&str, &Value) -> Value + Clone + 'static) {
    provider_conformance::check(&of_secrets(port, Box::new(call.clone())));
    provider_conformance::check(&of_parameters(port, Box::new(call)));
}
