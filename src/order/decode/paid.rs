//! The fields of `order.paid`, one function an object of the message.

use std::collections::{BTreeSet, HashSet};

use carrier_sdk::{PartyKind, ServiceOption};

use super::super::fields::Fields;
use super::super::values;
use super::{Decoded, Malformed, key};
use crate::order::{Amount, Order, OrderItem, OrderParcel, Recipient, WeightSource};

/// Most parcels, and most articles, in one order.
const ELEMENTS_MAX: usize = 999;
/// Most address lines.
const STREET_MAX: usize = 10;

pub(super) fn paid(mut fields: Fields<'_>) -> Result<Decoded, Malformed> {
    let mut ignored = Vec::new();
    let key = key(&mut fields)?;
    let label_reference = fields.optional_text("label_reference", values::text)?;
    let parcels = parcels(&mut fields, &mut ignored)?;
    let order = Order {
        label_reference: label_reference.unwrap_or_else(|| key.order_id.clone()),
        key,
        revision: fields
            .optional("revision", values::whole::<0>)?
            .unwrap_or(1),
        paid_at: fields.optional("paid_at", values::moment)?,
        service: fields.required("service", values::name::<64>)?,
        options: options(&mut fields)?,
        deliver_by: fields.optional("deliver_by", values::moment)?,
        ship_on: fields.optional("ship_on", values::day)?,
        book_by: fields.optional("book_by", values::moment)?,
        ship_from: fields.required("ship_from", values::name::<64>)?,
        account: fields.optional("account", values::name::<64>)?,
        recipient: recipient(&mut fields, &mut ignored)?,
        declared_value: declared_value(&mut fields, &mut ignored)?,
        items: items(&mut fields, &parcels, &mut ignored)?,
        parcels,
    };
    fields.close(&mut ignored);
    Ok(Decoded {
        order,
        ignored_fields: ignored,
        traceparent: None,
    })
}

fn options(fields: &mut Fields<'_>) -> Result<BTreeSet<ServiceOption>, Malformed> {
    let known = ServiceOption::ALL.map(|option| (option.name(), option));
    let mut options = BTreeSet::new();
    for (path, value) in fields.list("options", ELEMENTS_MAX)? {
        let option = values::one_of(value, &known).map_err(|why| Malformed::at(path, why))?;
        options.insert(option);
    }
    Ok(options)
}

fn recipient(parent: &mut Fields<'_>, ignored: &mut Vec<String>) -> Result<Recipient, Malformed> {
    let Some(mut fields) = parent.object("recipient")? else {
        return Err(parent.fault("recipient", "is missing"));
    };
    let kinds = [
        ("private", PartyKind::Private),
        ("business", PartyKind::Business),
    ];
    let country = fields.required("country", values::country)?;
    let recipient = Recipient {
        name: fields.required("name", values::text)?,
        company: fields.optional_text("company", values::text)?,
        kind: fields
            .optional("type", |value| values::one_of(value, &kinds))?
            .unwrap_or_default(),
        street: street(&mut fields)?,
        postal_code: fields.required("postal_code", values::line)?,
        city: fields.required("city", values::text)?,
        province: fields.optional_text("province", values::text)?,
        email: fields.optional_text("email", values::email)?,
        phone: fields.optional_text("phone", |value| values::phone(value, &country))?,
        language: fields.optional_text("language", values::language)?,
        instructions: fields.optional_text("instructions", values::text)?,
        country,
    };
    fields.close(ignored);
    Ok(recipient)
}

/// The address lines that are not blank; shops send the second one as `""`.
fn street(fields: &mut Fields<'_>) -> Result<Vec<String>, Malformed> {
    let mut lines = Vec::new();
    for (path, value) in fields.list("street", STREET_MAX)? {
        let line = values::line(value).map_err(|why| Malformed::at(path, why))?;
        if !line.is_empty() {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return Err(fields.fault("street", "must have a line that is not blank"));
    }
    Ok(lines)
}

fn parcels(
    parent: &mut Fields<'_>,
    ignored: &mut Vec<String>,
) -> Result<Vec<OrderParcel>, Malformed> {
    let mut parcels = Vec::new();
    let mut ids = HashSet::new();
    for (path, value) in parent.list("parcels", ELEMENTS_MAX)? {
        let mut fields = Fields::of(path, value)?;
        let parcel = parcel(&mut fields, parcels.len() + 1)?;
        if !ids.insert(parcel.id.clone()) {
            return Err(fields.fault("id", "is the id of another parcel too"));
        }
        fields.close(ignored);
        parcels.push(parcel);
    }
    if parcels.is_empty() {
        return Err(parent.fault("parcels", "must have at least one parcel"));
    }
    Ok(parcels)
}

fn parcel(fields: &mut Fields<'_>, position: usize) -> Result<OrderParcel, Malformed> {
    let sources = [
        ("estimated", WeightSource::Estimated),
        ("measured", WeightSource::Measured),
    ];
    let parcel = OrderParcel {
        id: fields
            .optional("id", values::name::<64>)?
            .unwrap_or_else(|| position.to_string()),
        weight_g: fields.required("weight_g", values::whole::<1>)?,
        weight_source: fields.optional("weight_source", |value| values::one_of(value, &sources))?,
        length_mm: fields.optional("length_mm", values::whole::<1>)?,
        width_mm: fields.optional("width_mm", values::whole::<1>)?,
        height_mm: fields.optional("height_mm", values::whole::<1>)?,
    };
    let sizes = [
        ("length_mm", parcel.length_mm),
        ("width_mm", parcel.width_mm),
        ("height_mm", parcel.height_mm),
    ];
    let missing = sizes.iter().find(|(_, size)| size.is_none());
    match missing {
        Some((name, _)) if sizes.iter().any(|(_, size)| size.is_some()) => {
            Err(fields.fault(name, "is missing: give all three sizes or none"))
        }
        _ => Ok(parcel),
    }
}

fn declared_value(
    parent: &mut Fields<'_>,
    ignored: &mut Vec<String>,
) -> Result<Option<Amount>, Malformed> {
    let Some(mut fields) = parent.object("declared_value")? else {
        return Ok(None);
    };
    let value = Amount {
        amount: fields.required("amount", values::amount)?,
        currency: fields.required("currency", values::currency)?,
    };
    fields.close(ignored);
    Ok(Some(value))
}

fn items(
    parent: &mut Fields<'_>,
    parcels: &[OrderParcel],
    ignored: &mut Vec<String>,
) -> Result<Vec<OrderItem>, Malformed> {
    let mut items = Vec::new();
    let ids: HashSet<&str> = parcels.iter().map(|parcel| parcel.id.as_str()).collect();
    for (path, value) in parent.list("items", ELEMENTS_MAX)? {
        let mut fields = Fields::of(path, value)?;
        let item = item(&mut fields)?;
        if item.parcel.as_deref().is_some_and(|id| !ids.contains(id)) {
            return Err(fields.fault("parcel", "is the id of no parcel of this order"));
        }
        fields.close(ignored);
        items.push(item);
    }
    Ok(items)
}

fn item(fields: &mut Fields<'_>) -> Result<OrderItem, Malformed> {
    let item = OrderItem {
        sku: fields.optional_text("sku", values::text)?,
        description: fields.required("description", values::text)?,
        quantity: fields.required("quantity", values::whole::<1>)?,
        unit_price: fields.optional("unit_price", values::amount)?,
        currency: fields.optional("currency", values::currency)?,
        weight_g: fields.optional("weight_g", values::whole::<1>)?,
        hs_code: fields.optional_text("hs_code", values::hs_code)?,
        origin_country: fields.optional_text("origin_country", values::country)?,
        parcel: fields.optional("parcel", values::name::<64>)?,
    };
    if item.unit_price.is_some() && item.currency.is_none() {
        return Err(fields.fault("currency", "is missing: a price needs its currency"));
    }
    Ok(item)
}
