//! Lines as the logs of many systems have them, none with a credential in it: what redaction should leave as it is.

/// Lines with places for numbers `{n}`, small words `{w}`, addresses `{a}`, hex digits `{h}`, identifiers `{u}` and paths `{p}`.
const LINES: [&str; 150] = [
    // sshd, su, sudo, cron, systemd.
    "Dec 10 06:55:46 LabSZ sshd[{n}]: Failed password for invalid user {w} from {a} port {n} ssh2",
    "Dec 10 06:55:46 LabSZ sshd[{n}]: Accepted password for {w} from {a} port {n} ssh2",
    "Dec 10 07:07:38 LabSZ sshd[{n}]: Accepted publickey for {w} from {a} port {n} ssh2: RSA SHA256:{h}",
    "Dec 10 07:08:28 LabSZ sshd[{n}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={a}  user=root",
    "Dec 10 07:11:42 LabSZ sshd[{n}]: PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost={a}",
    "Dec 10 07:27:55 LabSZ sshd[{n}]: Received disconnect from {a}: 11: Bye Bye [preauth]",
    "Jun 14 15:16:01 combo sshd(pam_unix)[{n}]: check pass; user unknown",
    "Jun 15 04:06:18 combo su(pam_unix)[{n}]: session opened for user cyrus by (uid=0)",
    "Jun 15 12:12:34 combo ftpd[{n}]: connection from {a} (host.example.org) at Wed Jun 15 12:12:34 2005",
    "sudo:   {w} : TTY=pts/0 ; PWD=/home/{w} ; USER=root ; COMMAND=/usr/bin/systemctl restart {w}",
    "CRON[{n}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
    "systemd[1]: Started Session {n} of user {w}.",
    "systemd[1]: Starting Dispatch Password Requests to Console...",
    "systemd[1]: Reached target Local Encrypted Volumes.",
    "kernel: [{n}.{n}] audit: type=1400 audit({n}.{n}:{n}): apparmor=\"STATUS\" operation=\"profile_load\" name=\"{p}\"",
    "gdm-password]: pam_unix(gdm-password:session): session opened for user {w}",
    "passwd[{n}]: password for '{w}' changed by 'root'",
    "login[{n}]: FAILED LOGIN 1 FROM tty1 FOR {w}, Authentication failure",
    "dbus-daemon[{n}]: [session uid={n} pid={n}] Activating service name='org.freedesktop.secrets'",
    // nginx, apache, proxies.
    "{a} - - [27/Nov/2026:10:11:12 +0000] \"GET /login?next=%2F{w} HTTP/1.1\" 200 {n} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
    "{a} - {w} [27/Nov/2026:10:11:12 +0000] \"POST /oauth/token HTTP/2.0\" 401 {n} \"https://app.example.org/\" \"curl/8.5.0\"",
    "{a} - - [27/Nov/2026:10:11:12 +0000] \"GET /static/keyboard.js?v={n} HTTP/1.1\" 304 0",
    "2026/11/27 10:11:12 [error] {n}#{n}: *{n} user \"{w}\": password mismatch, client: {a}, server: example.org",
    "2026/11/27 10:11:12 [warn] {n}#{n}: *{n} upstream sent duplicate header line: \"Set-Cookie\", ignored",
    "[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state {n}",
    "[Sun Dec 04 04:51:18 2005] [notice] jk2_init() Found child {n} in scoreboard slot {n}",
    "[auth_basic:error] [pid {n}] AH01617: user {w}: authentication failure for \"/admin\": Password Mismatch",
    "squid: TCP_DENIED/407 {n} CONNECT {w}.example.org:443 - HIER_NONE/- text/html",
    "haproxy[{n}]: {a}:{n} [27/Nov/2026:10:11:12.345] https~ app/web1 0/0/1/{n}/{n} 200 {n} - - ---- 1/1/0/0/0 0/0 {|} \"GET / HTTP/1.1\"",
    "proxy.cse.cuhk.edu.hk:5070 close, {n} bytes sent, {n} bytes received, lifetime 00:01",
    "chrome.exe - proxy.example.org:5070 open through proxy proxy.example.org:5070 HTTPS",
    "envoy: [{n}][debug][jwt] extract authorization header: none",
    "oauth2-proxy: Cookie \"_oauth2_proxy\" not present",
    "vouch: no jwt found in request",
    "WWW-Authenticate: Bearer realm=\"example\"",
    "the header is `WWW-Authenticate: Basic realm`",
    // Databases and caches.
    "FATAL:  password authentication failed for user \"{w}\"",
    "DETAIL:  Connection matched pg_hba.conf line {n}: \"host all all {a}/32 scram-sha-256\"",
    "LOG:  connection authorized: user={w} database={w} SSL enabled (protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)",
    "LOG:  duration: {n}.{n} ms  statement: SELECT id, name FROM tokens WHERE user_id = $1",
    "ERROR:  duplicate key value violates unique constraint \"tokens_pkey\"",
    "DETAIL:  Key (token_id)=({n}) already exists.",
    "[Warning] [MY-010055] IP address '{a}' could not be resolved: Name or service not known",
    "[Note] Access denied for user '{w}'@'{a}' (using password: YES)",
    "Access denied for user '{w}'@'localhost' (using password: NO)",
    "{n}:M 27 Nov 2026 10:11:12.345 * Background saving terminated with success",
    "NOAUTH Authentication required.",
    "WRONGPASS invalid username-password pair or user is disabled.",
    "{\"t\":{\"$date\":\"2026-11-27T10:11:12.345Z\"},\"s\":\"I\",\"c\":\"ACCESS\",\"msg\":\"Authentication failed\",\"attr\":{\"mechanism\":\"SCRAM-SHA-256\",\"principalName\":\"{w}\"}}",
    "Elasticsearch: Authentication of [{w}] was terminated by realm [reserved] - failed to authenticate user [{w}]",
    // Kubernetes, containers, clouds.
    "E1127 10:11:12.345678 {n} kubelet.go:{n}] MountVolume.SetUp failed for volume \"secret-volume\" : secret \"{w}-tls\" not found",
    "I1127 10:11:12.345678 {n} reconciler.go:{n}] operationExecutor.VerifyControllerAttachedVolume started for volume \"kube-api-access-{w}\"",
    "W1127 10:11:12.345678 {n} authentication.go:{n}] Unable to authenticate the request: invalid bearer token",
    "unable to authenticate the request due to an error: [invalid bearer token, Token has been invalidated]",
    "Error: secret \"{w}\" not found",
    "Secret default/{w} created: type=Opaque, 3 keys",
    "service account token for pod {w}-{n} will expire in {n}s; token: refreshed",
    "level=info ts=2026-11-27T10:11:12Z caller=main.go:{n} msg=\"Loading configuration file\" filename=/etc/prometheus/prometheus.yml",
    "time=\"2026-11-27T10:11:12Z\" level=warning msg=\"Error getting v2 registry: no basic auth credentials\"",
    "docker: Error response from daemon: pull access denied for {w}, may require 'docker login': denied: requested access to the resource is denied.",
    "containerd: level=info msg=\"connecting to shim {h}\" address=\"unix:///run/containerd/s/{h}\" namespace=k8s.io",
    "vault: [INFO]  core: seal configuration missing, not initialized",
    "vault: auth/token/renew-self: token renewed, ttl={n}",
    "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:iam::{n}:user/{w} is not authorized",
    "secretsmanager: rotated secret arn:aws:secretsmanager:eu-west-1:{n}:secret:prod/{w}-AbCdEf",
    "An error occurred (ExpiredToken): The security token included in the request is expired",
    "azure: AADSTS7000215: Invalid client secret provided.",
    "terraform: aws_secretsmanager_secret.{w}: Refreshing state... [id={w}]",
    "helm: release {w} upgraded; secrets: 3, configmaps: 4",
    "cert-manager: signing certificate, secret_name={w}-tls",
    // Hadoop, Spark, ZooKeeper, OpenStack, HPC, as in the samples that papers use.
    "2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Executing with tokens:",
    "2015-10-18 18:01:48,963 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Kind: YARN_AM_RM_TOKEN, Service: , Ident: (appAttemptId {{ application_id {{ id: {n} cluster_timestamp: {n} }} attemptId: 1 }} keyId: -127633188)",
    "INFO [Socket Reader #1 for port {n}] SecurityLogger.org.apache.hadoop.ipc.Server: Auth successful for job_{n}_0020 (auth:SIMPLE)",
    "INFO org.apache.hadoop.hdfs.server.namenode.FSNamesystem: DIR* NameSystem.completeFile: file /user/root/rand/_temporary/part-{n}. is closed by DFSClient",
    "INFO dfs.DataNode$PacketResponder: PacketResponder {n} for block blk_{n} terminating",
    "17/06/09 20:10:40 INFO executor.CoarseGrainedExecutorBackend: Registered signal handlers for [TERM, HUP, INT]",
    "17/06/09 20:10:45 INFO spark.SecurityManager: SecurityManager: authentication disabled; ui acls disabled; users with view permissions: Set(yarn, curi)",
    "17/06/09 20:10:46 INFO executor.CoarseGrainedExecutorBackend: Connecting to driver: spark://CoarseGrainedScheduler@{a}:{n}",
    "akka.tcp://sparkDriver@{a}:{n}/user/BlockManagerMaster",
    "2015-07-29 17:41:44,747 - INFO  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@774] - Notification time out: {n}",
    "2015-07-30 15:38:01,111 - INFO  [NIOServerCxn.Factory:0.0.0.0/0.0.0.0:2181:NIOServerCnxn@1001] - Closed socket connection for client /{a}:{n} which had sessionid 0x{h}",
    "nova-api.log 2017-05-16 00:00:00.008 {n} INFO nova.osapi_compute.wsgi.server [req-{u} {h} {h} - - -] {a} \"GET /v2/{h}/servers/detail HTTP/1.1\" status: 200 len: {n} time: 0.{n}",
    "keystone: Authorization failed. The request you have made requires authentication. from {a}",
    "keystonemiddleware.auth_token [-] Identity response: token not found; token: rejected",
    "- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO instruction cache parity error corrected",
    "node-{n} action start 1074127283 1 bootGenvmunix command (Command {n})",
    "03-17 16:13:38.811  1702  2395 D WindowManager: printFreezingDisplayLogsopening app wtoken = AppWindowToken{9f4ef63 token=Token{a64f992 ActivityRecord{de9231d u0 com.tencent.qt.qtl/.activity.info t761}}}",
    "2016-09-28 04:30:30, Info CBS Loaded Servicing Stack v6.1.7601.23505 with Core: C:\\Windows\\winsxs\\amd64_{w}\\cbscore.dll",
    "Jul  1 09:00:55 calvisitor-10-105-160-95 kernel[0]: IOThunderboltSwitch<0>(0x0)::listenerCallback - Thunderbolt HPD packet for route = 0x0 port = 11",
    "corecaptured[{n}]: CCFile::captureLogRun Skipping current file Dir file [2017-07-01]",
    "QQ[{n}]: tcp_connection_destination_perform_socket_connect {n} connectx to {a}:80@0 failed: [51] Network is unreachable",
    // Mail, directories, message queues.
    "postfix/smtpd[{n}]: warning: unknown[{a}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
    "postfix/smtp[{n}]: {h}: to=<{w}@example.org>, relay=mail.example.org[{a}]:25, delay=0.{n}, status=sent (250 2.0.0 Ok: queued as {h})",
    "dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<{w}>, method=PLAIN, rip={a}, session=<{h}>",
    "opendkim[{n}]: {h}: DKIM verification successful; signature: valid",
    "dkim=pass (2048-bit key) header.d=example.org header.i=@example.org; spf=pass smtp.mailfrom={w}@example.org; dmarc=pass",
    "Authentication-Results: mx.example.org; dkim=pass header.s=selector1; arc=none",
    "slapd[{n}]: conn={n} op=0 BIND dn=\"uid={w},ou=people,dc=example,dc=org\" method=128",
    "rabbitmq: connection <0.{n}.0> ({a}:{n} -> {a}:5672): user '{w}' authenticated and granted access to vhost '/'",
    "kafka: [2026-11-27 10:11:12,345] INFO Successfully authenticated client: authenticationID={w}; authorizationID={w}.",
    // Programs, compilers, tests.
    "thread 'main' panicked at src/{w}.rs:{n}:{n}: called `Result::unwrap()` on an `Err` value: ParseIntError {{ kind: InvalidDigit }}",
    "error[E0425]: cannot find value `token` in this scope",
    "warning: unused variable: `password`",
    "  --> src/auth/{w}.rs:{n}:{n}",
    "Token::validate returned an error after {n} ms",
    "Cookie::parse failed at byte {n}",
    "the trait bound `Key: signature::Verifier` is not satisfied",
    "    let token = lexer.next();",
    "    pub fn with_token(token: impl Into<String>) -> Self {{",
    "    password: Option<SecretString>,",
    "    pub token: Token,",
    "    fn parse(token: &str) -> Result<Cookie<'_>, ParseError> {{",
    "    signature: [u8; 64],",
    "TypeError: token: expected string, got number",
    "ValueError: secret: must not be empty",
    "test auth::tokens::expired_token_is_refused ... ok",
    "pass: {n} fail: 0 skip: 0",
    "random seed: {n}",
    "prompt_tokens={n} completion_tokens={n} total_tokens={n}",
    "usage: {{\"input_tokens\":{n},\"output_tokens\":{n}}}",
    "max_tokens: {n}, temperature: 0.7",
    "2 of {n} tokens: expired",
    "License: MIT OR Apache-2.0",
    "git clone ssh://git@github.com/{w}/{w}.git",
    "remote: Support for password authentication was removed on August 13, 2021.",
    "npm ERR! code E401 npm ERR! Incorrect or missing password.",
    "From https://github.com/{w}/{w} * branch main -> FETCH_HEAD",
    "pip: Looking in indexes: https://pypi.org/simple, https://user.example.org/simple/",
    // Audit reasons and sentences.
    "rotated after the audit of {w}; the new token: stored in vault",
    "switched the API from Basic Authentication to OIDC",
    "Password: changed by {w}",
    "PIN: wrong, {n} attempts left",
    "Authorization: denied for {w}",
    "cookie: missing",
    "session cookie: expired, user {w} signed out",
    "moved {w} to the new cluster, see OPS-{n}",
    "the password policy requires {n} characters",
    "the bearer must-have of this release: basic utilities.",
    "X509v3 Basic Constraints: critical",
    "## Basic Operation",
    "granted {w} read access to the secrets of {w}/prod",
    "the secret: it is kept in the vault, ask {w}",
    "API key: created for {w}",
    "credentials: not given, asking the next provider",
    "approved by {w}; two-factor authentication: required",
    "--password-file {p} was not found",
    "use --token or --token-file, not both",
    "uuid {u} sha256:{h}{h}{h}{h}{h}{h}{h}{h}",
    "config loaded from {p}: 16 variables, 3 of them secret",
    "SECRET_NAME={w} TOKEN_TTL={n}s PASSWORD_MIN_LENGTH={n}",
];

/// So many lines, always the same.
pub fn lines(count: usize) -> impl Iterator<Item = String> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    (0..count).map(move |at| random.filled(LINES[at % LINES.len()]))
}

/// A generator of numbers that needs no other crate.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn filled(&mut self, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            let kind = rest.get(at..at + 3).unwrap_or_default();
            let (len, text) = match kind {
                "{n}" => (3, self.below(100_000).to_string()),
                "{w}" => (3, self.word().to_owned()),
                "{a}" => {
                    (3, format!("10.{}.{}.{}", self.below(256), self.below(256), self.below(256)))
                }
                "{h}" => (3, format!("{:016x}", self.below(u64::MAX))),
                "{p}" => (3, format!("/var/lib/{}/{}.conf", self.word(), self.word())),
                "{u}" => (
                    3,
                    format!(
                        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                        self.below(1 << 32),
                        self.below(1 << 16),
                        self.below(1 << 12),
                        self.below(1 << 12),
                        self.below(1 << 48)
                    ),
                ),
                _ if kind.starts_with("{{") => (2, "{".to_owned()),
                _ => (1, "{".to_owned()),
            };
            out.push_str(&text);
            rest = &rest[at + len..];
        }
        out.push_str(rest);
        out.replace("}}", "}")
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 24] = [
            "ada",
            "grace",
            "billing",
            "checkout",
            "orders",
            "search",
            "gateway",
            "metrics",
            "inventory",
            "root",
            "admin",
            "deploy",
            "worker",
            "keycloak",
            "monkey",
            "passenger",
            "compass",
            "tokenizer",
            "author",
            "staging",
            "catalog",
            "mailer",
            "reports",
            "keyboard",
        ];
        WORDS[self.below(WORDS.len() as u64) as usize]
    }
}
