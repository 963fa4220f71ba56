//! From an intent to TNT's booking document, elements in the order of its schema, an `xs:sequence`.
//!
//! What does not fit is reported by field, never with its value; nothing is cut.

use carrier_sdk::prelude::*;
use carrier_sdk::shipment::cubic_metres;
use carrier_sdk::xml::{Node, branch, leaf, secret};

use crate::booking::consignment_of;
use crate::{FIELD, SHIP, call};

/// The limits of TNT's guide; none of them stands in its schema.
const ROOM: Room = Room {
    name: 50,
    company: 50,
    line: 30,
    city: 30,
    province: 30,
    email: 50,
    ..Room::USUAL
};
/// A contact's name has less room than a company's.
const CONTACT: usize = 22;

/// The request that books this intent.
pub(crate) fn book(check: &mut Check, intent: &Intent) -> Request {
    let consignment = leaf("CONREF", consignment_of(intent.shipment.parcels.len()));
    let activity = |name: &str| branch(name, [consignment.clone()]);
    let sender = sender(check, intent);
    let details = branch("DETAILS", details(check, intent));
    let login = [
        secret("COMPANY", "username"),
        secret("PASSWORD", "password"),
        leaf("APPID", "EC"),
        leaf("APPVERSION", "3.1"),
    ];
    let consignment = branch("CONSIGNMENT", [consignment.clone(), details]);
    // without BOOK, which would send a driver: the site has its trucks
    let label = branch("PRINT", [activity("LABEL")]);
    let document = [
        branch("LOGIN", login),
        branch("CONSIGNMENTBATCH", [sender, consignment]),
        branch("ACTIVITY", [activity("CREATE"), activity("SHIP"), label]),
    ];
    let document = Body::form_of_xml(FIELD, &branch("ESHIPPER", document));
    call(Effect::Books, SHIP, document)
}

fn sender(check: &mut Check, intent: &Intent) -> Node {
    let account = check.account(&intent.contract, 13);
    let shipper = &intent.shipment.shipper;
    let party = party(check, "ship_from", shipper, None, Some(&account));
    let day = intent.hand_over_at.strftime("%d/%m/%Y");
    let collection = [leaf("SHIPDATE", day), leaf("COLLINSTRUCTIONS", "")];
    let collection = branch("COLLECTION", collection);
    branch("SENDER", party.into_iter().chain([collection]))
}

fn party(
    check: &mut Check,
    place: &str,
    party: &Party,
    default_phone: Option<&str>,
    account: Option<&str>,
) -> Vec<Node> {
    let address = Address::fit(check, place, party, &ROOM);
    let phone = check.phone(place, &address, default_phone, 17);
    let contact = address.contact(check, place, CONTACT);
    let field = |name, text| given(text).map(|text| leaf(name, text));
    let fields = [
        field("COMPANYNAME", address.addressee()),
        field("STREETADDRESS1", address.line(0)),
        field("STREETADDRESS2", address.line(1)),
        field("STREETADDRESS3", address.line(2)),
        field("CITY", &address.city),
        field("PROVINCE", &address.province),
        Some(leaf("POSTCODE", &address.postal_code)),
        field("COUNTRY", &address.country),
        account.map(|number| leaf("ACCOUNT", number)),
        field("CONTACTNAME", &contact),
        Some(leaf("CONTACTDIALCODE", "")),
        field("CONTACTTELEPHONE", &phone),
        field("CONTACTEMAIL", &address.email),
    ];
    fields.into_iter().flatten().collect()
}

fn details(check: &mut Check, intent: &Intent) -> Vec<Node> {
    let shipment = &intent.shipment;
    let phone = intent.contract.setting("default_phone");
    let receiver = party(check, "recipient", &shipment.consignee, phone, None);
    let sizes = check.sizes(intent);
    let insured = check.insured(shipment);
    let printed = check.printed(shipment, 60);
    let fields = [
        Some(branch("RECEIVER", receiver)),
        Some(leaf("CUSTOMERREF", &intent.reference)),
        Some(leaf("CONTYPE", "N")),
        Some(leaf("PAYMENTIND", "S")),
        Some(leaf("ITEMS", shipment.parcels.len())),
        Some(leaf("TOTALWEIGHT", shipment.kilograms())),
        Some(leaf("TOTALVOLUME", cubic_metres(&sizes, 3))),
        insured.map(|value| leaf("INSURANCEVALUE", value.amount)),
        insured.map(|value| leaf("INSURANCECURRENCY", &value.currency)),
        Some(leaf("SERVICE", &intent.product)),
        insured.map(|_| leaf("OPTION", "IN")),
        Some(leaf("DESCRIPTION", "Merchandise")),
        Some(leaf("DELIVERYINST", check.instructions(shipment, 60))),
    ];
    let parcels = shipment.parcels.iter().zip(&sizes);
    let packages = parcels.map(|(parcel, size)| package(parcel, size, &printed));
    fields.into_iter().flatten().chain(packages).collect()
}

fn package(parcel: &Parcel, size: &Size, printed: &str) -> Node {
    let [length, width, height] = size.metres();
    let fields = [
        leaf("ITEMS", 1),
        leaf("DESCRIPTION", printed),
        leaf("LENGTH", length),
        leaf("HEIGHT", height),
        leaf("WIDTH", width),
        leaf("WEIGHT", parcel.kilograms()),
    ];
    branch("PACKAGE", fields)
}
