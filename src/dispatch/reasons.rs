//! Reasons that can be shown: a carrier's words with everything personal taken out.
//!
//! The one gate between what a carrier says (it may quote the address) and events, logs and tables.

use carrier_sdk::{Cause, Refusal, WhoActs, Why};

use crate::carrier_http::{NotSent, Obstacle};
use crate::life::Reason;
use crate::order::Order;

/// How much of a carrier's own words is shown, in characters.
const SHOWN: usize = 240;

/// Why a carrier did not do it.
pub fn of_why(account: &str, why: &Why, order: Option<&Order>) -> Reason {
    let said = masked(&why.message, order);
    let message = match why.meaning {
        Some(meaning) if said.is_empty() => meaning.to_owned(),
        Some(meaning) => format!("{meaning} ({said})"),
        None if said.is_empty() => "the carrier gave no reason".to_owned(),
        None => said,
    };
    Reason {
        account: account.to_owned(),
        code: why
            .code
            .clone()
            .unwrap_or_else(|| cause_code(why.cause).to_owned()),
        message,
        field: why.field.map(str::to_owned),
        who_acts: why.who_acts,
    }
}

fn cause_code(cause: Cause) -> &'static str {
    match cause {
        Cause::Rejected => "rejected",
        Cause::Unauthorized => "unauthorized",
        Cause::Throttled => "throttled",
        Cause::Unavailable => "unavailable",
        Cause::NotFound => "not_found",
    }
}

/// Why an order cannot be written down for a carrier.
pub fn of_refusal(account: &str, refusal: &Refusal) -> Reason {
    let first = refusal.problems.first();
    Reason {
        account: account.to_owned(),
        code: "cannot_be_written".into(),
        message: refusal.to_string(),
        field: first.map(|problem| problem.field.clone()),
        who_acts: WhoActs::Shop,
    }
}

/// Why nothing was sent.
pub fn of_not_sent(account: &str, problem: &NotSent) -> Reason {
    let (code, who_acts) = match problem.obstacle {
        Obstacle::NoConnection => ("no_connection", WhoActs::Nobody),
        Obstacle::Untrusted => ("untrusted", WhoActs::Operator),
        Obstacle::Setup => ("setup", WhoActs::Operator),
        Obstacle::Unauthorized => ("unauthorized", WhoActs::Transport),
        Obstacle::NoToken => ("no_token", WhoActs::Nobody),
        Obstacle::Lease => ("lease", WhoActs::Nobody),
    };
    plain(account, code, problem.to_string(), who_acts)
}

/// A reason in our own words.
pub fn plain(account: &str, code: &str, message: impl Into<String>, who_acts: WhoActs) -> Reason {
    Reason {
        account: account.to_owned(),
        code: code.to_owned(),
        message: message.into(),
        field: None,
        who_acts,
    }
}

/// A carrier's words without the consignee: every value of theirs, and every longer word of it, is
/// replaced. Without the order nothing can be compared, so nothing is quoted.
pub fn masked(said: &str, order: Option<&Order>) -> String {
    let Some(order) = order else {
        return String::new();
    };
    let mut text = carrier_sdk::text::clean(said);
    for secret in personal(order) {
        text = replace_ignoring_case(&text, &secret);
    }
    if text.chars().count() > SHOWN {
        text = text.chars().take(SHOWN).chain(['…']).collect();
    }
    text
}

fn personal(order: &Order) -> Vec<String> {
    let recipient = &order.recipient;
    let texts = [
        Some(&recipient.name),
        Some(&recipient.postal_code),
        Some(&recipient.city),
    ];
    let options = [
        &recipient.company,
        &recipient.email,
        &recipient.phone,
        &recipient.instructions,
        &recipient.province,
    ];
    let whole = texts
        .into_iter()
        .flatten()
        .chain(options.into_iter().flatten())
        .chain(&recipient.street);
    let mut all: Vec<String> = Vec::new();
    for value in whole {
        all.push(value.clone());
        let words = value.split(|c: char| !c.is_alphanumeric());
        all.extend(
            words
                .filter(|word| word.chars().count() >= 4)
                .map(str::to_owned),
        );
    }
    if let Some(phone) = &recipient.phone {
        all.extend(phone.get(3..).map(str::to_owned));
    }
    all.retain(|value| value.chars().count() >= 3);
    all.sort_by_key(|value| std::cmp::Reverse(value.len()));
    all
}

fn replace_ignoring_case(text: &str, wanted: &str) -> String {
    let wanted = wanted.to_lowercase();
    let lower = text.to_lowercase();
    // Lower case changes the length of a few letters: then the positions do not fit.
    if lower.len() != text.len() {
        return if lower.contains(&wanted) {
            String::new()
        } else {
            text.to_owned()
        };
    }
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(found) = lower.get(from..).and_then(|rest| rest.find(&wanted)) {
        shown.push_str(text.get(from..from + found).unwrap_or_default());
        shown.push_str("***");
        from += found + wanted.len();
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::sample;

    #[test]
    fn a_carriers_words_lose_every_word_of_the_consignee() {
        let order = sample::order();
        let name = &order.recipient.name;
        let said = format!(
            "Consignee {} unknown at {}",
            name.to_uppercase(),
            order.recipient.city
        );
        let shown = masked(&said, Some(&order));
        assert!(!shown.to_lowercase().contains(&name.to_lowercase()));
        assert!(!shown.contains(&order.recipient.city));
        assert!(shown.contains("unknown at"));
    }

    #[test]
    fn without_the_order_nothing_is_quoted() {
        assert_eq!(masked("Mme Dupont", None), "");
    }
}
