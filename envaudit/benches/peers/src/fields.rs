//! The one list of the 50 fields: name, type, key and expected value.
//!
//! `check-cost` reads the rows of this file too; keep one field a line.

/// Calls `$callback! { ($args) group { field: [type] = key, expected; … } … }` with the groups `text`, `parsed` and
/// `optional`.
macro_rules! with_fields {
    ($callback:ident $(, $($args:tt)*)?) => {
        $callback! {
            ($($($args)*)?)
            text {
                service_name: [String] = "APP_SERVICE_NAME", "checkout";
                listen_address: [String] = "APP_LISTEN_ADDRESS", "0.0.0.0";
                public_url: [String] = "APP_PUBLIC_URL", "https://checkout.example.com/";
                region: [String] = "APP_REGION", "eu-central-1";
                zone: [String] = "APP_ZONE", "eu-central-1b";
                cluster: [String] = "APP_CLUSTER", "blue";
                log_level: [String] = "APP_LOG_LEVEL", "info";
                log_format: [String] = "APP_LOG_FORMAT", "json";
                db_host: [String] = "APP_DB_HOST", "db-primary.internal.example.com";
                db_name: [String] = "APP_DB_NAME", "checkout";
                db_user: [String] = "APP_DB_USER", "checkout_rw";
                cache_host: [String] = "APP_CACHE_HOST", "cache.internal.example.com";
                cache_namespace: [String] = "APP_CACHE_NAMESPACE", "checkout-v2";
                queue_host: [String] = "APP_QUEUE_HOST", "queue.internal.example.com";
                queue_topic: [String] = "APP_QUEUE_TOPIC", "orders.created";
                mail_host: [String] = "APP_MAIL_HOST", "smtp.example.com";
                mail_sender: [String] = "APP_MAIL_SENDER", "orders@example.com";
                storage_bucket: [String] = "APP_STORAGE_BUCKET", "checkout-receipts";
                storage_path: [String] = "APP_STORAGE_PATH", "/var/lib/checkout/receipts";
                release: [String] = "APP_RELEASE", "2026.11.3";
            }
            parsed {
                http_port: [u16] = "APP_HTTP_PORT", 8080;
                admin_port: [u16] = "APP_ADMIN_PORT", 9090;
                db_port: [u16] = "APP_DB_PORT", 5432;
                cache_port: [u16] = "APP_CACHE_PORT", 6379;
                mail_port: [u16] = "APP_MAIL_PORT", 587;
                max_connections: [u32] = "APP_MAX_CONNECTIONS", 512;
                max_body_bytes: [u32] = "APP_MAX_BODY_BYTES", 1048576;
                request_timeout_ms: [u32] = "APP_REQUEST_TIMEOUT_MS", 30000;
                idle_timeout_ms: [u32] = "APP_IDLE_TIMEOUT_MS", 90000;
                worker_threads: [u32] = "APP_WORKER_THREADS", 8;
                enable_tls: [bool] = "APP_ENABLE_TLS", true;
                enable_compression: [bool] = "APP_ENABLE_COMPRESSION", true;
                enable_metrics: [bool] = "APP_ENABLE_METRICS", true;
                enable_tracing: [bool] = "APP_ENABLE_TRACING", false;
                enable_cors: [bool] = "APP_ENABLE_CORS", false;
                enable_upgrade: [bool] = "APP_ENABLE_UPGRADE", true;
                enable_cache: [bool] = "APP_ENABLE_CACHE", true;
                enable_queue: [bool] = "APP_ENABLE_QUEUE", true;
                enable_mail: [bool] = "APP_ENABLE_MAIL", false;
                read_only: [bool] = "APP_READ_ONLY", false;
                sample_rate: [f64] = "APP_SAMPLE_RATE", 0.25;
                cache_ratio: [f64] = "APP_CACHE_RATIO", 0.8;
                retry_backoff: [f64] = "APP_RETRY_BACKOFF", 1.5;
                load_limit: [f64] = "APP_LOAD_LIMIT", 0.95;
                retry_jitter: [f64] = "APP_RETRY_JITTER", 0.1;
            }
            optional {
                banner: [Option<String>] = "APP_BANNER", Some("maintenance-on-sunday");
                proxy_url: [Option<String>] = "APP_PROXY_URL", None;
                support_mail: [Option<String>] = "APP_SUPPORT_MAIL", Some("help@example.com");
                canary_group: [Option<String>] = "APP_CANARY_GROUP", None;
                trace_endpoint: [Option<String>] = "APP_TRACE_ENDPOINT", Some("http://collector:4317");
            }
        }
    };
}

/// Declares `pub struct AppConfig` with the given attributes and no attribute on its fields.
macro_rules! app_config {
    ($($attributes:tt)*) => {
        with_fields!(declare_app_config, $($attributes)*);
    };
}

macro_rules! declare_app_config {
    (($($attributes:tt)*) $($group:ident { $($field:ident: [$($ty:tt)*] = $key:tt, $expected:expr;)* })*) => {
        $($attributes)*
        pub struct AppConfig {
            $($(pub $field: $($ty)*,)*)*
        }
    };
}

/// Asserts that every field of `$config` holds the value of the list.
macro_rules! assert_fields {
    ($config:expr) => {
        with_fields!(assert_each_field, $config);
    };
}

macro_rules! assert_each_field {
    (
        ($config:expr)
        text { $($text:ident: [$($text_type:tt)*] = $text_key:tt, $text_value:expr;)* }
        parsed { $($parsed:ident: [$($parsed_type:tt)*] = $parsed_key:tt, $parsed_value:expr;)* }
        optional { $($optional:ident: [$($optional_type:tt)*] = $optional_key:tt, $optional_value:expr;)* }
    ) => {
        $(assert_eq!($config.$text, $text_value);)*
        $(assert_eq!($config.$parsed, $parsed_value);)*
        $(assert_eq!($config.$optional.as_deref(), $optional_value);)*
    };
}
