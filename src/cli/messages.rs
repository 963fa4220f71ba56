//! Messages from a file for the commands that try or check them: NDJSON, or one JSON document.
//! Nothing is sent, and nothing is kept.

use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::ending::Failure;
use crate::bus::file::delivery;
use crate::order::{self, Malformed};

/// One message, and the line of the file it begins at, from 1.
#[derive(Debug)]
pub struct Message {
    /// The line.
    pub line: usize,
    body: Bytes,
}

impl Message {
    /// The document in this text, as if it were the first line of a file.
    pub fn document(text: &str) -> Self {
        Self {
            line: 1,
            body: Bytes::copy_from_slice(text.trim().as_bytes()),
        }
    }

    /// What it is, by the rule of `dispatch FILE`.
    ///
    /// # Errors
    /// Why it can never be an order.
    pub fn decode(&self, max_bytes: usize) -> Result<order::Message, Malformed> {
        let delivery = delivery(&self.body);
        let kind = delivery.amqp_type.as_deref();
        order::decode(kind, &delivery.routing_key, &self.body, max_bytes)
    }
}

/// The content of a file; `-` is standard input.
///
/// # Errors
/// When it cannot be read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    read.map_err(|error| {
        let name = path.display();
        Failure::usage(format!(
            "{name} cannot be read: {error}; check the path and who may read it"
        ))
    })
}

/// All messages of a file.
///
/// # Errors
/// When it cannot be read, or holds none.
pub fn read(path: &Path) -> Result<Vec<Message>, Failure> {
    let messages = split(&read_bytes(path)?, is_named_json(path));
    if messages.is_empty() {
        let name = path.display();
        return Err(Failure::usage(format!(
            "{name} holds no message: write one JSON object a line"
        )));
    }
    Ok(messages)
}

fn is_named_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "json")
}

/// A document over several lines is one message, also when it is broken and only its name tells.
fn split(bytes: &[u8], named_json: bool) -> Vec<Message> {
    let lines: Vec<Message> = bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(above, line)| Message {
            line: above + 1,
            body: Bytes::copy_from_slice(line.trim_ascii()),
        })
        .filter(|message| !message.body.is_empty())
        .collect();
    let first_is_whole = lines.first().is_some_and(|first| is_json(&first.body));
    if lines.len() > 1 && !first_is_whole && (named_json || is_json(bytes)) {
        let body = Bytes::copy_from_slice(bytes);
        return vec![Message { line: 1, body }];
    }
    lines
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, named_json: bool) -> Vec<usize> {
        let messages = split(text.as_bytes(), named_json);
        messages.iter().map(|message| message.line).collect()
    }

    #[test]
    fn each_line_is_a_message_and_blank_ones_are_skipped_but_counted() {
        assert_eq!(lines("{}\n\n  \n{\"a\":1}\n", false), [1, 4]);
        assert_eq!(lines("{}\n{}\n", true), [1, 2]);
        assert_eq!(lines("", false), [0_usize; 0]);
    }

    #[test]
    fn a_broken_line_does_not_hide_the_others() {
        assert_eq!(lines("{\"a\":\n{}\n", false), [1, 2]);
    }

    #[test]
    fn a_document_over_several_lines_is_one_message_even_when_it_is_broken() {
        assert_eq!(lines("\n{\n \"a\": 1\n}\n", false), [1]);
        assert_eq!(lines("{\n \"a\": \n}\n", true), [1]);
    }
}
