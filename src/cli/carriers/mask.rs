//! An order whose consignee cannot be recognised: letters become x, digits 0, the shape stays.
//!
//! Masked is the order, before it is mapped: a request made from it holds no personal data, whatever
//! a carrier does to a text. Looking for names in a finished request would miss what was split,
//! escaped or written in capitals.

use crate::order::{Order, OrderItem, Recipient};

/// The order with everything personal masked; country, language, weights and sizes are not.
pub fn masked(order: &Order) -> Order {
    let to = &order.recipient;
    Order {
        recipient: Recipient {
            name: mask(&to.name),
            company: mask_some(to.company.as_ref()),
            street: to.street.iter().map(|line| mask(line)).collect(),
            postal_code: mask(&to.postal_code),
            city: mask(&to.city),
            province: mask_some(to.province.as_ref()),
            email: mask_some(to.email.as_ref()),
            phone: to.phone.as_deref().map(mask_phone),
            instructions: mask_some(to.instructions.as_ref()),
            kind: to.kind,
            country: to.country.clone(),
            language: to.language.clone(),
        },
        items: order.items.iter().map(masked_item).collect(),
        ..order.clone()
    }
}

/// What people buy is personal too.
fn masked_item(item: &OrderItem) -> OrderItem {
    OrderItem {
        sku: mask_some(item.sku.as_ref()),
        description: mask(&item.description),
        ..item.clone()
    }
}

fn mask_some(text: Option<&String>) -> Option<String> {
    text.map(|text| mask(text))
}

/// Carriers look at the country of a number: `+33` stays.
fn mask_phone(phone: &str) -> String {
    let (country, number) = phone.split_at_checked(3).unwrap_or((phone, ""));
    format!("{country}{}", mask(number))
}

fn mask(text: &str) -> String {
    let hidden = |letter: char| match letter {
        letter if letter.is_numeric() => '0',
        letter if letter.is_uppercase() => 'X',
        letter if letter.is_alphabetic() => 'x',
        letter => letter,
    };
    text.chars().map(hidden).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::sample::order;

    #[test]
    fn nothing_personal_is_left_and_the_shape_stays() {
        let masked = masked(&order());
        assert_eq!(masked.recipient.name, "Xxx Xxxxxxx");
        assert_eq!(masked.recipient.email.as_deref(), Some("xxx@xxxxxxx.xxx"));
        assert_eq!(masked.recipient.phone.as_deref(), Some("+33000000000"));
        assert_eq!(masked.recipient.country, "FR");
        let kept = serde_json::to_string(&masked).expect("JSON");
        for personal in [
            "Lef", "Paix", "75002", "Paris", "zoe", "336123", "4512", "shirt", "TS-",
        ] {
            assert!(!kept.contains(personal), "{personal} in {kept}");
        }
    }
}
