use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::key_file::{Given, refuse_guessable, warn_of_readers};
use crate::cli::ledger::KEY_VARIABLES;
use crate::cli::output::{Cell, Tone};
use crate::cli::world::World;
use crate::ledger::FileStore;

/// Makes a ledger
#[derive(Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
#[command(after_help = "Example:\n  envaudit ledger init --ledger /var/lib/checkout/audit")]
pub(crate) struct Ledger {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    Init(Init),
}

/// Makes a ledger, and a key if none is given; refuses where there is one
#[derive(Args)]
#[command(
    after_help = "The key is taken from $ENVAUDIT_SIGNING_KEY or the file of $ENVAUDIT_SIGNING_KEY_FILE. In \
                        production, which `--env prod` is, it must be given.\n\n\
                        Example:\n  ENVAUDIT_SIGNING_KEY_FILE=/run/secrets/audit envaudit ledger init --env prod"
)]
struct Init {}

pub(super) fn run(args: &Ledger, world: &mut World<'_>) -> Result<(), Failure> {
    match args.command {
        Commands::Init(Init {}) => init(world),
    }
}

fn init(world: &mut World<'_>) -> Result<(), Failure> {
    let dir = world.ledger_dir();
    let options = world.options();
    if let Some(given) = world.given_key() {
        let key = options.keys_to_read(&FileStore::new(&dir)).ok().and_then(|(ring, _)| ring);
        let place = match &given {
            Given::Variable => KEY_VARIABLES[0].to_owned(),
            Given::File(path) => format!("`{}`", path.display()),
        };
        key.map_or(Ok(()), |ring| refuse_guessable(ring.current(), &place))?;
        if let Given::File(path) = given {
            warn_of_readers(&path, &dir, &mut world.out);
        }
    }
    let ledger = options.init(&dir).map_err(|error| world.of_open(&error))?;
    let manifest = ledger.manifest();
    let keys = manifest.keys().copied();
    let public_key = keys.map(|keys| data_encoding::HEXLOWER.encode(&keys.checkpoint_key));
    let beside = ledger.key_is_beside_ledger();
    let chain = manifest.chain().to_string();
    if world.out.is_json() {
        world.out.json(&json!({
            "dir": dir.display().to_string(),
            "chain": chain,
            "algorithm": manifest.algorithm().name(),
            "created": manifest.created().to_string(),
            "kid": keys.map(|keys| keys.kid.to_string()),
            "public_key": public_key,
            "key_beside_ledger": beside,
        }))?;
    } else {
        let out = &mut world.out;
        out.line(&[
            Cell::toned(Tone::Good, "made"),
            Cell::plain(format!(" the ledger {chain} in `{}`", dir.display())),
        ])?;
        if let Some(key) = public_key {
            let text =
                format!("its checkpoints are signed by {key}: hand this to who verifies them");
            out.line(&[Cell::plain(text)])?;
        }
    }
    if beside {
        let key = dir.join("signing.key");
        world.out.warn(&format!(
            "the key was made in `{}`: whoever owns the folder can forge the ledger; keep the key elsewhere, and name it \
             in $ENVAUDIT_SIGNING_KEY_FILE",
            key.display()
        ));
    }
    Ok(())
}
