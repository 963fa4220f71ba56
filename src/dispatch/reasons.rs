//! Reasons that can be shown: a carrier's words with everything personal taken out.
//!
//! The one gate between what a carrier says (it may quote the address) and events, logs and tables.

use carrier_sdk::{Cause, Evidence, Fault, Refusal, WhoActs, Why};

use crate::carrier_http::{NotSent, Obstacle};
use crate::life::Reason;
use crate::order::Order;

/// How much of a carrier's own words is shown, in characters.
const SHOWN: usize = 240;
/// Longest code of a carrier, in bytes.
const CODE: usize = 80;

/// Why a carrier did not do it.
pub fn of_why(account: &str, why: &Why, order: Option<&Order>) -> Reason {
    let message = in_both_words(why.meaning, masked(&why.message, order));
    Reason {
        account: account.to_owned(),
        code: code(why.code.as_deref(), order).unwrap_or_else(|| cause_code(why.cause).to_owned()),
        message,
        field: why.field.map(str::to_owned),
        who_acts: why.who_acts,
    }
}

/// Ours from the carrier's atlas, then its own.
fn in_both_words(meaning: Option<&str>, said: String) -> String {
    match meaning {
        Some(meaning) if said.is_empty() => meaning.to_owned(),
        Some(meaning) => format!("{meaning} ({said})"),
        None if said.is_empty() => "the carrier gave no reason".to_owned(),
        None => said,
    }
}

/// Why an answer leaves a booking in doubt, with what the carrier's atlas says of it, if anything.
pub fn of_doubt(
    account: &str,
    row: Option<&Fault>,
    evidence: Evidence,
    status: u16,
    order: Option<&Order>,
) -> Reason {
    let said = evidence.code.as_deref();
    Reason {
        account: account.to_owned(),
        message: in_both_words(row.map(|row| row.plain), masked(&evidence.message, order)),
        field: None,
        who_acts: row.map_or(WhoActs::Nobody, |row| row.who_acts),
        code: code(said, order).unwrap_or_else(|| format!("http_{status}")),
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

/// A carrier's code, when it is one: a text may stand in its place, and quote the consignee.
pub fn code(said: Option<&str>, order: Option<&Order>) -> Option<String> {
    let said = said?;
    if said.len() > CODE || !said.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    // a number may be the postal code by chance; nobody is named by it
    let number = said.len() <= 8 && said.bytes().all(|byte| byte.is_ascii_digit());
    let quotes = order.is_some() && !number && masked(said, order) != said;
    (!quotes).then(|| said.to_owned())
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
    use carrier_sdk::faults::row_for;

    use super::*;
    use crate::order::sample;

    #[test]
    fn a_doubt_says_what_the_carriers_atlas_says_of_it_and_who_acts() {
        const ATLAS: &[Fault] = &[Fault::code(
            "17",
            carrier_sdk::Meaning::Ambiguous,
            WhoActs::Carrier,
            "their database broke",
        )];
        let evidence = |code: Option<&str>| Evidence {
            code: code.map(str::to_owned),
            message: "ORA-600".to_owned(),
        };
        let order = sample::order();
        let doubt = |code: Option<&'static str>| {
            let row = row_for(ATLAS, code.unwrap_or_default(), "ORA-600");
            of_doubt("ups", row, evidence(code), 500, Some(&order))
        };
        let listed = doubt(Some("17"));
        assert_eq!(listed.message, "their database broke (ORA-600)");
        assert_eq!(listed.who_acts, WhoActs::Carrier);
        let unlisted = doubt(None);
        assert_eq!(
            (unlisted.code.as_str(), unlisted.message.as_str()),
            ("http_500", "ORA-600")
        );
        assert_eq!(unlisted.who_acts, WhoActs::Nobody);
    }

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
    fn what_stands_in_the_place_of_a_code_is_shown_only_when_it_is_one() {
        let order = sample::order();
        let shown = |said: &str| code(Some(said), Some(&order));
        let postal_code = order.recipient.postal_code.as_str();
        for real in ["8010", "SERVICE.NOT.AVAILABLE", "soap:Server", postal_code] {
            assert_eq!(shown(real).as_deref(), Some(real));
        }
        let (name, city) = (&order.recipient.name, &order.recipient.city);
        let quoting = format!("UNKNOWN.{}", city.to_uppercase());
        for text in [name, &quoting, &"9".repeat(CODE + 1), "a text"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn without_the_order_nothing_is_quoted() {
        assert_eq!(masked("Mme Dupont", None), "");
    }
}
