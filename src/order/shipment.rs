//! An order and its site become the shipment that a carrier books. Nothing is cut or invented here.

use carrier_sdk::{Item, Money, Parcel, Party, PartyKind, Shipment, Size};

use super::{Amount, Order, OrderItem, OrderParcel, Recipient};
use crate::config::Site;

impl Order {
    /// The shipment to book, leaving from this site.
    #[must_use]
    pub fn shipment(&self, site: &Site) -> Shipment {
        Shipment {
            label_reference: self.label_reference.clone(),
            shipper: shipper(site),
            consignee: consignee(&self.recipient),
            instructions: self.recipient.instructions.clone(),
            parcels: self.parcels.iter().map(parcel).collect(),
            options: self.options.clone(),
            declared_value: self.declared_value.as_ref().map(money),
            items: self.items.iter().map(item).collect(),
        }
    }
}

/// The site as the shipper of what leaves it.
pub fn shipper(site: &Site) -> Party {
    Party {
        name: site.name.clone(),
        company: Some(site.name.clone()),
        kind: PartyKind::Business,
        street: site.street.clone(),
        postal_code: site.postal_code.clone(),
        city: site.city.clone(),
        province: None,
        country: site.country.clone(),
        email: site.email.clone(),
        phone: Some(site.phone.clone()),
        language: None,
    }
}

fn consignee(recipient: &Recipient) -> Party {
    Party {
        name: recipient.name.clone(),
        company: recipient.company.clone(),
        kind: recipient.kind,
        street: recipient.street.clone(),
        postal_code: recipient.postal_code.clone(),
        city: recipient.city.clone(),
        province: recipient.province.clone(),
        country: recipient.country.clone(),
        email: recipient.email.clone(),
        phone: recipient.phone.clone(),
        language: recipient.language.clone(),
    }
}

fn parcel(parcel: &OrderParcel) -> Parcel {
    let size = match (parcel.length_mm, parcel.width_mm, parcel.height_mm) {
        (Some(length_mm), Some(width_mm), Some(height_mm)) => Some(Size {
            length_mm,
            width_mm,
            height_mm,
        }),
        _ => None,
    };
    Parcel {
        id: parcel.id.clone(),
        weight_g: parcel.weight_g,
        size,
    }
}

fn money(amount: &Amount) -> Money {
    Money {
        amount: amount.amount,
        currency: amount.currency.clone(),
    }
}

fn item(item: &OrderItem) -> Item {
    let price = item.unit_price.zip(item.currency.clone());
    Item {
        sku: item.sku.clone(),
        description: item.description.clone(),
        quantity: item.quantity,
        unit_price: price.map(|(amount, currency)| Money { amount, currency }),
        weight_g: item.weight_g,
        hs_code: item.hs_code.clone(),
        origin_country: item.origin_country.clone(),
        parcel: item.parcel.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::order::sample::order;

    #[test]
    fn the_shipment_carries_all_that_the_order_says() {
        let site = toml::from_str(
            r#"
            id = "lille"
            name = "Maison Exemple"
            street = ["1 rue du Dépôt"]
            postal_code = "59000"
            city = "Lille"
            country = "FR"
            phone = "+33320000000"
            time_zone = "Europe/Paris"
            "#,
        )
        .expect("a site");
        let shipment = order().shipment(&site);
        assert_eq!(shipment.shipper.city, "Lille");
        assert_eq!(shipment.consignee.street.len(), 2);
        assert_eq!(
            shipment.parcels[0].size.map(|size| size.width_mm),
            Some(250)
        );
        assert_eq!(
            shipment.items[0]
                .unit_price
                .as_ref()
                .map(|price| price.amount.to_string()),
            Some("29.95".to_owned())
        );
    }
}
