use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::ledger::{RetiredKeys, key_in, of_append};
use crate::cli::output::{Cell, Tone};
use crate::cli::world::World;
use crate::ledger::MasterKey;

/// Goes on with another key
#[derive(Args)]
#[command(
    after_help = "Keep the old key: the events up to now are verified with it, as `--retired-key`. Programs that have \
                        the ledger open stop until they are given the new one.\n\n\
                        Example:\n  envaudit rotate-key --new-key /run/secrets/audit-2027"
)]
pub(crate) struct RotateKey {
    /// The file with the new key, 64 hex digits; made if there is none
    #[arg(long, value_name = "FILE")]
    new_key: PathBuf,
    #[command(flatten)]
    retired: RetiredKeys,
}

pub(super) fn run(args: &RotateKey, world: &mut World<'_>) -> Result<(), Failure> {
    let ledger = world.opened(&args.retired)?;
    let Some(ring) = ledger.keys() else {
        return Err(Failure::usage("the ledger has no key, and is not given one later"));
    };
    let (key, made) = match args.new_key.exists() {
        true => (key_in(&args.new_key)?, false),
        false => (make(&args.new_key)?, true),
    };
    let (old, new) = (ring.current().id(), key.id());
    ledger.rotate(key).map_err(|error| of_append(&error))?;
    let path = args.new_key.display();
    match world.out.is_json() {
        true => world.out.json(&json!({
            "from": old.to_string(),
            "to": new.to_string(),
            "seq": ledger.head().seq,
            "key_made": made,
        }))?,
        false => world.out.line(&[
            Cell::toned(Tone::Good, "rotated"),
            Cell::plain(format!(": from the key {old} to {new}, which is in `{path}`")),
        ])?,
    }
    let old = match ledger.key_is_beside_ledger() {
        true => format!("`{}`", world.ledger_dir().join("signing.key").display()),
        false => "the old one".to_owned(),
    };
    world.out.note(&format!(
        "from here on the key is to be given: ENVAUDIT_SIGNING_KEY_FILE={path}; keep {old} for `verify --retired-key`"
    ));
    Ok(())
}

/// A new key in a new file, which is on disk before anything is signed with it.
fn make(path: &Path) -> Result<MasterKey, Failure> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| {
        Failure::unavailable(format!("the system gives no random bytes: {error}"))
    })?;
    let key = MasterKey::from_bytes(*bytes);
    write(path, &key).map_err(|error| {
        Failure::unavailable(format!("the key cannot be kept in {}: {error}", path.display()))
    })?;
    Ok(key)
}

fn write(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key.to_hex().as_bytes())?;
    file.sync_all()
}
