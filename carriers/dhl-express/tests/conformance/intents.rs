//! Invented orders: within France, to Italy, and across the border to Switzerland.

#![allow(dead_code, reason = "a benchmark does not need them all")]

use carrier_sdk::kit::people::{self, contract, euros, item, order, person, site};
use carrier_sdk::{Intent, LabelFormat, Parcel, Party};

/// One parcel within France.
pub fn national() -> Intent {
    let consignee = resident("Maëlle Kerbrat", ["29200", "Brest", "FR"]);
    let number = contract("987654321");
    let mut intent = order(number, "N", "2026-11-23", consignee, parcel("1", 850));
    let shipment = &mut intent.shipment;
    shipment.label_reference = "777".to_owned();
    shipment.shipper = Party {
        email: Some("client@example.com".to_owned()),
        ..site("Expédition")
    };
    shipment.declared_value = Some(euros(12_990));
    intent
}

/// One parcel inside the Union.
pub fn to_italy() -> Intent {
    let mut intent = national();
    intent.product = "U".to_owned();
    intent.shipment.consignee = resident("Ugo Bellini", ["20121", "Milano", "IT"]);
    intent
}

/// Two parcels of goods to Switzerland, labelled in ZPL.
pub fn to_switzerland() -> Intent {
    let mut intent = national();
    intent.product = "P".to_owned();
    intent.label_format = LabelFormat::Zpl;
    intent.shipment.consignee = Party {
        province: Some("GE".to_owned()),
        ..resident("Noé Aubort", ["1204", "Genève", "CH"])
    };
    intent.shipment.parcels = vec![parcel("1", 850), parcel("2", 1_200)];
    let bag = "Canvas bag with a long strap, two inner pockets and a zip";
    intent.shipment.items = vec![
        item("Cotton shirt", 2, 2_995, "610910", "PT"),
        item(bag, 1, 3_245, "610910", "FR"),
    ];
    intent
}

fn resident(name: &str, place: [&str; 3]) -> Party {
    person(name, &["18 bis rue de Siam", "Bât. B"], place)
}

fn parcel(id: &str, weight_g: u32) -> Parcel {
    people::parcel(id, weight_g, [350, 255, 80])
}
