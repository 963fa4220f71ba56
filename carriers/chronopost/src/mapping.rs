//! From an intent to Chronopost's booking request: the first half of the translation.
//!
//! Reports every field that does not fit, never its value; cuts nothing. The other half, from
//! answers to ours, is in `mapping/answers.rs`.

pub(crate) mod answers;
mod party;

use carrier_sdk::check::Check;
use carrier_sdk::geography::customs_needed;
use carrier_sdk::label::LabelFormat;
use carrier_sdk::profile::{Product, Reach};
use carrier_sdk::request::secret_place;
use carrier_sdk::shipment::{Contract, Intent, Money, Parcel, ServiceOption, Shipment};
use carrier_sdk::step::{Problem, Refusal};
use carrier_sdk::text::lines;
use rust_decimal::Decimal;

use crate::profile::PROFILE;
use crate::wire;

/// The booking request of an intent.
pub(crate) fn book(intent: &Intent) -> Result<wire::Book, Refusal> {
    let mut check = Check::default();
    let shipment = &intent.shipment;
    let count = shipment.parcels.len();
    let in_range = (1..=PROFILE.parcels_max).contains(&count);
    check.require(in_range, "parcels", "one booking takes 1 to 10 parcels");
    let shipper = party::shipper(&mut check, intent);
    let reference = wire::Reference {
        recipient_ref: check.text("label_reference", &shipment.label_reference, 35),
        shipper_ref: check.text("reference", &intent.reference, PROFILE.reference_max),
    };
    let book = wire::Book {
        header_value: header(&mut check, &intent.contract),
        customer_value: wire::Party {
            role: "customer",
            ..shipper.clone()
        },
        shipper_value: shipper,
        recipient_value: party::recipient(&mut check, intent),
        // one for each parcel: a parcel without the reference could not be found again
        ref_value: vec![reference; count],
        skybill_value: skybills(&mut check, intent),
        skybill_params_value: wire::SkybillParams {
            duplicata: "N",
            mode: check.keep(label_mode(intent)),
            with_reservation: 0,
        },
        password: secret_place("password"),
        mode_retour: "2",
        number_of_parcel: count,
        version: "2.0",
        multi_parcel: if count > 1 { "Y" } else { "N" },
    };
    check.done()?;
    Ok(book)
}

fn header(check: &mut Check, contract: &Contract) -> wire::Header {
    let mut number = |field: &str, text: &str, max: usize| {
        let fits = (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        check.require(
            fits,
            field,
            &format!("is not a number of up to {max} digits"),
        );
        text.to_owned()
    };
    let sub_account = contract.setting("sub_account").unwrap_or("0");
    wire::Header {
        account_number: number("account.account_number", &contract.number, 8),
        id_emit: "CHRFR",
        sub_account: number("account.sub_account", sub_account, 3),
    }
}

fn label_mode(intent: &Intent) -> Result<String, Problem> {
    // the first is the default: without a proof of deposit, for no driver takes one
    let modes: &[&str] = match intent.label_format {
        LabelFormat::Pdf => &["SPD", "PDF", "PPR", "THE", "THEPSG"],
        LabelFormat::Zpl => &["Z2D", "ZPL300", "Z2DPSG"],
        _ => &[],
    };
    let default = modes.first().copied().unwrap_or_default();
    let mode = intent.contract.setting("label_mode").unwrap_or(default);
    if modes.contains(&mode) {
        return Ok(mode.to_owned());
    }
    let message = format!("{} labels are made as {modes:?} only", intent.label_format);
    Err(Problem::new("account.label_mode", message))
}

/// One skybill for each parcel.
fn skybills(check: &mut Check, intent: &Intent) -> Vec<wire::Skybill> {
    let shipment = &intent.shipment;
    let service = check.keep(product(intent).and_then(|product| service(shipment, product)));
    let insured_value = check.keep(insured_cents(shipment));
    let customs_value = check.keep(customs_cents(shipment));
    let contents = contents(check, shipment);
    let content = |index: usize| contents.get(index).cloned().unwrap_or_default();
    let mut skybill = |(index, parcel): (usize, &Parcel)| {
        let fits = (1..=PROFILE.parcel_max_g).contains(&parcel.weight_g);
        let field = format!("parcels[{index}].weight_g");
        check.require(fits, &field, "Chronopost takes parcels up to 30000 g");
        let [height, length, width] = centimetres(parcel);
        wire::Skybill {
            bulk_number: shipment.parcels.len(),
            content1: content(0),
            content2: content(1),
            content3: content(2),
            content4: content(3),
            content5: content(4),
            customs_currency: "EUR",
            customs_value,
            evt_code: "DC",
            insured_currency: "EUR",
            insured_value,
            object_type: "MAR",
            product_code: intent.product.clone(),
            service,
            ship_date: intent
                .hand_over_at
                .strftime("%Y-%m-%dT%H:%M:%S")
                .to_string(),
            ship_hour: intent.hand_over_at.hour(),
            skybill_rank: index + 1,
            weight: Decimal::new(parcel.weight_g.into(), 3).normalize(),
            weight_unit: "KGM",
            height,
            length,
            width,
        }
    };
    shipment
        .parcels
        .iter()
        .enumerate()
        .map(&mut skybill)
        .collect()
}

/// Height, length and width. The schema demands them; Chronopost's own plugins send 1 where they
/// know none.
fn centimetres(parcel: &Parcel) -> [Decimal; 3] {
    match parcel.size {
        Some(size) => [size.height_mm, size.length_mm, size.width_mm]
            .map(|millimetres| Decimal::new(millimetres.into(), 1).normalize()),
        None => [Decimal::ONE; 3],
    }
}

fn product(intent: &Intent) -> Result<&'static Product, Problem> {
    let refused = |message: &str| Err(Problem::new("service", message));
    let Some(product) = PROFILE.product(&intent.product) else {
        return refused("Chronopost has no product with this code");
    };
    let (from, to) = (
        &intent.shipment.shipper.country,
        &intent.shipment.consignee.country,
    );
    // Monaco is served by the French post
    let national = from == to || (from == "FR" && to == "MC");
    match product.reach {
        Reach::National if !national => refused("the product stays within the country"),
        Reach::International if from == to => refused("the product goes to other countries"),
        _ => Ok(product),
    }
}

/// The day of delivery, the one thing that options choose here; insurance is a value.
fn service(shipment: &Shipment, product: &Product) -> Result<&'static str, Problem> {
    let chosen = &shipment.options;
    if let Some(option) = chosen
        .iter()
        .find(|option| !product.options.contains(option))
    {
        let message = format!("{} is not offered with this product", option.name());
        return Err(Problem::new("options", message));
    }
    let saturday = chosen.contains(&ServiceOption::SaturdayDelivery);
    match (saturday, chosen.contains(&ServiceOption::MondayDelivery)) {
        (true, true) => {
            let message = "saturday_delivery and monday_delivery exclude each other";
            Err(Problem::new("options", message))
        }
        (true, false) => Ok("6"),
        (false, true) => Ok("1"),
        (false, false) => Ok("0"),
    }
}

fn insured_cents(shipment: &Shipment) -> Result<Decimal, Problem> {
    if !shipment.options.contains(&ServiceOption::Insurance) {
        return Ok(Decimal::ZERO);
    }
    cents(shipment, "insurance")
}

fn customs_cents(shipment: &Shipment) -> Result<Decimal, Problem> {
    if !needs_customs(shipment) {
        return Ok(Decimal::ZERO);
    }
    cents(shipment, "customs")
}

/// The declared value in euro cents. Chronopost takes it parcel by parcel, the order has one for
/// all of them: of several parcels nobody can tell how much is in which.
fn cents(shipment: &Shipment, purpose: &str) -> Result<Decimal, Problem> {
    let refused = |reason| {
        let message = format!("{purpose} {reason}");
        Err(Problem::new("declared_value", message))
    };
    if shipment.parcels.len() > 1 {
        return refused("takes one parcel in a booking");
    }
    let Some(Money { amount, currency }) = &shipment.declared_value else {
        return refused("needs a declared value");
    };
    match amount.checked_mul(Decimal::ONE_HUNDRED) {
        _ if currency != "EUR" => refused("takes EUR only"),
        Some(cents) if cents.is_integer() && cents > Decimal::ZERO => Ok(cents.normalize()),
        _ => refused("needs a positive amount in whole cents"),
    }
}

fn needs_customs(shipment: &Shipment) -> bool {
    customs_needed(&shipment.shipper.country, &shipment.consignee.country)
}

/// What customs can read on the waybill: five lines for all the articles.
fn contents(check: &mut Check, shipment: &Shipment) -> Vec<String> {
    if !needs_customs(shipment) {
        return Vec::new();
    }
    let items = shipment.items.iter();
    let articles: Vec<String> = items
        .map(|item| format!("{} x {}", item.quantity, item.description))
        .collect();
    check.require(!articles.is_empty(), "items", "are needed for customs");
    check.keep(lines("items", &articles, 45, 5))
}
