//! `labels get|reprint`: a label out of the ledger, into a file or the print folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::key;
use super::{gateway, output};
use crate::labels::PrintFolder;
use crate::ledger::KeptLabel;
use crate::life::Standing;
use crate::order::Key;
use crate::worker::Gateway;

/// `diligence labels ...`
#[derive(Subcommand)]
pub enum Command {
    /// Write a label to a file or to standard output
    Get {
        /// `shop/order_id/part`, `shop/order_id` or `order_id`
        #[arg(value_parser = key)]
        key: Key,
        /// Which parcel, from 1
        #[arg(long, default_value_t = 1)]
        parcel: usize,
        /// File to write; `-` for standard output
        #[arg(long, short, default_value = "-")]
        output: PathBuf,
    },
    /// Copy an order's labels to the print folder again
    Reprint {
        /// `shop/order_id/part`, `shop/order_id` or `order_id`
        #[arg(value_parser = key)]
        key: Key,
    },
}

/// Runs it.
///
/// # Errors
/// When there is no such label, or it cannot be written.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let gateway = gateway::open(source).await?;
    match command {
        Command::Get {
            key,
            parcel,
            output,
        } => get(&gateway, &key, parcel, &output).await?,
        Command::Reprint { key } => reprint(&gateway, &key).await?,
    }
    Ok(Ending::Done)
}

/// Labels of the booking in force: a voided one must not be stuck on a parcel.
async fn in_force(gateway: &Gateway, key: &Key) -> Result<Vec<KeptLabel>, Failure> {
    let due = gateway.ledger.order(key).await?;
    let life = due
        .ok_or_else(|| Failure::failed(format!("no order {key} is known")))?
        .life;
    let live = life
        .bookings
        .iter()
        .filter(|booking| booking.standing == Standing::Live);
    let live: Vec<u32> = live.map(|booking| booking.n).collect();
    let mut labels = gateway.ledger.labels(key).await?;
    labels.retain(|label| live.contains(&label.n));
    if labels.is_empty() {
        let state = life.state.name();
        return Err(Failure::failed(format!(
            "{key} is {state} and has no label; `orders show {key}` tells why"
        )));
    }
    Ok(labels)
}

async fn get(gateway: &Gateway, key: &Key, parcel: usize, output: &Path) -> Result<(), Failure> {
    let labels = in_force(gateway, key).await?;
    let own = labels.iter().find(|label| label.parcel + 1 == parcel);
    // A label for the whole shipment stands on the first parcel.
    let shared = labels.first().filter(|_| labels.len() == 1);
    let Some(found) = own.or(shared) else {
        let count = labels.len();
        return Err(Failure::usage(format!(
            "{key} has {count} labels, none for parcel {parcel}"
        )));
    };
    let bytes = &found.label.bytes;
    let written = if output.as_os_str() == "-" {
        std::io::stdout().write_all(bytes)
    } else {
        std::fs::write(output, bytes)
    };
    written.map_err(|error| {
        Failure::failed(format!(
            "{} cannot be written: {}",
            output.display(),
            error.kind()
        ))
    })
}

async fn reprint(gateway: &Gateway, key: &Key) -> Result<(), Failure> {
    let Some(folder) = gateway.config.labels.folder.as_ref() else {
        return Err(Failure::usage(
            "there is no print folder: set [labels] folder, or use `labels get`",
        ));
    };
    let unwritable = |error: std::io::Error| {
        Failure::failed(format!(
            "the print folder {} cannot be written: {}",
            folder.display(),
            error.kind()
        ))
    };
    let print = PrintFolder::open(folder).map_err(unwritable)?;
    for label in in_force(gateway, key).await? {
        let extension = label.label.format.name();
        let name = PrintFolder::file_name(&label.key, label.n, label.parcel, extension);
        let path = print
            .put(&name, &label.label.bytes)
            .await
            .map_err(unwritable)?;
        output::line(&path.display().to_string())?;
    }
    Ok(())
}
