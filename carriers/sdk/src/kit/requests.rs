//! What is asked for must be asked for: products, options, formats and the reference each change
//! the request, or are refused. A value that is silently dropped is a parcel on the wrong truck.

use jiff::Timestamp;

use super::attempt::{Bookable, bookable, first_bookable, refusals, text_of};
use super::catalogue::reference;
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::label::LabelFormat;
use crate::profile::Product;
use crate::shipment::{Contract, ServiceOption, Span};
use crate::step::Search;

/// Every declared product books some case of the catalogue and is told from every other on the
/// wire; so is every declared option; what is not declared is refused.
///
/// # Errors
/// Everything that does not hold.
pub fn every_product_and_option_changes_the_request_or_is_refused(
    carrier: &dyn Carrier,
    contract: &Contract,
) -> Verdict {
    let mut failures = Failures::default();
    let mut earlier: Vec<(&str, Vec<Bookable>)> = Vec::new();
    for product in carrier.profile().products {
        let code = product.code;
        let booked = bookable(carrier, contract, code);
        if booked.is_empty() {
            let why = refusals(carrier, contract, code);
            failures.add(format!("nothing can be booked as product {code}: {why}"));
        }
        for (other, requests) in &earlier {
            let same = requests
                .iter()
                .any(|one| booked.iter().any(|two| one.request == two.request));
            failures.check(!same, || {
                format!("products {other} and {code} look the same")
            });
        }
        for option in ServiceOption::ALL {
            option_counts(carrier, product, option, &booked, &mut failures);
        }
        earlier.push((code, booked));
    }
    let unknown = bookable(carrier, contract, "NO-SUCH");
    failures.check(unknown.is_empty(), || {
        "a product that is not declared is booked".to_owned()
    });
    failures.verdict()
}

fn option_counts(
    carrier: &dyn Carrier,
    product: &Product,
    option: ServiceOption,
    booked: &[Bookable],
    failures: &mut Failures,
) {
    let (code, name) = (product.code, option.name());
    let declared = product.options.contains(&option);
    let mut accepted = false;
    for plain in booked {
        let mut intent = plain.intent.clone();
        intent.shipment.options.insert(option);
        let Ok(request) = carrier.book(&intent) else {
            continue;
        };
        accepted = true;
        failures.check(declared, || {
            format!("product {code} takes option {name} without declaring it")
        });
        failures.check(request != plain.request, || {
            format!(
                "option {name} changes nothing for product {code} ({})",
                plain.case.name
            )
        });
        if !declared || request == plain.request {
            return;
        }
    }
    failures.check(accepted || !declared || booked.is_empty(), || {
        format!("product {code} declares option {name} and always refuses it")
    });
}

/// Every declared label format is asked for in its own way; any other is refused.
///
/// # Errors
/// Everything that does not hold.
pub fn every_label_format_changes_the_request(
    carrier: &dyn Carrier,
    contract: &Contract,
) -> Verdict {
    let mut failures = Failures::default();
    let declared = carrier.profile().label_formats;
    failures.check(!declared.is_empty(), || {
        "no label format is declared".to_owned()
    });
    for product in carrier.profile().products {
        let booked = bookable(carrier, contract, product.code).into_iter().next();
        let Some(Bookable { mut intent, .. }) = booked else {
            continue;
        };
        let mut earlier = Vec::new();
        for format in LabelFormat::ALL {
            intent.label_format = format;
            let booked = carrier.book(&intent);
            failures.check(booked.is_ok() == declared.contains(&format), || {
                let code = product.code;
                format!("label format {format} of product {code}: declared and booked differ")
            });
            let Ok(request) = booked else { continue };
            for (other, request_for_other) in &earlier {
                failures.check(request != *request_for_other, || {
                    format!("label formats {other} and {format} look the same")
                });
            }
            earlier.push((format, request));
        }
    }
    failures.verdict()
}

/// Our reference leaves with a booking and with a look-up, whole, up to the declared length; a
/// longer one is refused. Without it a booking in doubt cannot be found again.
///
/// # Errors
/// Everything that does not hold.
pub fn the_reference_is_sent(carrier: &dyn Carrier, contract: &Contract) -> Verdict {
    let mut failures = Failures::default();
    let max = carrier.profile().reference_max;
    match first_bookable(carrier, contract) {
        Err(nothing) => failures.add(nothing),
        Ok(Bookable { mut intent, .. }) => {
            for reference in [reference(), long_reference(max), long_reference(max + 1)] {
                let length = reference.len();
                intent.reference.clone_from(&reference);
                let sent = carrier.book(&intent).map(|request| text_of(&request));
                let whole = sent.as_ref().is_ok_and(|text| text.contains(&reference));
                failures.check(whole || (length > max && sent.is_err()), || {
                    format!("a reference of {length} characters is not sent whole (max {max})")
                });
            }
        }
    }
    if let Some(finding) = carrier.finding() {
        let search = Search {
            reference: long_reference(max),
            label_format: LabelFormat::Pdf,
            sent: Span {
                from: Timestamp::constant(1_795_626_000, 0),
                to: Timestamp::constant(1_795_626_060, 0),
            },
        };
        let text = text_of(&finding.find(contract, &search));
        failures.check(text.contains(&search.reference), || {
            "a look-up does not hold our reference".to_owned()
        });
    }
    failures.verdict()
}

fn long_reference(length: usize) -> String {
    "K7I9T5".chars().cycle().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin};
    use super::*;

    fn contract() -> Contract {
        Contract::default()
    }

    #[test]
    fn a_carrier_without_sin_passes() {
        let good = Example::good();
        every_product_and_option_changes_the_request_or_is_refused(&good, &contract())
            .expect("products");
        every_label_format_changes_the_request(&good, &contract()).expect("formats");
        the_reference_is_sent(&good, &contract()).expect("reference");
    }

    #[test]
    fn products_and_options_that_count_for_nothing_are_found() {
        for (sin, said) in [
            (Sin::IgnoresTheProduct, "look the same"),
            (Sin::IgnoresOptions, "changes nothing"),
            (Sin::TakesAnyOption, "without declaring it"),
            (Sin::RefusesItsOptions, "always refuses it"),
            (Sin::TakesAnyProduct, "that is not declared"),
        ] {
            let verdict = every_product_and_option_changes_the_request_or_is_refused(
                &Example::with(sin),
                &contract(),
            );
            let lines = verdict.expect_err("a sin").lines().join("\n");
            assert!(lines.contains(said), "{sin:?}: {lines}");
        }
    }

    #[test]
    fn formats_that_count_for_nothing_are_found() {
        for sin in [Sin::IgnoresTheFormat, Sin::TakesAnyFormat] {
            let found = every_label_format_changes_the_request(&Example::with(sin), &contract());
            assert!(found.is_err(), "{sin:?}");
        }
    }

    #[test]
    fn a_reference_that_is_cut_or_forgotten_is_found() {
        for sin in [Sin::CutsTheReference, Sin::LooksForAnythingElse] {
            let found = the_reference_is_sent(&Example::with(sin), &contract());
            assert!(found.is_err(), "{sin:?}");
        }
    }
}
