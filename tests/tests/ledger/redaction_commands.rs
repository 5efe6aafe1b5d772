//! Credentials that no name stands before: arguments of commands, addresses that are a secret themselves.

use envaudit::ledger::redact;
use envaudit_tests::redaction::{left, taken_out};

/// Credentials in the arguments of commands, in addresses that are one, and in connection strings.
const WITH_CREDENTIALS: [(&str, &str); 52] = [
    ("curl -u me:hunter2 https://h", "curl -u me:[REDACTED] https://h"),
    ("curl -sSu me:hunter2 https://h", "curl -sSu me:[REDACTED] https://h"),
    ("curl -ume:hunter2 https://h", "curl -ume:[REDACTED] https://h"),
    ("/usr/bin/curl --user me:hunter2 h", "/usr/bin/curl --user me:[REDACTED] h"),
    ("curl --user=me:hunter2 h", "curl --user=me:[REDACTED] h"),
    ("curl --proxy-user me:hunter2 h", "curl --proxy-user me:[REDACTED] h"),
    ("curl -u \"me:hunter 2\" h", "curl -u \"me:[REDACTED]\" h"),
    ("curl -fsS \\\n  -u me:hunter2 h", "curl -fsS \\\n  -u me:[REDACTED] h"),
    ("sh -c 'curl -u me:hunter2 h | jq .'", "sh -c 'curl -u me:[REDACTED] h | jq .'"),
    ("deploy --password hunter2 --force", "deploy --password [REDACTED] --force"),
    ("deploy --password=hunter2 --force", "deploy --password=[REDACTED] --force"),
    ("deploy --db-password 'hunter 2' -v", "deploy --db-password '[REDACTED]' -v"),
    ("deploy --api-key hunter2", "deploy --api-key [REDACTED]"),
    ("--client-secret hunter2", "--client-secret [REDACTED]"),
    ("[\"deploy\", \"--token\", \"hunter2\"]", "[\"deploy\", \"--token\", \"[REDACTED]\"]"),
    (
        "don't run deploy --password hunter2, it's seen",
        "don't run deploy --password [REDACTED] it's seen",
    ),
    ("mysql -u root -phunter2 shop", "mysql -u root -p[REDACTED] shop"),
    ("mysqldump -p'hunter 2' shop > d", "mysqldump -p[REDACTED] shop > d"),
    ("ran \"mysqldump -phunter2 shop\" by hand", "ran \"mysqldump -p[REDACTED] shop\" by hand"),
    ("[\"mysql\",\"-phunter2\",\"shop\"]", "[\"mysql\",\"-p[REDACTED]\",\"shop\"]"),
    ("sshpass -p hunter2 ssh -p 22 h", "sshpass -p [REDACTED] ssh -p 22 h"),
    ("sshpass -phunter2 ssh h", "sshpass -p[REDACTED] ssh h"),
    ("mongosh -u me -p hunter2 h", "mongosh -u me -p [REDACTED] h"),
    ("redis-cli -h h -a hunter2 ping", "redis-cli -h h -a [REDACTED] ping"),
    ("docker login -u me -p hunter2 h", "docker login -u me -p [REDACTED] h"),
    ("az login --service-principal -p hunter2", "az login --service-principal -p [REDACTED]"),
    ("sqlcmd -S h -U sa -P hunter2", "sqlcmd -S h -U sa -P [REDACTED]"),
    ("ldapsearch -x -D cn=a -w hunter2", "ldapsearch -x -D cn=a -w [REDACTED]"),
    ("7z a -phunter2 x.7z d", "7z a -p[REDACTED] x.7z d"),
    (
        "https://hooks.slack.com/services/T0AB/B0CD/eF0123456789",
        "https://hooks.slack.com/services/[REDACTED]",
    ),
    (
        "post to https://hooks.slack.com/services/T0AB/B0CD/eF0123456789.",
        "post to https://hooks.slack.com/services/[REDACTED].",
    ),
    (
        "https://hooks.slack.com/workflows/T0AB/A0CD/1/eF0123456789",
        "https://hooks.slack.com/workflows/[REDACTED]",
    ),
    (
        "https://discord.com/api/webhooks/123456789/aB-cD_eF0123456789",
        "https://discord.com/api/webhooks/[REDACTED]",
    ),
    (
        "https://ptb.discord.com/api/v10/webhooks/123456789/aB-cD?wait=true",
        "https://ptb.discord.com/api/v10/webhooks/[REDACTED]?wait=true",
    ),
    (
        "https://discordapp.com/api/webhooks/123456789/aB-cD_eF0123456789",
        "https://discordapp.com/api/webhooks/[REDACTED]",
    ),
    (
        "https://shop.webhook.office.com/webhookb2/0198c5a6-7c4e@0198c5a6/IncomingWebhook/ab12/0198",
        "https://shop.webhook.office.com/webhookb2/[REDACTED]",
    ),
    (
        "https://outlook.office.com/webhook/0198c5a6-7c4e@0198c5a6/IncomingWebhook/ab12/0198",
        "https://outlook.office.com/webhook/[REDACTED]",
    ),
    ("https://api.telegram.org/bot123:aB-cD_eF/getMe", "https://api.telegram.org/bot[REDACTED]"),
    (
        "https://prod.logic.azure.com/workflows/ab/triggers/m?sp=x&sv=1&sig=aBcD",
        "https://prod.logic.azure.com/workflows/ab/triggers/m?sp=x&sv=1&sig=[REDACTED]",
    ),
    ("jdbc:oracle:thin:scott/hunter2@h:1521:x", "jdbc:oracle:thin:[REDACTED]@h:1521:x"),
    ("jdbc:oracle:thin:scott/hunter2@//h:1521/x", "jdbc:oracle:thin:[REDACTED]@//h:1521/x"),
    ("jdbc:oracle:thin:scott/hun@ter2@//h/x", "jdbc:oracle:thin:[REDACTED]@//h/x"),
    ("jdbc:oracle:oci:scott/hunter2@h", "jdbc:oracle:oci:[REDACTED]@h"),
    ("Server=h;User ID=sa;Password=hunter2;", "Server=h;User ID=sa;Password=[REDACTED];"),
    ("Password=hun ter,2;Server=h", "Password=[REDACTED];Server=h"),
    ("Server=h;Pwd={hun;ter2};Port=1", "Server=h;Pwd={[REDACTED]};Port=1"),
    ("Server=h;Uid=sa;Pwd=hunter2", "Server=h;Uid=sa;Pwd=[REDACTED]"),
    (
        "Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey=hunter2=",
        "Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey=[REDACTED]",
    ),
    (
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aHVudGVy==;EndpointSuffix=x",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=[REDACTED];EndpointSuffix=x",
    ),
    ("PGPASSWORD=hunter2 psql -h h", "PGPASSWORD=[REDACTED] psql -h h"),
    ("docker run -e DB_PASSWORD=hunter2 app", "docker run -e DB_PASSWORD=[REDACTED] app"),
    ("openssl rsa -passin pass:hunter2", "openssl rsa -passin pass:[REDACTED]"),
];

/// Commands and addresses that look a little like one with a credential, and have none.
const WITHOUT: [&str; 50] = [
    "docker run -u 1000:1000 -p 8080:80 app",
    "docker compose -p shop up -d",
    "sudo -u postgres psql -p 5432",
    "mysql -u root -p shop",
    "mysql -P3306 -h db shop",
    "mysqldump --single-transaction -p shop",
    "curl -u me https://h",
    "curl -u me: https://h",
    "curl -u me:$TOKEN https://h",
    "curl --user-agent me:2 https://h",
    "curl -X POST -d @body.json https://h:8443/x",
    "curl https://h | sudo -u a:b tee x",
    "curl https://h; chown -u me:us x",
    "rsync -u host:a b",
    "ssh -p 22 h",
    "mkdir -p a/b",
    "install -p a b",
    "deploy --password-file /run/secrets/db",
    "deploy --password-file=/run/secrets/db",
    "deploy --password-stdin < f",
    "deploy --no-password shop",
    "deploy --ask-password shop",
    "deploy --token-ttl 1h",
    "deploy --secret-name checkout",
    "deploy --secret-id checkout",
    "deploy --max-tokens 5",
    "deploy --password $DB_PASSWORD",
    "deploy --password \"$DB_PASSWORD\"",
    "deploy --token <token>",
    "deploy --token {{token}}",
    "deploy --password",
    "deploy --password --force",
    "deploy --password; rm x",
    "the option --password is not for scripts",
    "pass --token to the command",
    "redis-cli -h h -p 6379",
    "docker login -u me --password-stdin",
    "zip -r a.zip b",
    "7z x a.7z",
    "az group list -p x",
    "https://hooks.slack.com/services/",
    "https://api.slack.com/messaging/webhooks",
    "https://slack.com/services/T0AB/B0CD/eF0123456789",
    "https://discord.com/channels/123456789/987654321",
    "https://nothooks.example.org/webhooks/123456789/abcdefgh",
    "jdbc:oracle:thin:@db:1521:shop",
    "jdbc:oracle:thin:@//db:1521/shop",
    "jdbc:postgresql://db:5432/shop?ssl=true",
    "Server=db;Port=1;Pooling=true",
    "Endpoint=sb://h/;EntityPath=orders",
];

#[test]
fn a_credential_in_a_command_an_address_or_a_connection_string_is_taken_out() {
    taken_out(&WITH_CREDENTIALS);
    for (_, left) in WITH_CREDENTIALS {
        assert!(!left.contains("hunter") && !left.contains("eF0123456789"), "{left}");
    }
}

#[test]
fn a_command_an_address_or_a_connection_string_without_one_stays_as_it_is() {
    left(&WITHOUT);
}

#[test]
fn a_long_text_of_options_and_quotes_takes_no_longer_than_its_length() {
    // Were each quote looked for to the end, this would not come to its end.
    let text = "-x' \" don't --a ".repeat(60_000);
    assert_eq!(redact(&text), text);
}
