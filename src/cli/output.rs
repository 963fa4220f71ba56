//! The one place that writes to standard output, and where progress and complaints go.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::Form;
use super::ending::Failure;
use super::table::{self, Row};

/// Shorter work than this has no progress bar.
const WORTH_A_BAR: usize = 500;

/// Writes a text and ends its line.
pub fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        // Whoever read it has seen enough (`| head`): that is no failure of ours.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::failed(format!(
            "standard output cannot be written: {error}"
        ))),
        Ok(()) => Ok(()),
    }
}

/// Writes a value as one line of JSON.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value);
    line(
        &text
            .map_err(|error| Failure::failed(format!("this cannot be written as JSON: {error}")))?,
    )
}

/// Writes rows as a table; nothing when there are none.
pub fn table<R: Row>(rows: &[R]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    line(&table::render(rows, width()))
}

/// Writes rows as a table, or as an array of JSON.
pub fn rows<R: Row>(form: Form, rows: &[R]) -> Result<(), Failure> {
    if form.json { json(&rows) } else { table(rows) }
}

/// Says something on standard error that is no part of the answer.
pub fn aside(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}

/// Says on standard error why a command could not do it.
pub fn complain(failure: &Failure) {
    // With standard error closed there is nobody to tell; the exit code still says it.
    writeln!(io::stderr(), "diligence: {failure}").ok();
}

/// A bar on standard error for this many steps; invisible for little work, and where it is no terminal.
pub fn progress(steps: usize) -> ProgressBar {
    if steps < WORTH_A_BAR {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} left");
    ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn width() -> u16 {
    terminal_size::terminal_size().map_or(table::DEFAULT_WIDTH, |(width, _)| width.0)
}
