//! Whether a carrier accepts an account's credentials now, asked by a look-up that finds nothing.
//!
//! Harmless: it books nothing and changes nothing. It decides nothing either: who asks does.

use std::time::Duration;

use carrier_sdk::shipment::Span;
use carrier_sdk::{Cause, Request, Search};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::Account;
use crate::carrier_http::{CarrierHttp, Deadline, NotSent, Obstacle, Sent};

/// Looked up, and never given to a booking: no order has this name.
const NOBODY: &str = "diligence-probe";
/// Longest wait for leave to ask: a carrier that is down keeps everybody waiting.
const PATIENCE: Duration = Duration::from_secs(15);
/// What asking may take beyond the account's own time-out.
const MARGIN: Duration = Duration::from_secs(30);

/// What a probe found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The carrier accepts the credentials.
    Works,
    /// It refuses them; its code, when it gave one.
    Refused(Option<String>),
    /// It could not be found out; why.
    NoAnswer(String),
}

impl Account {
    /// The harmless question that proves what a booking needs: a look-up that sends every secret a
    /// booking sends. None: the carrier has none, so only a booking tells.
    #[must_use]
    pub fn question(&self) -> Option<Request> {
        let finding = self.carrier.finding()?;
        let now = Timestamp::now();
        let search = Search {
            reference: NOBODY.to_owned(),
            sent: Span { from: now, to: now },
            label_format: self.label_format,
        };
        let question = finding.find(&self.contract, &search);
        let given = self.settings.secrets(self.profile());
        let sent = question.secrets();
        let sent: Vec<&str> = sent
            .iter()
            .filter_map(|name| Some(given.get(*name)?.expose_secret()))
            .collect();
        // By value: where a look-up goes by another password, its success says nothing of the first.
        let mut needed = self.profile().secrets.iter().filter(|one| one.required);
        let proves = needed.all(|secret| {
            let secret = given.get(secret.name);
            secret.is_some_and(|secret| sent.contains(&secret.expose_secret()))
        });
        (proves && sent.len() == question.secrets().len()).then_some(question)
    }

    /// Asks it.
    pub async fn probe(&self, http: &CarrierHttp, question: &Request) -> Found {
        let id = &self.settings.id;
        let leave = http.permit(id, &question.auth, question.effect);
        let permit = match tokio::time::timeout(PATIENCE, leave).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(problem)) => return not_sent(&problem),
            Err(_) => return Found::NoAnswer("the carrier does not answer".to_owned()),
        };
        let deadline = Deadline::after(self.settings.timeout() + MARGIN);
        match http.send(permit, id, question, deadline).await {
            Sent::Answered(answer) => self.judge(&answer),
            Sent::TokenEnded(_) => Found::NoAnswer("its token ended; ask again".to_owned()),
            Sent::NotSent(problem) => not_sent(&problem),
            Sent::InDoubt(lost) => Found::NoAnswer(lost.to_string()),
        }
    }

    fn judge(&self, answer: &carrier_sdk::Response) -> Found {
        let read = self.carrier.finding().map(|find| find.read_found(answer));
        match read {
            Some(Ok(_)) => Found::Works,
            Some(Err(why)) if why.cause == Cause::Unauthorized => Found::Refused(why.code),
            Some(Err(why)) => {
                let code = why
                    .code
                    .unwrap_or_else(|| format!("HTTP {}", answer.status));
                Found::NoAnswer(format!("its answer says nothing of credentials ({code})"))
            }
            None => Found::NoAnswer("the carrier cannot be asked".to_owned()),
        }
    }
}

fn not_sent(problem: &NotSent) -> Found {
    match problem.obstacle {
        Obstacle::Unauthorized => Found::Refused(None),
        _ => Found::NoAnswer(problem.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use crate::accounts::Account;
    use crate::config::example::changed;

    /// Whether the account at this place of the changed example can be probed.
    fn can_be_probed(account: usize, from: &str, to: &str) -> bool {
        let config = changed(from, to);
        let account = Account::new(&config.accounts[account], &config.labels);
        account.expect("a carrier").question().is_some()
    }

    #[test]
    fn a_look_up_that_sends_all_that_a_booking_sends_proves_the_credentials() {
        assert!(can_be_probed(0, "", ""), "one login for everything");
        assert!(can_be_probed(1, "", ""), "the same password twice");
    }

    #[test]
    fn a_look_up_by_another_password_proves_nothing_about_bookings() {
        let password = "tracking_password = \"255562\"";
        assert!(!can_be_probed(1, password, "tracking_password = \"other\""));
        assert!(!can_be_probed(1, password, ""));
    }
}
