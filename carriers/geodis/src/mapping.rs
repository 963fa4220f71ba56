//! An intent in Geodis's words. What does not fit is refused by field, all at once; nothing is cut.
//! Answers are read in `booking.rs` and `tracking.rs`.

use carrier_sdk::ServiceOption::SaturdayDelivery;
use carrier_sdk::party::dialled_from;
use carrier_sdk::prelude::*;
use serde_json::{Value, json};

use crate::profile::PROFILE;
use crate::wire::{BOOK, call};

/// Geodis publishes no lengths: these are ours, but for the number of lines.
const ROOM: Room = Room {
    lines: 2,
    province: 0,
    ..Room::USUAL
};

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let validation = PROFILE.setting(&intent.contract, "validation");
    let body = json!({
        "impressionEtiquette": true,
        "typeImpressionEtiquette": label_type(intent.label_format),
        // the first place on a sheet
        "formatEtiquette": "1",
        "validationEnvoi": validation == "now",
        "suppressionSiEchecValidation": false,
        "impressionBordereau": false,
        "impressionRecapitulatif": false,
        "listEnvois": [shipment(check, intent)],
    });
    call(Effect::Books, BOOK, body)
}

fn label_type(format: LabelFormat) -> &'static str {
    match format {
        LabelFormat::Zpl => "Z",
        LabelFormat::Epl => "E",
        _ => "P",
    }
}

fn shipment(check: &mut Check, intent: &Intent) -> Value {
    let (contract, shipment) = (&intent.contract, &intent.shipment);
    let agency = contract.setting("agency").unwrap_or_default();
    let appointment = PROFILE.setting(contract, "appointment");
    let option = check.choice(shipment, &[(SaturdayDelivery, "SAT")], appointment);
    let printed = check.printed(shipment, 35);
    let told = check.instructions(shipment, 70);
    json!({
        "codeSa": check.digits("account.agency", agency, 6),
        "codeClient": check.account(contract, 9),
        "codeProduit": intent.product,
        "reference1": intent.reference,
        "reference2": given(&printed),
        "expediteur": party(check, "ship_from", &shipment.shipper),
        "dateDepartEnlevement": intent.hand_over_at.strftime("%Y-%m-%d").to_string(),
        "destinataire": party(check, "recipient", &shipment.consignee),
        "listUmgs": shipment.parcels.iter().map(unit).collect::<Vec<_>>(),
        "optionLivraison": given(option),
        "codeIncotermConditionLivraison": "P",
        "instructionLivraison": given(&told),
    })
}

/// A handling unit (`UMG`): kilograms and centimetres.
fn unit(parcel: &Parcel) -> Value {
    let sides = parcel.size.map(|size| size.centimetres().map(decimal));
    let [length, width, height] = sides.unwrap_or_default();
    json!({
        "palette": false,
        "quantite": 1,
        "poids": decimal(parcel.kilograms()),
        "longueurUnitaire": length,
        "largeurUnitaire": width,
        "hauteurUnitaire": height,
    })
}

fn party(check: &mut Check, place: &str, party: &Party) -> Value {
    let address = Address::fit(check, place, party, &ROOM);
    let person = (address.addressee() != address.name).then_some(&address.name);
    let phone = dialled_from("33", &address.phone);
    let is_mobile = phone.starts_with("06") || phone.starts_with("07");
    json!({
        "nom": address.addressee(),
        "adresse1": address.line(0),
        "adresse2": given(address.line(1)),
        "codePostal": given(&address.postal_code),
        "ville": address.city,
        "codePays": address.country,
        "email": given(&address.email),
        "telFixe": given(&phone).filter(|_| !is_mobile),
        "indTelMobile": is_mobile.then_some("33"),
        "telMobile": is_mobile.then_some(&phone),
        "nomContact": person,
        "particulier": party.kind == PartyKind::Private,
    })
}
