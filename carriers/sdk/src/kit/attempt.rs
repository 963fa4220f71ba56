//! Attempts to book the catalogue: what a carrier makes of each case, product and day. Shared by the
//! checks of the kit.

use super::catalogue::{Case, catalogue, days};
use crate::carrier::Carrier;
use crate::request::Request;
use crate::shipment::{Contract, Intent};
use crate::step::Step;

/// A case that the carrier can book as a product.
pub(super) struct Bookable {
    pub(super) case: Case,
    pub(super) intent: Intent,
    pub(super) request: Request,
}

/// The intent to book a case with this carrier, in the first label format that it makes.
pub(super) fn intent(
    carrier: &dyn Carrier,
    case: &Case,
    contract: &Contract,
    product: &str,
) -> Intent {
    let mut intent = case.intent(contract, product);
    let formats = carrier.profile().label_formats;
    intent.label_format = formats.first().copied().unwrap_or(intent.label_format);
    intent
}

/// Every case, on every day, that can be booked as this product.
pub(super) fn bookable(carrier: &dyn Carrier, contract: &Contract, product: &str) -> Vec<Bookable> {
    let mut found = Vec::new();
    for case in catalogue() {
        for day in days() {
            let mut intent = intent(carrier, &case, contract, product);
            intent.hand_over_at = day;
            if let Ok(request) = carrier.book(&intent) {
                let case = case.clone();
                found.push(Bookable {
                    case,
                    intent,
                    request,
                });
            }
        }
    }
    found
}

/// The first case that can be booked at all, as whatever product.
pub(super) fn first_bookable(
    carrier: &dyn Carrier,
    contract: &Contract,
) -> Result<Bookable, String> {
    let products = carrier.profile().products.iter();
    products
        .flat_map(|product| bookable(carrier, contract, product.code))
        .next()
        .ok_or_else(|| "no case of the catalogue can be booked as any product".to_owned())
}

/// Why nothing of the catalogue can be booked as this product: fields and limits, no values.
pub(super) fn refusals(carrier: &dyn Carrier, contract: &Contract, product: &str) -> String {
    let cases = catalogue();
    let refused = cases.iter().filter_map(|case| {
        let intent = intent(carrier, case, contract, product);
        let refusal = carrier.book(&intent).err()?;
        Some(format!("{}: {refusal}", case.name))
    });
    refused.collect::<Vec<_>>().join("; ")
}

/// Everything of a request that leaves, as one text; secrets as `***`.
pub(super) fn text_of(request: &Request) -> String {
    let mut text = request.path.clone();
    let headers = request.headers.iter();
    for (name, value) in request.query.iter().chain(headers) {
        text.push_str(&format!("\n{name}={value}"));
    }
    text.push('\n');
    text.push_str(&request.body.masked());
    text
}

/// What a step says, in a word.
pub(super) fn name_of<T>(step: &Step<T>) -> &'static str {
    match step {
        Step::Done(_) => "booked",
        Step::NoEffect(_) => "without effect",
        Step::Refused(_) => "refused",
        Step::Then(_) => "followed by another step",
        Step::Unknown(_) => "in doubt",
    }
}
