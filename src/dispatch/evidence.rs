//! A carrier's answer as it is kept: every word of it, but of the documents in it only the beginning.
//! Whole labels have rows of their own; twice they would be most of what the ledger writes.

use carrier_sdk::Response;

use crate::ledger::{ANSWER_KEPT, RawAnswer};

/// A longer run of base64 is a document; numbers and words are shorter.
const DOCUMENT: usize = 1024;
/// How much of a document tells what kind it is.
const SHOWN: usize = 64;
/// Bytes that are looked at together.
const STRIDE: usize = 64;

/// What is kept of an answer.
pub fn of(answer: &Response) -> RawAnswer {
    RawAnswer {
        status: answer.status,
        content_type: answer.content_type.clone(),
        body: without_documents(&answer.body),
    }
}

fn without_documents(mut body: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    while !body.is_empty() && kept.len() < ANSWER_KEPT {
        let (run, rest) = body.split_at(run(body));
        match run.get(..SHOWN).filter(|_| run.len() > DOCUMENT) {
            Some(beginning) => {
                kept.extend_from_slice(beginning);
                let left = run.len() - SHOWN;
                kept.extend_from_slice(format!("[and {left} more]").as_bytes());
            }
            None => kept.extend_from_slice(run),
        }
        let between = rest.iter().take_while(|byte| !is_base64(**byte)).count();
        let (between, rest) = rest.split_at(between);
        kept.extend_from_slice(between);
        body = rest;
    }
    kept.truncate(ANSWER_KEPT);
    kept
}

/// How many bytes of base64 come first.
fn run(bytes: &[u8]) -> usize {
    // Without an early end within a stride, so that the compiler compares many bytes at once.
    let all = |stride: &&[u8]| stride.iter().fold(true, |all, byte| all & is_base64(*byte));
    let whole = bytes.chunks(STRIDE).take_while(all).map(<[u8]>::len).sum();
    let left = bytes.get(whole..).unwrap_or_default();
    whole + left.iter().take_while(|byte| is_base64(**byte)).count()
}

/// With the line ends and escapes that JSON and XML put between.
fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'+' | b'/' | b'=' | b'\\' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(body: &str) -> String {
        String::from_utf8(without_documents(body.as_bytes())).expect("text")
    }

    #[test]
    fn what_stands_behind_a_label_is_kept_and_the_label_is_not() {
        let label = "JVBERi0x".repeat(4000);
        let said = kept(&format!(
            r#"{{"label":"{label}","number":"JD0146","note":"é"}}"#
        ));
        assert!(
            said.ends_with(r#"[and 31936 more]","number":"JD0146","note":"é"}"#),
            "{said}"
        );
        assert!(said.starts_with(r#"{"label":"JVBERi0xJVBERi0x"#), "{said}");
    }

    #[test]
    fn a_label_in_lines_or_with_escapes_is_one_document() {
        for between in ["\r\n", "\\/", "\\n"] {
            let label = format!("{}{between}", "A".repeat(76)).repeat(40);
            assert!(kept(&format!("<pdf>{label}</pdf>")).len() < 200);
        }
    }

    #[test]
    fn words_are_kept_as_they_are() {
        let said = format!("{{\"errors\":[\"{}\"]}}", "no such postal code ".repeat(50));
        assert_eq!(kept(&said), said);
        assert_eq!(kept(""), "");
    }

    #[test]
    fn an_endless_answer_is_cut() {
        assert_eq!(kept(&"no ".repeat(ANSWER_KEPT)).len(), ANSWER_KEPT);
    }
}
