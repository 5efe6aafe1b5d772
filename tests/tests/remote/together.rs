//! Several stores in one load.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider};
use envaudit::{AwsParameterStore, AwsSecretsManager, EnvConfig, Loader, Source, Vault};
use envaudit_tests::http_fake::{FakeAnswer, HttpFake};
use serde_json::json;

#[derive(EnvConfig, Debug)]
struct App {
    one: String,
    two: String,
    three: String,
    four: String,
}

/// Answers nobody before all have asked.
#[derive(Default)]
struct Meeting {
    here: Mutex<BTreeSet<&'static str>>,
    came: Condvar,
}

impl Meeting {
    /// Whether all four have come within a minute.
    fn wait(&self, name: &'static str) -> bool {
        let mut here = self.here.lock().unwrap();
        here.insert(name);
        self.came.notify_all();
        let alone = |here: &mut BTreeSet<&'static str>| here.len() < 4;
        let (here, _) = self.came.wait_timeout_while(here, Duration::from_secs(60), alone).unwrap();
        here.len() == 4
    }
}

fn store(meeting: &Arc<Meeting>, name: &'static str, body: serde_json::Value) -> HttpFake {
    let meeting = Arc::clone(meeting);
    HttpFake::start(move |_| match meeting.wait(name) {
        true => FakeAnswer::new(200, &body),
        false => FakeAnswer::new(403, "the others did not come"),
    })
}

fn config(fake: &HttpFake) -> SdkConfig {
    let credentials = Credentials::new("AKIDOFTHETEST", "key", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(fake.address())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

#[test]
fn all_stores_of_a_load_are_asked_at_the_same_time() {
    let meeting = Arc::new(Meeting::default());
    let secret = |member: &str| {
        let document = json!({ member: "1" }).to_string();
        json!({ "Name": "app", "SecretString": document, "VersionId": "v1" })
    };
    let one = store(&meeting, "one", secret("one"));
    let two = store(&meeting, "two", secret("two"));
    let parameter = json!({ "Name": "/app/three", "Value": "1", "Version": 1 });
    let three = store(&meeting, "three", json!({ "Parameters": [parameter] }));
    let version = json!({ "data": { "four": "1" }, "metadata": { "version": 1,
        "created_time": "2026-01-01T00:00:00Z", "deletion_time": "", "destroyed": false } });
    let four = store(&meeting, "four", json!({ "data": version }));
    let time = Duration::from_secs(90);
    let files = [Source::Docker, Source::K8s, Source::FileEnv, Source::File];
    let none: [(&str, &str); 0] = [];
    let cfg = files
        .into_iter()
        .fold(App::loader().vars(none), Loader::without)
        .source(AwsSecretsManager::from_sdk_config(&config(&one)).document("app").timeout(time))
        .source(AwsSecretsManager::from_sdk_config(&config(&two)).document("app").timeout(time))
        .source(AwsParameterStore::from_sdk_config(&config(&three)).path("/app").timeout(time))
        .source(Vault::new(four.address()).token("token").document("app").timeout(time))
        .load()
        .unwrap();
    assert_eq!([&*cfg.one, &*cfg.two, &*cfg.three, &*cfg.four], ["1"; 4]);
    for fake in [&one, &two, &three, &four] {
        assert_eq!(fake.requests().len(), 1, "no store had to be asked twice");
    }
}
