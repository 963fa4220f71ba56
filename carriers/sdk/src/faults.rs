//! A carrier's fault table, and the one judgement of what a fault means for the parcel.
//!
//! The table is the carrier's error atlas: code, meaning in plain words, who acts. Whatever it
//! does not list is judged by the HTTP status; on a booking everything ambiguous is in doubt.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::request::Response;
use crate::step::{Cause, Evidence, Step, VoidAnswer, Why};

/// One row of a carrier's fault table. The first row that matches counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The carrier's code; empty matches any, and `*` at one end any beginning or end: `120*`.
    pub code: &'static str,
    /// Lower-case text that the message must hold; empty matches any.
    pub text: &'static str,
    /// What it means for the parcel.
    pub meaning: Meaning,
    /// The same in plain words, for people.
    pub plain: &'static str,
    /// Who can do something about it.
    pub who_acts: WhoActs,
    /// Our field that is at fault, when the code tells.
    pub field: Option<&'static str>,
}

impl Fault {
    /// A row for a code, whatever is said with it.
    #[must_use]
    pub const fn code(
        code: &'static str,
        meaning: Meaning,
        who_acts: WhoActs,
        plain: &'static str,
    ) -> Self {
        Self {
            code,
            text: "",
            meaning,
            plain,
            who_acts,
            field: None,
        }
    }

    /// A row for a text in lower case, whatever the code.
    #[must_use]
    pub const fn text(
        text: &'static str,
        meaning: Meaning,
        who_acts: WhoActs,
        plain: &'static str,
    ) -> Self {
        Self::code("", meaning, who_acts, plain).saying(text)
    }

    /// The same only where the message holds this text, in lower case.
    #[must_use]
    pub const fn saying(self, text: &'static str) -> Self {
        Self { text, ..self }
    }

    /// The same with our field that is at fault.
    #[must_use]
    pub const fn at(self, field: &'static str) -> Self {
        Self {
            field: Some(field),
            ..self
        }
    }

    /// Whether it is for this code of the carrier's, whatever is said with it.
    pub(crate) fn is_for(&self, code: &str) -> bool {
        match (self.code.strip_suffix('*'), self.code.strip_prefix('*')) {
            (Some(start), _) => code.starts_with(start),
            (None, Some(end)) => code.ends_with(end),
            (None, None) => self.code.is_empty() || self.code == code,
        }
    }

    fn matches(&self, code: &str, text: &str) -> bool {
        self.is_for(code) && (self.text.is_empty() || text.contains(self.text))
    }
}

/// What a fault means for the parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// This shipment or request is refused; nothing was done.
    Rejected,
    /// Credentials, contract or account are refused; nothing was done.
    Unauthorized,
    /// Too many requests; nothing was done.
    Throttled,
    /// Documented by the carrier: nothing was done, try again.
    NotProcessed,
    /// The thing asked for is not known.
    NotFound,
    /// The parcel is with the carrier already: it can no longer be voided.
    TooLate,
    /// It may or may not have been done.
    Ambiguous,
}

/// Who can do something about a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoActs {
    /// The shop corrects the order.
    Shop,
    /// The warehouse.
    Warehouse,
    /// The transport manager: contract, account, product.
    Transport,
    /// The operator on call.
    Operator,
    /// The carrier.
    Carrier,
    /// Nobody: it passes by itself.
    Nobody,
}

impl WhoActs {
    /// The name used in events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Warehouse => "warehouse",
            Self::Transport => "transport",
            Self::Operator => "operator",
            Self::Carrier => "carrier",
            Self::Nobody => "nobody",
        }
    }

    /// Who that is, and what is to be done.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Shop => "the shop corrects the order",
            Self::Warehouse => "the warehouse",
            Self::Transport => "the transport manager: contract, account or product",
            Self::Operator => "the operator on call",
            Self::Carrier => "the carrier",
            Self::Nobody => "nobody: it passes by itself",
        }
    }
}

/// What a carrier said, before it is judged. `Debug` shows none of its words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// HTTP status.
    pub status: u16,
    /// The carrier's code, trimmed.
    pub code: Option<String>,
    /// The carrier's own words, or ours about a broken answer.
    pub message: String,
    /// Retry-After, when given.
    pub retry_after: Option<Duration>,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Said({}, {} bytes)", self.status, self.message.len())
    }
}

impl Said {
    /// What an answer said.
    #[must_use]
    pub fn new(answer: &Response, code: Option<&str>, message: impl Into<String>) -> Self {
        Self {
            status: answer.status,
            code: code
                .map(str::trim)
                .filter(|code| !code.is_empty())
                .map(str::to_owned),
            message: message.into(),
            retry_after: answer.retry_after,
        }
    }

    /// An answer that cannot be read. The body is described, never quoted.
    #[must_use]
    pub fn unreadable(answer: &Response, expected: &str) -> Self {
        let size = answer.body.len();
        let kind = answer.content_type.as_deref().unwrap_or("no type");
        let message = if size == 0 {
            format!("the answer is empty, not {expected}")
        } else {
            format!("the answer ({size} bytes, {kind}) is not {expected}")
        };
        Self::new(answer, None, message)
    }
}

/// A fault that has been judged; to be read as the operation demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    meaning: Meaning,
    listed: bool,
    why: Why,
}

/// The row of a fault table that is for this code and these words.
#[must_use]
pub fn row_for(table: &'static [Fault], code: &str, message: &str) -> Option<&'static Fault> {
    let text = message.to_lowercase();
    table.iter().find(|row| row.matches(code, &text))
}

/// Judges what a carrier said by its fault table, then by the HTTP status.
#[must_use]
pub fn judge(table: &'static [Fault], said: Said) -> Judged {
    let code = said.code.as_deref().unwrap_or("");
    let row = row_for(table, code, &said.message);
    let meaning = row.map_or_else(|| by_status(said.status), |row| row.meaning);
    Judged {
        meaning,
        listed: row.is_some(),
        why: Why {
            code: said.code,
            message: said.message,
            meaning: row.map(|row| row.plain),
            cause: cause(meaning),
            who_acts: row.map_or_else(|| who_acts(meaning), |row| row.who_acts),
            field: row.and_then(|row| row.field),
            retry_after: said.retry_after,
        },
    }
}

fn by_status(status: u16) -> Meaning {
    match status {
        401 | 403 => Meaning::Unauthorized,
        404 | 410 => Meaning::NotFound,
        408 => Meaning::Ambiguous,
        429 => Meaning::Throttled,
        400..=499 => Meaning::Rejected,
        _ => Meaning::Ambiguous,
    }
}

fn cause(meaning: Meaning) -> Cause {
    match meaning {
        Meaning::Rejected | Meaning::TooLate => Cause::Rejected,
        Meaning::Unauthorized => Cause::Unauthorized,
        Meaning::Throttled => Cause::Throttled,
        Meaning::NotFound => Cause::NotFound,
        Meaning::NotProcessed | Meaning::Ambiguous => Cause::Unavailable,
    }
}

fn who_acts(meaning: Meaning) -> WhoActs {
    match meaning {
        Meaning::Rejected | Meaning::Unauthorized | Meaning::NotFound => WhoActs::Transport,
        Meaning::Throttled | Meaning::NotProcessed | Meaning::TooLate | Meaning::Ambiguous => {
            WhoActs::Nobody
        }
    }
}

impl Judged {
    /// The fault as the outcome of a booking step.
    #[must_use]
    pub fn on_booking<T>(mut self) -> Step<T> {
        match self.meaning {
            // what is too late for a void was booked
            Meaning::Ambiguous | Meaning::TooLate => Step::Unknown(Evidence {
                code: self.why.code,
                message: self.why.message,
            }),
            Meaning::NotProcessed | Meaning::Throttled => Step::NoEffect(self.why),
            Meaning::Rejected | Meaning::Unauthorized => Step::Refused(self.why),
            Meaning::NotFound => {
                self.why.cause = Cause::Rejected;
                Step::Refused(self.why)
            }
        }
    }

    /// The fault as the outcome of a read: never in doubt.
    #[must_use]
    pub fn on_read(self) -> Why {
        self.why
    }

    /// The fault as the outcome of a look-up. Only the carrier's own words for "not known", listed in
    /// its table, are an absence: a bare 404 comes from the way there, not from the carrier's index.
    ///
    /// # Errors
    /// [`Why`], for every other fault.
    pub fn on_look_up<T>(mut self) -> Result<Vec<T>, Why> {
        match (self.meaning, self.listed) {
            (Meaning::NotFound, true) => Ok(Vec::new()),
            (Meaning::NotFound, false) => {
                self.why.cause = Cause::Unavailable;
                Err(self.why)
            }
            _ => Err(self.why),
        }
    }

    /// The fault as the outcome of a void: not found and too late are answers, all else is a failure.
    #[must_use]
    pub fn on_void(self) -> VoidAnswer {
        match self.meaning {
            Meaning::NotFound => VoidAnswer::NotFound,
            Meaning::TooLate => VoidAnswer::TooLate,
            _ => VoidAnswer::Failed(self.why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Fault] = &[
        Fault::code("7", Meaning::Unauthorized, WhoActs::Transport, "a password")
            .saying("password"),
        Fault::code("120*", Meaning::Rejected, WhoActs::Shop, "an address").at("recipient"),
        Fault::code("*.EMPTY", Meaning::Rejected, WhoActs::Operator, "a field"),
        Fault::text("no such", Meaning::NotFound, WhoActs::Nobody, "not known"),
    ];

    fn said(status: u16, code: Option<&str>, message: &str) -> Said {
        Said::new(&Response::new(status, ""), code, message)
    }

    #[test]
    fn a_row_needs_its_code_and_its_text() {
        let judged = judge(TABLE, said(200, Some(" 7 "), "Bad PASSWORD"));
        assert_eq!(judged.on_read().cause, Cause::Unauthorized);
        let other = judge(TABLE, said(200, Some("7"), "system"));
        assert!(matches!(other.on_booking::<()>(), Step::Unknown(_)));
    }

    #[test]
    fn a_row_may_take_every_code_that_begins_or_ends_so() {
        for (code, field) in [("120313", Some("recipient")), ("CITY.EMPTY", None)] {
            let why = judge(TABLE, said(400, Some(code), "?")).on_read();
            assert!(why.meaning.is_some(), "{code}");
            assert_eq!(why.field, field);
        }
        let other = judge(TABLE, said(400, Some("121"), "?")).on_read();
        assert_eq!(other.meaning, None);
    }

    #[test]
    fn only_the_carriers_own_words_are_an_absence() {
        let told = judge(TABLE, said(404, None, "No such reference"));
        assert_eq!(told.on_look_up::<()>(), Ok(Vec::new()));
        let way = judge(TABLE, said(404, None, "page not found")).on_look_up::<()>();
        assert_eq!(way.expect_err("no absence").cause, Cause::Unavailable);
    }

    #[test]
    fn an_unlisted_server_error_leaves_a_booking_in_doubt_and_a_read_unavailable() {
        for status in [200, 204, 302, 408, 500, 502, 503, 504] {
            let judged = judge(TABLE, said(status, None, "?"));
            assert!(matches!(
                judged.clone().on_booking::<()>(),
                Step::Unknown(_)
            ));
            assert_eq!(judged.on_read().cause, Cause::Unavailable);
        }
    }

    #[test]
    fn throttling_has_no_effect_and_a_client_error_is_a_clear_no() {
        let busy = judge(TABLE, said(429, None, "slow down"));
        assert!(matches!(busy.on_booking::<()>(), Step::NoEffect(_)));
        for status in [400, 401, 404, 422] {
            let no = judge(TABLE, said(status, None, "no"));
            assert!(matches!(no.on_booking::<()>(), Step::Refused(_)));
        }
    }
}
