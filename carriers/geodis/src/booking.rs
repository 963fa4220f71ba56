//! What Geodis's answer to a booking tells. A number that is registered is a booking.

use carrier_sdk::json::at;
use carrier_sdk::prelude::*;
use serde_json::Value;

/// The booking: what became of the one shipment that was sent.
pub(crate) fn booked(body: &Value) -> Option<Booking> {
    let item = at(body, "contenu/listRetoursEnvois/0")?;
    let label = item.label("docEtiquette/contenu");
    let label = label.or_else(|| body.label("contenu/docEtiquette/contenu"));
    Booking::told(item.number("noSuivi"), None, label)
}
