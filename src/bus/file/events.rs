//! The events file: every event once, though the ledger may tell one twice.
//!
//! A kill between writing an event and marking it as sent makes the next run tell it again. What was
//! written is asked of the file itself: nothing else knows.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::lines::Lines;
use crate::bus::OutgoingEvent;

/// Where events go: a file, or stdout, which cannot be asked what it was told.
pub struct Events {
    path: Option<PathBuf>,
    lines: Lines,
    /// Ids that stood in the file before this run; none: to be read.
    before: Option<HashSet<String>>,
}

/// As much of an event as tells it from others.
#[derive(Deserialize)]
struct Id {
    id: String,
}

impl Events {
    pub fn new(path: Option<PathBuf>) -> Self {
        Self {
            lines: path.clone().map_or_else(Lines::stdout, Lines::file),
            path,
            before: None,
        }
    }

    /// Appends the event unless the file has it; an error names the file.
    pub async fn append(&mut self, event: &OutgoingEvent) -> Result<(), String> {
        let before = match self.before.take() {
            Some(before) => before,
            None => self.read().await?,
        };
        if !before.contains(&event.event_id) {
            // After an error the line may stand there all the same: the file is asked again.
            self.lines.append(&event.body).await?;
        }
        self.before = Some(before);
        Ok(())
    }

    async fn read(&self) -> Result<HashSet<String>, String> {
        match &self.path {
            None => Ok(HashSet::new()),
            Some(path) => ids_in(path)
                .await
                .map_err(|error| format!("{} cannot be read: {error}", path.display())),
        }
    }
}

/// The ids of the whole lines; a torn last one was never confirmed.
async fn ids_in(path: &Path) -> std::io::Result<HashSet<String>> {
    let mut ids = HashSet::new();
    let file = match File::open(path).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(ids),
        opened => opened?,
    };
    let mut file = BufReader::new(file);
    let mut line = Vec::new();
    while file.read_until(b'\n', &mut line).await? > 0 {
        ids.extend(
            serde_json::from_slice::<Id>(&line)
                .ok()
                .map(|event| event.id),
        );
        line.clear();
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> OutgoingEvent {
        OutgoingEvent {
            event_id: id.into(),
            routing_key: "shipment.booked".into(),
            body: format!(r#"{{"id":"{id}"}}"#).into(),
            traceparent: None,
        }
    }

    #[tokio::test]
    async fn what_the_file_has_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        std::fs::write(&path, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c").unwrap();
        let mut events = Events::new(Some(path.clone()));
        for id in ["a", "b", "c", "d"] {
            events.append(&event(id)).await.unwrap();
        }
        let text = std::fs::read_to_string(path).unwrap();
        let ids: Vec<&str> = text.lines().map(|line| &line[7..8]).collect();
        assert_eq!(ids, ["a", "b", "c", "d"]);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut events = Events::new(Some(folder.path().to_owned()));
        let error = events.append(&event("a")).await.unwrap_err();
        assert!(error.contains("cannot be read"), "{error}");
    }
}
