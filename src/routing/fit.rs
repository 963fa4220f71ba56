//! Whether one account can take an order, by which of its products, and if not, why.

use carrier_sdk::{Product, Profile, WhoActs};
use jiff::civil::Date;

use crate::config::{Account, AccountProduct, Site};
use crate::life::Unfit;
use crate::order::Order;

/// The product an account takes an order with.
pub(super) struct Chosen<'account> {
    /// What the carrier says of it.
    pub(super) product: &'static Product,
    /// What the configuration says of it.
    pub(super) terms: &'account AccountProduct,
}

/// The first of the account's products that fits the order.
pub(super) fn choose<'account>(
    order: &Order,
    site: &Site,
    account: &'account Account,
    profile: &'static Profile,
) -> Result<Chosen<'account>, Unfit> {
    let terms = account.products.iter();
    let of_service: Vec<Chosen<'account>> = terms
        .filter(|terms| terms.service == order.service)
        .filter_map(|terms| {
            let product = profile.product(&terms.code)?;
            Some(Chosen { product, terms })
        })
        .collect();
    if of_service.is_empty() {
        let message = "the account has no product for this service";
        let code = "no_product";
        return Err(unfit(
            &account.id,
            code,
            "service",
            message,
            WhoActs::Transport,
        ));
    }
    let to = &order.recipient.country;
    let mut going = of_service
        .into_iter()
        .filter(|chosen| chosen.terms.goes(chosen.product, &site.country, to))
        .peekable();
    if going.peek().is_none() {
        let message = "the account has no product that goes to this country";
        let (code, field) = ("country_not_served", "recipient.country");
        return Err(unfit(&account.id, code, field, message, WhoActs::Shop));
    }
    let offers_all = |chosen: &Chosen<'_>| {
        let mut options = order.options.iter();
        options.all(|option| chosen.product.options.contains(option))
    };
    let Some(chosen) = going.find(offers_all) else {
        let message = "no product of the account that goes there has all these options";
        let code = "option_not_offered";
        return Err(unfit(&account.id, code, "options", message, WhoActs::Shop));
    };
    check_parcels(order, account, profile)?;
    Ok(chosen)
}

/// The contract counts on the day the truck leaves, whenever it is booked.
pub(super) fn check_validity(account: &Account, ship_on: Date) -> Result<(), Unfit> {
    let refused = |code: &str, message: String| {
        let who_acts = WhoActs::Transport;
        Err(unfit(&account.id, code, "ship_on", &message, who_acts))
    };
    match (account.valid_from, account.valid_to) {
        (Some(from), _) if ship_on < from => {
            refused("not_valid_yet", format!("the contract begins on {from}"))
        }
        (_, Some(to)) if ship_on > to => refused("expired", format!("the contract ended on {to}")),
        _ => Ok(()),
    }
}

fn check_parcels(order: &Order, account: &Account, profile: &Profile) -> Result<(), Unfit> {
    if order.parcels.len() > profile.parcels_max {
        let most = profile.parcels_max;
        let message = format!("{} takes {most} parcels in one booking", profile.title);
        let code = "too_many_parcels";
        return Err(unfit(&account.id, code, "parcels", &message, WhoActs::Shop));
    }
    for (position, parcel) in order.parcels.iter().enumerate() {
        if parcel.weight_g > profile.parcel_max_g {
            let most = profile.parcel_max_g;
            let message = format!("{} takes parcels of {most} g and less", profile.title);
            let field = format!("parcels[{position}].weight_g");
            return Err(unfit(
                &account.id,
                "too_heavy",
                &field,
                &message,
                WhoActs::Shop,
            ));
        }
    }
    Ok(())
}

pub(super) fn unfit(
    account: &str,
    code: &str,
    field: &str,
    message: &str,
    who_acts: WhoActs,
) -> Unfit {
    Unfit {
        account: account.to_owned(),
        code: code.to_owned(),
        field: Some(field.to_owned()),
        message: message.to_owned(),
        who_acts,
    }
}
