//! Whatever decides where a parcel goes and what it is changes the request, or is refused; and the
//! limits that the profile names are kept.

use rust_decimal::Decimal;

use super::attempt::bookable;
use super::{Failures, Verdict};
use crate::carrier::Carrier;
use crate::shipment::{Contract, Intent, Shipment};

/// What is changed, and how; `false` where the shipment has no such thing.
type Change = (&'static str, fn(&mut Shipment) -> bool);

const CHANGES: [Change; 8] = [
    ("the consignee's name", |shipment| {
        shipment.consignee.name = "Aline Verstraete".to_owned();
        true
    }),
    ("the consignee's street", |shipment| {
        other_digit(shipment.consignee.street.first_mut())
    }),
    ("the consignee's postal code", |shipment| {
        other_digit(Some(&mut shipment.consignee.postal_code))
    }),
    ("the consignee's city", |shipment| {
        shipment.consignee.city = "Quimper".to_owned();
        true
    }),
    ("the weight of the first parcel", |shipment| {
        heavier(shipment, 0)
    }),
    ("the weight of the last parcel", |shipment| {
        heavier(shipment, shipment.parcels.len().saturating_sub(1))
    }),
    ("the number of parcels", |shipment| {
        shipment.parcels.len() > 1 && shipment.parcels.pop().is_some()
    }),
    ("what the goods are and their value", |shipment| {
        let goods = shipment.items.first_mut();
        let value = shipment.declared_value.as_mut();
        goods.zip(value).is_some_and(|(item, value)| {
            item.description = "Linen trousers".to_owned();
            value.amount += Decimal::ONE_HUNDRED;
            let price = item.unit_price.as_mut();
            price.is_some_and(|price| {
                price.amount = value.amount / Decimal::from(item.quantity.max(1));
                true
            })
        })
    }),
];

fn other_digit(text: Option<&mut String>) -> bool {
    let Some(text) = text else { return false };
    let Some(at) = text.rfind(|letter: char| letter.is_ascii_digit()) else {
        return false;
    };
    let other = if text.get(at..=at) == Some("4") {
        "6"
    } else {
        "4"
    };
    text.replace_range(at..=at, other);
    true
}

fn heavier(shipment: &mut Shipment, at: usize) -> bool {
    let parcel = shipment.parcels.get_mut(at);
    parcel.is_some_and(|parcel| {
        parcel.weight_g += 1_000;
        true
    })
}

/// Name, street, postal code, city, each parcel's weight, the number of parcels, and across a customs
/// border the goods: none is dropped silently, for no product and no case of the catalogue.
///
/// # Errors
/// Everything that does not hold.
pub fn what_decides_the_parcel_changes_the_request(
    carrier: &dyn Carrier,
    contract: &Contract,
) -> Verdict {
    let mut failures = Failures::default();
    for product in carrier.profile().products {
        let code = product.code;
        for plain in bookable(carrier, contract, code) {
            for (what, change) in CHANGES {
                let mut intent = plain.intent.clone();
                let changed = change(&mut intent.shipment);
                let same = changed && carrier.book(&intent).as_ref() == Ok(&plain.request);
                failures.check(!same, || {
                    format!(
                        "{what} changes nothing for product {code} ({})",
                        plain.case.name
                    )
                });
            }
            if !failures.0.is_empty() {
                // one case is enough to see what is wrong with the product
                break;
            }
        }
    }
    failures.verdict()
}

/// One parcel more and one gram more than the profile allows, no parcel, and a parcel without weight
/// are refused, naming the parcels.
///
/// # Errors
/// Everything that does not hold.
pub fn the_limits_of_the_profile_are_kept(carrier: &dyn Carrier, contract: &Contract) -> Verdict {
    let mut failures = Failures::default();
    let profile = carrier.profile();
    let parcels = profile.parcels_max;
    let weighing = |weight_g: u32| {
        move |intent: &mut Intent| {
            let all = intent.shipment.parcels.iter_mut();
            all.for_each(|parcel| parcel.weight_g = weight_g);
        }
    };
    let times = |count: usize| {
        move |intent: &mut Intent| {
            let one = intent.shipment.parcels.iter().take(1).cycle().take(count);
            intent.shipment.parcels = one.cloned().collect();
        }
    };
    let heaviest = profile.parcel_max_g;
    let mut check = |what: String, change: &dyn Fn(&mut Intent)| {
        for product in profile.products {
            for plain in bookable(carrier, contract, product.code)
                .into_iter()
                .take(1)
            {
                let mut intent = plain.intent;
                change(&mut intent);
                let refusal = carrier.book(&intent).err();
                let fields = refusal.map(|refusal| refusal.fields()).unwrap_or_default();
                let named = fields.iter().any(|field| field.starts_with("parcels"));
                failures.check(named, || {
                    format!(
                        "product {} takes {what}, or refuses without naming parcels",
                        product.code
                    )
                });
            }
        }
    };
    check(format!("{} parcels", parcels + 1), &times(parcels + 1));
    check("no parcel".to_owned(), &times(0));
    check(format!("{} g", heaviest + 1), &weighing(heaviest + 1));
    check("a parcel without weight".to_owned(), &weighing(0));
    failures.verdict()
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin};
    use super::*;

    fn verdicts(sin: Sin) -> [Verdict; 2] {
        let (carrier, contract) = (Example::with(sin), Contract::default());
        [
            what_decides_the_parcel_changes_the_request(&carrier, &contract),
            the_limits_of_the_profile_are_kept(&carrier, &contract),
        ]
    }

    #[test]
    fn a_carrier_that_sends_everything_and_keeps_its_limits_passes() {
        let [changes, limits] = verdicts(Sin::None);
        changes.expect("changes");
        limits.expect("limits");
    }

    #[test]
    fn what_is_dropped_and_limits_that_are_not_kept_are_found() {
        let [changes, limits] = verdicts(Sin::ForgetsTheParcels);
        let lines = changes.expect_err("a sin").lines().join("\n");
        assert!(lines.contains("the weight of the first parcel"), "{lines}");
        let lines = limits.expect_err("a sin").lines().join("\n");
        assert!(lines.contains("without naming parcels"), "{lines}");
    }
}
