//! `labels get|reprint`: a label out of the ledger, into a file or the print folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::key;
use super::{gateway, output};
use crate::labels::PrintFolder;
use crate::ledger::{KeptLabel, Ledger};
use crate::life::Standing;
use crate::order::Key;
use crate::worker::Gateway;

/// `diligence labels ...`
#[derive(Subcommand)]
pub enum Command {
    /// Write a label to a file or to standard output
    Get {
        #[command(flatten)]
        which: Which,
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

/// A parcel of an order, or a label by its id.
#[derive(Args)]
pub struct Which {
    /// `shop/order_id/part`, `shop/order_id` or `order_id`
    #[arg(value_parser = key, required_unless_present = "id")]
    key: Option<Key>,
    /// Which parcel, from 1
    #[arg(long, default_value_t = 1)]
    parcel: usize,
    /// The label with this id, as events and `orders show` name it
    #[arg(long, value_name = "LABEL_ID", conflicts_with_all = ["key", "parcel"])]
    id: Option<String>,
}

/// Runs it.
///
/// # Errors
/// When there is no such label, or it cannot be written.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let gateway = gateway::open_to_read(source).await?;
    match command {
        Command::Get { which, output } => {
            let found = which.find(gateway.ledger.as_ref()).await?;
            write(&found.label.bytes, &output)?;
        }
        Command::Reprint { key } => reprint(&gateway, &key).await?,
    }
    Ok(Ending::Done)
}

impl Which {
    async fn find(&self, ledger: &dyn Ledger) -> Result<KeptLabel, Failure> {
        match (&self.id, &self.key) {
            (Some(id), _) => by_id(ledger, id).await,
            (None, Some(key)) => of_parcel(ledger, key, self.parcel).await,
            (None, None) => Err(Failure::usage("name an order, or a label with --id")),
        }
    }
}

async fn by_id(ledger: &dyn Ledger, id: &str) -> Result<KeptLabel, Failure> {
    let found = ledger.label(id).await?.ok_or_else(|| {
        Failure::failed(format!(
            "no label {id} is kept: unknown, or its time was over and it was erased"
        ))
    })?;
    let mut labels = in_force(ledger, &found.key).await?;
    labels.retain(|label| label.id == id);
    labels.pop().ok_or_else(|| {
        let key = &found.key;
        Failure::failed(format!(
            "label {id} is of a booking that is not in force any more; `labels get {key}` gives the one that is"
        ))
    })
}

async fn of_parcel(ledger: &dyn Ledger, key: &Key, parcel: usize) -> Result<KeptLabel, Failure> {
    let mut labels = in_force(ledger, key).await?;
    let count = labels.len();
    let own = labels.iter().position(|label| label.parcel + 1 == parcel);
    // A label for the whole shipment stands on the first parcel.
    let shared = (count == 1).then_some(0);
    own.or(shared)
        .map(|place| labels.swap_remove(place))
        .ok_or_else(|| {
            Failure::usage(format!(
                "{key} has {count} labels, none for parcel {parcel}"
            ))
        })
}

/// Labels of the booking in force: a voided one must not be stuck on a parcel.
async fn in_force(ledger: &dyn Ledger, key: &Key) -> Result<Vec<KeptLabel>, Failure> {
    let due = ledger.order(key).await?;
    let life = due
        .ok_or_else(|| Failure::failed(format!("no order {key} is known")))?
        .life;
    let live = life
        .bookings
        .iter()
        .filter(|booking| booking.standing == Standing::Live);
    let live: Vec<u32> = live.map(|booking| booking.n).collect();
    let mut labels = ledger.labels(key).await?;
    labels.retain(|label| live.contains(&label.n));
    if labels.is_empty() {
        let state = life.state.name();
        return Err(Failure::failed(format!(
            "{key} is {state} and has no label; `orders show {key}` tells why"
        )));
    }
    Ok(labels)
}

fn write(label: &[u8], output: &Path) -> Result<(), Failure> {
    let written = if output.as_os_str() == "-" {
        std::io::stdout().write_all(label)
    } else {
        std::fs::write(output, label)
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
    for label in in_force(gateway.ledger.as_ref(), key).await? {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::conformance::{Desk, cancel, order, voided};
    use crate::ledger::sqlite::tests::File;

    async fn id_of(desk: &Desk, which: Which) -> String {
        match which.find(desk.ledger.as_ref()).await {
            Ok(found) => found.id,
            Err(failure) => failure.to_string(),
        }
    }

    fn parcel(key: &Key, parcel: usize) -> Which {
        Which {
            key: Some(key.clone()),
            parcel,
            id: None,
        }
    }

    fn id(id: &str) -> Which {
        Which {
            key: None,
            parcel: 1,
            id: Some(id.to_owned()),
        }
    }

    #[tokio::test]
    async fn a_label_is_found_by_its_order_and_by_its_own_id() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        let key = desk.book("A-1", "1001").await;
        assert_eq!(id_of(&desk, parcel(&key, 1)).await, "label-1001");
        assert_eq!(id_of(&desk, id("label-1001")).await, "label-1001");
        assert!(
            id_of(&desk, id("label-9"))
                .await
                .contains("no label label-9")
        );
        let unknown = id_of(&desk, parcel(&order("A-2").key, 1)).await;
        assert!(unknown.contains("no order fr/A-2"), "{unknown}");
    }

    #[tokio::test]
    async fn a_voided_label_is_given_to_nobody() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        let key = desk.book("A-1", "1001").await;
        desk.one(cancel(&key)).await;
        let fence = desk.claim(&key).await.life.fence;
        desk.one(voided(&key, fence)).await;
        for which in [parcel(&key, 1), id("label-1001")] {
            let said = id_of(&desk, which).await;
            assert!(said.contains("cancelled and has no label"), "{said}");
        }
    }
}
