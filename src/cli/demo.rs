//! `demo`: plays the main job with nothing installed and shows what happened.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::ending::{Ending, Failure};
use super::table::Row;
use super::{Form, output};
use crate::demo::{self, Books, Line, Outcome};

/// The arguments of `demo`.
#[derive(Args)]
pub struct Arguments {
    /// Through this broker too: amqp://user:password@host:port/vhost
    #[arg(long, value_name = "URL")]
    amqp: Option<String>,
    /// Where ledger, labels and events are left; a new folder unless given
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    form: Form,
}

impl Row for Line {
    const HEADINGS: &'static [&'static str] = &["Order", "What it meets", "Ended", "With"];

    fn cells(&self) -> Vec<String> {
        let parts = [&self.account, &self.tracking, &self.why];
        let told = parts.into_iter().filter(|part| !part.is_empty());
        let told: Vec<&str> = told.map(String::as_str).collect();
        vec![
            self.order_id.clone(),
            self.shows.clone(),
            self.state.clone(),
            told.join(" "),
        ]
    }
}

#[derive(Serialize)]
struct Report<'a> {
    orders: &'a [Line],
    books: &'a Books,
    booked: usize,
    malformed: Option<usize>,
    folder: String,
}

/// Plays, shows what happened, checks it against the carriers' own books.
///
/// # Errors
/// When the stage cannot be built, or the books disagree.
pub async fn run(arguments: Arguments) -> Result<Ending, Failure> {
    let started = Instant::now();
    let folder = arguments.folder.map_or_else(new_folder, Ok)?;
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos} of {len} orders have ended, {elapsed}")
    {
        bar.set_style(style);
    }
    let outcome = demo::play(&folder, arguments.amqp.as_deref(), |done, all| {
        bar.set_length(u64::try_from(all).unwrap_or_default());
        bar.set_position(u64::try_from(done).unwrap_or_default());
    })
    .await?;
    bar.finish_and_clear();
    let agree = outcome.books.agree();
    if arguments.form.json {
        output::json(&Report {
            orders: &outcome.lines,
            books: &outcome.books,
            booked: outcome.booked,
            malformed: outcome.malformed,
            folder: folder.display().to_string(),
        })?;
    } else {
        output::table(&outcome.lines)?;
        output::line(&summary(&outcome, &folder, started))?;
    }
    if agree {
        return Ok(Ending::Done);
    }
    Err(Failure::failed(
        "the carriers' books hold more than ours: this must never happen, please report it",
    ))
}

fn summary(outcome: &Outcome, folder: &std::path::Path, started: Instant) -> String {
    let Books {
        accepted,
        voided,
        most_live,
        strays,
        in_doubt,
    } = &outcome.books;
    let verdict = if outcome.books.agree() {
        "agree"
    } else {
        "DISAGREE"
    };
    let (booked, folder) = (outcome.booked, folder.display());
    let malformed = match outcome.malformed {
        Some(count) => format!("{count} messages put aside as no orders"),
        None => "what is no order is in the broker's dead queue".to_owned(),
    };
    let seconds = started.elapsed().as_secs_f64();
    // As it was called: after `cargo run` there is no `diligence` on the path.
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "diligence".to_owned());
    format!(
        "\n{booked} orders booked and announced, {malformed}, in {seconds:.0} s.\n\
         The carriers' own books {verdict}: booked {accepted} ({voided} of them voided again), \
         live bookings per order {most_live}, strays {strays}, in doubt and parked {in_doubt}.\n\n\
         Ledger, labels and events are in {folder}. Look around:\n  \
         {program} --config {folder}/diligence.toml orders show fr/LOST-1\n  \
         {program} --config {folder}/diligence.toml parked list",
        strays = strays.len(),
    )
}

/// A folder of its own for every run.
fn new_folder() -> Result<PathBuf, Failure> {
    let now = jiff::ZonedDateTime::now()
        .strftime("%Y%m%d-%H%M%S")
        .to_string();
    let folder = PathBuf::from("diligence-demo").join(now);
    std::fs::create_dir_all(&folder).map_err(|error| {
        let name = folder.display();
        Failure::failed(format!(
            "{name} cannot be made ({}); choose another with --folder",
            error.kind()
        ))
    })?;
    Ok(folder)
}
