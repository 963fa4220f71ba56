//! What UPS's answer to a booking tells: the shipment's number, its packages and their labels.
//!
//! A number makes a booking, whatever else is missing or broken around it.

use carrier_sdk::json::{list, number, object, text};
use carrier_sdk::{BookedParcel, Booking, FoundShipment, Label, Response, Said, Step, judge};
use serde_json::Value;

use crate::faults::{FAULTS, said};

/// A package's own number, and its label.
pub(crate) type Package = (Option<String>, Option<Label>);

/// The outcome of a booking.
pub(crate) fn read(answer: &Response) -> Step<Booking> {
    let Some(body) = object(answer) else {
        return judge(FAULTS, Said::unreadable(answer, "a booking")).on_booking();
    };
    let results = "ShipmentResponse/ShipmentResults";
    let listed = list(&body, &format!("{results}/PackageResults"));
    let packages = packages(listed, "ShippingLabel");
    let named = number(&body, &format!("{results}/ShipmentIdentificationNumber"));
    match shipment(named, packages) {
        Some(known) if answer.is_success() => {
            Step::Done(Booking::new(known.tracking_number, known.parcels))
        }
        Some(_) => Step::in_doubt(None, "an error's status with a shipment's number"),
        None => judge(FAULTS, said(answer, &body)).on_booking(),
    }
}

/// A shipment by its number, else its first package's. Its only package may be named by it alone.
pub(crate) fn shipment(named: Option<String>, mut packages: Vec<Package>) -> Option<FoundShipment> {
    let tracking_number =
        named.or_else(|| packages.iter().find_map(|(number, _)| number.clone()))?;
    if packages.is_empty() {
        packages.push((None, None));
    }
    let parcel = |(number, label): Package| {
        BookedParcel::new(number.unwrap_or_else(|| tracking_number.clone()), label)
    };
    let parcels = packages.into_iter().map(parcel).collect();
    Some(FoundShipment {
        tracking_number,
        parcels,
    })
}

/// Packages with the label in this member. The HTML page beside it is none.
pub(crate) fn packages(results: &[Value], label: &str) -> Vec<Package> {
    let image = format!("{label}/GraphicImage");
    let package = |result: &Value| {
        let label = text(result, &image).and_then(|image| Label::from_base64(&image));
        (number(result, "TrackingNumber"), label)
    };
    results.iter().map(package).collect()
}
