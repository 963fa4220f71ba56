//! Recorded answers and what the gateway must make of them: the rows of an `expected.json`.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::Failures;
use super::matcher::differences;
use crate::carrier::Carrier;
use crate::reading;
use crate::request::Response;

/// One row: an answer on file and what must be read in it.
#[derive(Deserialize)]
pub struct Sample {
    /// The answer's body, relative to the list.
    pub file: String,
    /// What was asked: `book`, `find`, `track`, `void`, `label`.
    pub operation: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// The answer's Content-Type, where its body cannot be read without.
    #[serde(default)]
    pub content_type: Option<String>,
    expect: Value,
}

/// Reads every answer that `folder/expected.json` lists, and tells how many there were.
///
/// # Errors
/// Every difference; a list or a file that cannot be read; an empty list.
pub fn samples(carrier: &dyn Carrier, folder: &Path) -> Result<usize, Failures> {
    samples_read_by(folder, |sample| reading_of(carrier, folder, sample))
}

/// Like [`samples`], by another reader: `read` says what it makes of a sample, or why it cannot.
///
/// # Errors
/// As for [`samples`].
pub fn samples_read_by(
    folder: &Path,
    read: impl Fn(&Sample) -> Result<Value, String>,
) -> Result<usize, Failures> {
    let mut failures = Failures::default();
    let rows = match listed(folder) {
        Ok(rows) => rows,
        Err(error) => {
            failures.add(format!(
                "{}: {error}",
                folder.join("expected.json").display()
            ));
            Vec::new()
        }
    };
    for row in &rows {
        let case = format!("{} ({}, {})", row.file, row.operation, row.status);
        match read(row) {
            Ok(reading) => {
                let found = differences(&row.expect, &reading);
                found
                    .iter()
                    .for_each(|one| failures.add(format!("{case}: {one}")));
            }
            Err(error) => failures.add(format!("{case}: {error}")),
        }
    }
    failures.verdict().map(|()| rows.len())
}

/// Like [`samples`], with the carrier's folder in `$DILIGENCE_SAMPLES`; 0 when that is not set, or has
/// none for this carrier, as for one that was begun today.
///
/// # Errors
/// As for [`samples`].
pub fn samples_from_environment(carrier: &dyn Carrier) -> Result<usize, Failures> {
    let Some(all) = std::env::var_os("DILIGENCE_SAMPLES") else {
        return Ok(0);
    };
    let own = Path::new(&all).join(carrier.profile().name);
    if Path::new(&all).is_dir() && !own.exists() {
        return Ok(0);
    }
    samples(carrier, &own)
}

fn listed(folder: &Path) -> Result<Vec<Sample>, String> {
    let text = std::fs::read(folder.join("expected.json")).map_err(|error| error.to_string())?;
    let rows: Vec<Sample> = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    if rows.is_empty() {
        return Err("lists no sample".to_owned());
    }
    Ok(rows)
}

fn reading_of(carrier: &dyn Carrier, folder: &Path, row: &Sample) -> Result<Value, String> {
    let answer = row.answer(folder)?;
    reading::read(carrier, &row.operation, &answer)
        .ok_or_else(|| "the carrier has no such operation".to_owned())
}

/// Every answer that `folder/expected.json` lists, with what was asked.
///
/// # Errors
/// A list or a file that cannot be read.
pub fn answers(folder: &Path) -> Result<Vec<(Sample, Response)>, String> {
    let rows = listed(folder)?.into_iter();
    rows.map(|row| {
        let answer = row.answer(folder)?;
        Ok((row, answer))
    })
    .collect()
}

impl Sample {
    /// The recorded answer.
    fn answer(&self, folder: &Path) -> Result<Response, String> {
        let body = std::fs::read(folder.join(&self.file)).map_err(|error| error.to_string())?;
        Ok(Response {
            content_type: self.content_type.clone(),
            ..Response::new(self.status, body)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::example::Example;
    use super::*;

    fn folder(rows: &Value) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        write("expected.json", &rows.to_string());
        write(
            "booked.json",
            &String::from_utf8_lossy(&Example::booked("EX1").body),
        );
        folder
    }

    fn row(operation: &str, expect: &Value) -> Value {
        json!({"file": "booked.json", "operation": operation, "status": 201, "expect": expect, "why": "?"})
    }

    #[test]
    fn samples_that_are_read_as_expected_are_counted() {
        let expect = json!({"outcome": "booked", "tracking_number": "EX1"});
        let folder = folder(&json!([row("book", &expect), row("book", &json!({}))]));
        let count = samples(&Example::good(), folder.path()).expect("as expected");
        assert_eq!(count, 2);
    }

    #[test]
    fn a_difference_a_missing_file_and_an_unknown_operation_are_failures() {
        let mut missing = row("book", &json!({}));
        missing["file"] = json!("missing.json");
        let rows = json!([
            row("book", &json!({"tracking_number": "EX2"})),
            missing,
            row("token", &json!({}))
        ]);
        let failures = samples(&Example::good(), folder(&rows).path()).expect_err("three");
        assert_eq!(failures.lines().len(), 3, "{failures:?}");
    }

    #[test]
    fn a_refusal_is_read_even_of_a_call_that_the_carrier_has_not() {
        let refused = |operation| {
            let answer = Response::new(401, r#"{"code":"17","message":"wrong password"}"#);
            reading::read(&Example::good(), operation, &answer)
        };
        for operation in ["label", "token"] {
            let read = refused(operation).expect("read");
            assert_eq!(read["outcome"], "unauthorized", "{operation}");
        }
        assert_eq!(refused("fly"), None);
        let down = Response::new(503, "");
        let read = reading::read(&Example::good(), "token", &down).expect("read");
        assert_eq!(read["outcome"], "unavailable");
    }

    #[test]
    fn a_label_among_parts_is_read_even_of_a_service_that_the_carrier_does_not_call() {
        let with = |part: &str| {
            let body = format!("--b\r\n\r\n<told/>\r\n--b\r\n\r\n{part}\r\n--b--\r\n");
            let content_type = Some("multipart/related; boundary=b".to_owned());
            let answer = Response {
                content_type,
                ..Response::new(200, body)
            };
            reading::read(&Example::good(), "label", &answer)
        };
        assert!(Example::good().relabelling().is_none());
        let read = with("^XA^FDx^FS^XZ").expect("read");
        let label = json!({"outcome": "label", "format": "zpl", "bytes": 13});
        assert_eq!(read, label);
        assert_eq!(with("^XA^FDx^FS"), None, "half a label");
        assert_eq!(with("no label"), None);
    }

    #[test]
    fn no_samples_are_a_failure() {
        assert!(samples(&Example::good(), folder(&json!([])).path()).is_err());
        assert!(samples(&Example::good(), Path::new("/nowhere")).is_err());
    }
}
