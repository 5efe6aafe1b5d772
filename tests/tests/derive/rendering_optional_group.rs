//! A struct that may be absent is required whole or not at all, and every document says so.

use boon::{Compiler, Schemas};
use envaudit::{EnvConfig, SecretString};
use envaudit_tests::Files;
use serde_json::{Map, Value, json};

#[derive(EnvConfig)]
#[env(prefix = "APP_")]
#[expect(dead_code, reason = "only the documents are looked at")]
struct App {
    name: String,
    #[env(nested)]
    tls: Option<Tls>,
}

#[derive(EnvConfig)]
#[env(sources(System, File, SchemaDefault))]
#[expect(dead_code, reason = "only the documents are looked at")]
struct Tls {
    #[env(key = "TLS_CERT")]
    cert: String,
    key: SecretString,
    #[env(default = 443)]
    port: u16,
    #[env(nested)]
    client: Option<Client>,
}

#[derive(EnvConfig)]
#[expect(dead_code, reason = "only the documents are looked at")]
struct Client {
    ca: String,
    depth: Option<u8>,
}

#[test]
fn in_the_template_it_stands_commented_out() {
    assert_eq!(
        App::template(),
        "\
# text (required)
APP_NAME=

# text (required with the rest of `tls`, from system, file, schema_default)
# TLS_CERT=

# text (required with the rest of `tls`, secret, from system, file, schema_default)
# APP_TLS_KEY=

# an integer from 0 to 65535 (from system, file, schema_default)
# APP_TLS_PORT=443

# text (required with the rest of `client`, from system, file, schema_default)
# APP_TLS_CLIENT_CA=

# an integer from 0 to 255 (optional, from system, file, schema_default)
# APP_TLS_CLIENT_DEPTH=
"
    );
    let files = Files::with(".env", App::template());
    let loaded = files.loader::<App>().load().expect("only the name has to be filled in");
    assert!(loaded.audit().tls.cert.unset, "a copied template makes no struct");
}

#[test]
fn in_the_table_it_is_required_with_its_rest() {
    let table = App::markdown();
    let only = "Only from: system, file, schema_default.";
    for row in [
        "| `APP_NAME` | text | **required** | |".to_owned(),
        format!("| `TLS_CERT` | text | **required** with the rest of `tls` | {only} |"),
        format!("| `APP_TLS_PORT` | an integer from 0 to 65535 | `443` | {only} |"),
        format!("| `APP_TLS_CLIENT_CA` | text | **required** with the rest of `client` | {only} |"),
        format!("| `APP_TLS_CLIENT_DEPTH` | an integer from 0 to 255 | not set | {only} |"),
    ] {
        assert!(table.lines().any(|line| line == row), "{row}\nis not in\n{table}");
    }
}

#[test]
fn a_validator_of_the_json_schema_wants_all_of_it_or_nothing() {
    let document: Value = serde_json::from_str(&App::json_schema()).expect("JSON");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("config.json", document).expect("a resource");
    let index = compiler.compile("config.json", &mut schemas).expect("a JSON Schema");
    for (keys, good) in [
        (&[][..], true),
        (&["TLS_CERT", "APP_TLS_KEY"], true),
        (&["TLS_CERT", "APP_TLS_KEY", "APP_TLS_PORT"], true),
        (&["TLS_CERT"], false),
        (&["APP_TLS_KEY"], false),
        (&["APP_TLS_PORT"], false),
        (&["APP_TLS_CLIENT_CA"], false),
        (&["TLS_CERT", "APP_TLS_KEY", "APP_TLS_CLIENT_CA"], true),
        (&["TLS_CERT", "APP_TLS_KEY", "APP_TLS_CLIENT_DEPTH"], false),
    ] {
        let is_number = |key: &str| key.ends_with("PORT") || key.ends_with("DEPTH");
        let value = |key| if is_number(key) { json!(1) } else { json!("x") };
        let mut object: Map<String, Value> =
            keys.iter().map(|key| ((*key).to_owned(), value(key))).collect();
        object.insert("APP_NAME".to_owned(), json!("shop"));
        // What the validator says is what a load says.
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let vars: Vec<(String, String)> =
            object.iter().map(|(key, value)| (key.clone(), text(value))).collect();
        let loads = envaudit_tests::isolated::vars::<App>(vars).load().is_ok();
        let valid = schemas.validate(&Value::Object(object), index).is_ok();
        assert_eq!((valid, loads), (good, good), "{keys:?}");
    }
}

#[test]
fn the_metadata_for_tools_names_the_others() {
    let schema: Value = serde_json::from_str(&App::schema_json()).expect("JSON");
    let variables = schema["variables"].as_array().expect("a list");
    let needs: Vec<(&str, bool, Value)> = variables
        .iter()
        .map(|variable| {
            let key = variable["key"].as_str().expect("a text");
            let required = variable["required"].as_bool().expect("a truth");
            (key, required, variable["required_with"].clone())
        })
        .collect();
    let of_tls =
        ["TLS_CERT", "APP_TLS_KEY", "APP_TLS_PORT", "APP_TLS_CLIENT_CA", "APP_TLS_CLIENT_DEPTH"];
    let others = |own: &str| json!(of_tls.iter().filter(|key| **key != own).collect::<Vec<_>>());
    assert_eq!(
        needs,
        [
            ("APP_NAME", true, Value::Null),
            ("TLS_CERT", false, others("TLS_CERT")),
            ("APP_TLS_KEY", false, others("APP_TLS_KEY")),
            ("APP_TLS_PORT", false, Value::Null),
            ("APP_TLS_CLIENT_CA", false, json!(["APP_TLS_CLIENT_DEPTH"])),
            ("APP_TLS_CLIENT_DEPTH", false, Value::Null),
        ]
    );
}
