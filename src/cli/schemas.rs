//! `schemas`: the JSON Schemas of our messages, and whether messages in a file can be understood.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::ending::{Ending, Failure};
use super::messages::{self, Message};
use super::table::Row;
use super::{Form, output};
use crate::config;
use crate::order;

/// Every schema by its name, one line each.
#[rustfmt::skip]
const SCHEMAS: &[(&str, &str)] = &[
    ("order.paid.v1", include_str!("../../schemas/order.paid.v1.json")),
    ("order.cancelled.v1", include_str!("../../schemas/order.cancelled.v1.json")),
    ("shipment.accepted.v1", include_str!("../../schemas/shipment.accepted.v1.json")),
    ("shipment.at_risk.v1", include_str!("../../schemas/shipment.at_risk.v1.json")),
    ("shipment.booked.v1", include_str!("../../schemas/shipment.booked.v1.json")),
    ("shipment.cancel_refused.v1", include_str!("../../schemas/shipment.cancel_refused.v1.json")),
    ("shipment.cancelled.v1", include_str!("../../schemas/shipment.cancelled.v1.json")),
    ("shipment.conflict.v1", include_str!("../../schemas/shipment.conflict.v1.json")),
    ("shipment.parked.v1", include_str!("../../schemas/shipment.parked.v1.json")),
    ("shipment.rejected.v1", include_str!("../../schemas/shipment.rejected.v1.json")),
    ("shipment.stray.v1", include_str!("../../schemas/shipment.stray.v1.json")),
    ("account.paused.v1", include_str!("../../schemas/account.paused.v1.json")),
    ("account.resumed.v1", include_str!("../../schemas/account.resumed.v1.json")),
];

/// `diligence schemas ...`
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// Print this one (`order.paid`); without it all are listed
    name: Option<String>,
    #[command(flatten)]
    form: Form,
    #[command(subcommand)]
    command: Option<Command>,
}

/// `diligence schemas check`
#[derive(Subcommand)]
pub enum Command {
    /// Say of every message in a file whether it can be understood, and which fields are ignored
    Check {
        /// NDJSON, or one JSON document; `-` is standard input
        file: PathBuf,
        #[command(flatten)]
        form: Form,
    },
}

/// Runs it.
///
/// # Errors
/// When there is no such schema, or the file cannot be read.
pub fn run(arguments: Arguments) -> Result<Ending, Failure> {
    match (arguments.command, arguments.name) {
        (Some(Command::Check { file, form }), _) => check(&file, form),
        (None, Some(name)) => print(&name),
        (None, None) => {
            let all: Vec<Listed> = SCHEMAS.iter().map(Listed::of).collect();
            output::rows(arguments.form, &all)?;
            Ok(Ending::Done)
        }
    }
}

fn print(name: &str) -> Result<Ending, Failure> {
    let is_meant = |known: &str| known == name || known.strip_suffix(".v1") == Some(name);
    let Some((_, schema)) = SCHEMAS.iter().find(|(known, _)| is_meant(known)) else {
        let known: Vec<&str> = SCHEMAS.iter().map(|(known, _)| *known).collect();
        let known = known.join(", ");
        return Err(Failure::usage(format!(
            "there is no schema {name}; known: {known}"
        )));
    };
    output::line(schema.trim_end())?;
    Ok(Ending::Done)
}

/// A schema in the list.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    description: String,
}

impl Listed {
    fn of((name, schema): &(&'static str, &'static str)) -> Self {
        let schema: Value = serde_json::from_str(schema).unwrap_or_default();
        let description = schema.get("description").and_then(Value::as_str);
        Self {
            name,
            description: description.unwrap_or_default().to_owned(),
        }
    }
}

impl Row for Listed {
    const HEADINGS: &'static [&'static str] = &["Name", "What it is"];

    fn cells(&self) -> Vec<String> {
        vec![self.name.to_owned(), self.description.clone()]
    }
}

fn check(file: &Path, form: Form) -> Result<Ending, Failure> {
    let messages = messages::read(file)?;
    let bar = output::progress(messages.len());
    let mut judged = Vec::new();
    for message in &messages {
        judged.push(Judged::of(message));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let broken = judged.iter().filter(|one| one.reason.is_some()).count();
    if form.json {
        output::json(&judged)?;
    } else {
        judged.retain(|one| one.reason.is_some() || !one.ignored_fields.is_empty());
        output::table(&judged)?;
        let good = messages.len() - broken;
        output::line(&format!(
            "Messages understood: {good}; for the dead queue: {broken}."
        ))?;
    }
    Ok(if broken == 0 {
        Ending::Done
    } else {
        Ending::Attention
    })
}

/// What becomes of a message at our door. Holds no value of it.
#[derive(Serialize)]
struct Judged {
    line: usize,
    kind: Option<&'static str>,
    path: Option<String>,
    reason: Option<String>,
    ignored_fields: Vec<String>,
}

impl Judged {
    fn of(message: &Message) -> Self {
        let mut judged = Self {
            line: message.line,
            kind: None,
            path: None,
            reason: None,
            ignored_fields: Vec::new(),
        };
        match message.decode(config::Bus::default().max_message_bytes) {
            Ok(order::Message::Paid(decoded)) => {
                judged.kind = Some("order.paid");
                judged.ignored_fields = decoded.ignored_fields;
            }
            Ok(order::Message::Cancelled(_)) => judged.kind = Some("order.cancelled"),
            Err(malformed) => {
                judged.path = malformed.path;
                judged.reason = Some(malformed.reason);
            }
        }
        judged
    }
}

impl Row for Judged {
    const HEADINGS: &'static [&'static str] = &["Line", "Message", "Where", "What"];

    fn cells(&self) -> Vec<String> {
        let (place, what) = match &self.reason {
            Some(reason) => (self.path.clone().unwrap_or_default(), reason.clone()),
            None => (
                self.ignored_fields.join("\n"),
                "ignored: no order has this field".to_owned(),
            ),
        };
        let kind = self.kind.unwrap_or("not understood");
        vec![self.line.to_string(), kind.to_owned(), place, what]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_in_the_folder_is_in_the_list() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let entries = std::fs::read_dir(folder).expect("the schemas");
        let mut files: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some(name.strip_suffix(".json")?.to_owned())
            })
            .collect();
        files.sort();
        let mut listed: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }

    #[test]
    fn every_schema_says_what_it_is() {
        for schema in SCHEMAS {
            let listed = Listed::of(schema);
            assert!(!listed.description.is_empty(), "{}", listed.name);
        }
    }
}
