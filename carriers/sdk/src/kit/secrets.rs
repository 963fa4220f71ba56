//! No request holds a secret, only named places for secrets, and nobody can forge such a place.

use super::attempt::{Bookable, first_bookable};
use super::counter::secret;
use super::dealings::answers_that_say_no;
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::label::LabelFormat;
use crate::profile::SecretField;
use crate::request::{Request, secret_place};
use crate::shipment::{Contract, Shipment};
use crate::stub::Stub;

/// A text that somebody else types into an order.
const TEXTS: [fn(&mut Shipment, String); 5] = [
    |shipment, text| shipment.consignee.name = text,
    |shipment, text| shipment.consignee.street = vec![text],
    |shipment, text| shipment.consignee.city = text,
    |shipment, text| shipment.instructions = Some(text),
    |shipment, text| shipment.label_reference = text,
];

/// A booking names the secrets that are declared, the required ones among them, and no others; a
/// mark of a secret typed into an order becomes no place for one. `Debug` of what is to be sent shows no
/// word of the consignee.
///
/// # Errors
/// Everything that does not hold.
pub fn no_secret_in_a_dry_run(carrier: &dyn Carrier, contract: &Contract) -> Verdict {
    let mut failures = Failures::default();
    let (intent, request) = match first_bookable(carrier, contract) {
        Ok(Bookable {
            intent, request, ..
        }) => (intent, request),
        Err(nothing) => {
            failures.add(nothing);
            return failures.verdict();
        }
    };
    let consignee = &intent.shipment.consignee;
    let shown = format!("{intent:?} {request:?}");
    for word in consignee.street.iter().chain([&consignee.name]) {
        failures.check(!shown.contains(word.as_str()), || {
            format!(
                "Debug of a booking shows {} bytes of the consignee",
                word.len()
            )
        });
    }
    let declared = carrier.profile().secrets;
    let used = request.secrets();
    for SecretField { name, .. } in declared.iter().filter(|secret| secret.required) {
        failures.check(used.contains(name), || {
            format!("secret {name} is required and a booking does not use it")
        });
    }
    let reads = reads(carrier, contract);
    let everything = reads
        .iter()
        .chain([&request])
        .flat_map(|request| request.secrets());
    for name in everything {
        failures.check(declared.iter().any(|secret| secret.name == name), || {
            format!("secret {name} is used and not declared")
        });
    }
    for SecretField { name, .. } in declared {
        for change in TEXTS {
            let mut forged = intent.clone();
            change(&mut forged.shipment, format!("12 {}", secret_place(name)));
            let places = carrier.book(&forged).map(|request| request.secrets());
            failures.check(places.is_err() || places == Ok(used.clone()), || {
                format!("an order can place secret {name} into its own text")
            });
        }
    }
    failures.verdict()
}

/// The same; and no secret is in what anybody could print: the requests' `Debug`, their dry run, and
/// what is read from answers that refuse.
///
/// # Errors
/// Everything that does not hold.
pub fn no_secret_leaks(carrier: &dyn Carrier, stub: Stub) -> Verdict {
    no_secret_in_a_dry_run(carrier, &carrier.profile().specimen.contract())?;
    let mut failures = Failures::default();
    let contract = carrier.profile().specimen.contract();
    let mut printed: Vec<String> = reads(carrier, &contract)
        .iter()
        .chain(
            first_bookable(carrier, &contract)
                .ok()
                .map(|one| one.request)
                .as_ref(),
        )
        .map(|request| format!("{request:?} {}", request.body.masked()))
        .collect();
    for answer in answers_that_say_no(carrier, stub) {
        printed.push(format!(
            "{answer:?} {:?}",
            carrier.read_booking(None, &answer)
        ));
    }
    for SecretField { name, .. } in carrier.profile().secrets {
        let leaks = printed.iter().any(|text| text.contains(&secret(name)));
        failures.check(!leaks, || format!("the value of secret {name} is printed"));
    }
    failures.verdict()
}

fn reads(carrier: &dyn Carrier, contract: &Contract) -> Vec<Request> {
    let number = "1234567890";
    [
        carrier
            .voiding()
            .map(|voiding| voiding.void(contract, number)),
        carrier
            .relabelling()
            .map(|relabelling| relabelling.relabel(contract, number, LabelFormat::Pdf)),
        carrier
            .tracking()
            .map(|tracking| tracking.track(contract, &[number])),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin};
    use super::*;

    #[test]
    fn a_carrier_that_marks_its_secrets_passes() {
        no_secret_in_a_dry_run(&Example::good(), &Contract::default()).expect("secrets");
    }

    #[test]
    fn secrets_that_are_undeclared_unused_or_forged_are_found() {
        for (sin, said) in [
            (Sin::UsesAnUndeclaredSecret, "not declared"),
            (Sin::ForgetsItsSecret, "does not use it"),
            (Sin::LetsSecretsBeForged, "its own text"),
        ] {
            let verdict = no_secret_in_a_dry_run(&Example::with(sin), &Contract::default());
            let lines = verdict.expect_err("a sin").lines().join("\n");
            assert!(lines.contains(said), "{sin:?}: {lines}");
        }
    }
}
