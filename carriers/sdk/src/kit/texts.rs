//! Text that does not fit is laid out anew or refused with its field named, never cut.

use super::attempt::{Bookable, first_bookable, text_of};
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::shipment::{Contract, Intent, Shipment};

/// A text of the order, as an order's path names it, and how to change it.
type Text = (&'static str, fn(&mut Shipment, String));

const TEXTS: [Text; 4] = [
    ("recipient.name", |shipment, text| {
        shipment.consignee.name = text
    }),
    ("recipient.company", |shipment, text| {
        shipment.consignee.company = Some(text);
    }),
    ("recipient.city", |shipment, text| {
        shipment.consignee.city = text
    }),
    ("recipient.street", |shipment, text| {
        shipment.consignee.street = vec![text];
    }),
];

/// Names, companies and cities of growing length, and streets of growing length that end in a
/// house number: each word of them is in the request, or the field is named in a refusal that
/// does not repeat it. At 500 characters, and at twelve address lines, it must be refused.
///
/// # Errors
/// Everything that does not hold.
pub fn text_that_does_not_fit_is_refused_with_its_field(
    carrier: &dyn Carrier,
    contract: &Contract,
) -> Verdict {
    let mut failures = Failures::default();
    let intent = match first_bookable(carrier, contract) {
        Ok(Bookable { intent, .. }) => intent,
        Err(nothing) => {
            failures.add(nothing);
            return failures.verdict();
        }
    };
    for (field, change) in TEXTS {
        for words in 1..=80 {
            let text = words_and_a_house_number(words);
            let mut longer = intent.clone();
            change(&mut longer.shipment, text.clone());
            let whole = sent_whole_or_refused(carrier, &longer, field, &text, &mut failures);
            failures.check(!whole || text.len() <= 500, || {
                format!("{field}: more than 500 characters are taken")
            });
            if !failures.0.is_empty() {
                // one length is enough to see what is wrong with the field
                break;
            }
        }
    }
    many_lines(carrier, intent, &mut failures);
    failures.verdict()
}

/// Twelve lines, none of which may be left out.
fn many_lines(carrier: &dyn Carrier, mut intent: Intent, failures: &mut Failures) {
    let lines: Vec<String> = (10..22)
        .map(|line| format!("Ligne{line} des adresses longues 147bis{line}"))
        .collect();
    let text = lines.join(" ");
    intent.shipment.consignee.street = lines;
    sent_whole_or_refused(carrier, &intent, "recipient.street", &text, failures);
}

/// `mot010 mot011 … 147bis`: every word is found at one place only.
fn words_and_a_house_number(words: usize) -> String {
    let words = (10..).take(words).map(|number| format!("mot{number:03}"));
    words
        .chain(["147bis".to_owned()])
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether the text was taken.
fn sent_whole_or_refused(
    carrier: &dyn Carrier,
    intent: &Intent,
    field: &str,
    text: &str,
    failures: &mut Failures,
) -> bool {
    let length = text.len();
    match carrier.book(intent) {
        Ok(request) => {
            let sent = text_of(&request);
            let lost = text.split(' ').find(|word| !sent.contains(word));
            failures.check(lost.is_none(), || {
                format!("{field}: of {length} characters {lost:?} is not sent, and nobody is told")
            });
            true
        }
        Err(refusal) => {
            let named = refusal.fields().iter().any(|named| named == field);
            failures.check(named, || {
                format!("{field}: {length} characters are refused without naming it: {refusal}")
            });
            let repeated = refusal.to_string().contains("mot010");
            failures.check(!repeated, || {
                format!("{field}: its refusal repeats the text, which is personal data")
            });
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin};
    use super::*;

    #[test]
    fn a_carrier_that_refuses_by_name_passes() {
        let good = Example::good();
        text_that_does_not_fit_is_refused_with_its_field(&good, &Contract::default())
            .expect("texts");
    }

    #[test]
    fn text_that_is_cut_or_refused_without_its_field_is_found() {
        for (sin, said) in [
            (Sin::CutsText, "is not sent"),
            (Sin::NamesNoField, "without naming it"),
            (Sin::RepeatsText, "personal data"),
            (Sin::DropsAddressLines, "is not sent"),
            (Sin::TakesAnyLength, "more than 500"),
        ] {
            let verdict = text_that_does_not_fit_is_refused_with_its_field(
                &Example::with(sin),
                &Contract::default(),
            );
            let lines = verdict.expect_err("a sin").lines().join("\n");
            assert!(lines.contains(said), "{sin:?}: {lines}");
        }
    }
}
