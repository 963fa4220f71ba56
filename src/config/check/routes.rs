//! Services and routes: every route must lead somewhere.

use carrier_sdk::geography::is_country;

use super::{Review, suggest};
use crate::config::{Account, Route, Site};

pub(super) fn check(review: &mut Review<'_>) {
    let config = review.config;
    review.check_ids("services", config.services.keys().map(String::as_str));
    for service in config.services.keys() {
        let place = format!("services.{service}");
        if !config.routes.iter().any(|route| route.service == *service) {
            let message = "no route takes this service: its orders will be rejected";
            review.warning(&place, message, "add [[routes]] for it");
        }
    }
    for (service, settings) in &config.services {
        if settings.max_age_h == 0 {
            let place = format!("services.{service}.max_age_h");
            review.error(
                &place,
                "must be more than 0",
                "leave it out for the default",
            );
        }
    }
    if config.routes.is_empty() {
        let remedy = "add [[routes]]: a service and the accounts that take it";
        review.error("routes", "there is no route", remedy);
    }
    for (position, route) in config.routes.iter().enumerate() {
        check_route(review, &format!("routes[{position}]"), route);
    }
}

fn check_route(review: &mut Review<'_>, place: &str, route: &Route) {
    review.check_service_known(place, &route.service);
    for code in &route.countries {
        if !is_country(code) {
            let message = format!("there is no country {code}");
            review.error(place, message, "use ISO 3166-1 alpha-2 codes in capitals");
        }
    }
    let sites = &review.config.sites;
    for id in &route.sites {
        if !sites.iter().any(|site| site.id == *id) {
            let remedy = suggest(id, sites.iter().map(|site| site.id.as_str()));
            review.error(place, format!("there is no site {id}"), remedy);
        }
    }
    if route.accounts.is_empty() {
        review.error(place, "leads to no account", "name its accounts");
    }
    for id in &route.accounts {
        review.check_account_known(place, id);
        if let Some(account) = review.account(id) {
            check_leads_somewhere(review, place, route, account);
        }
    }
    check_shadow(review, place, route);
}

/// A shadow must be able to take what it is shown, and must not book it already.
fn check_shadow(review: &mut Review<'_>, place: &str, route: &Route) {
    let Some(id) = &route.shadow else { return };
    let place = format!("{place}.shadow");
    review.check_account_known(&place, id);
    if route.accounts.contains(id) {
        let message = format!("account {id} takes the orders of this route already");
        review.warning(
            &place,
            &message,
            "name an account that the route does not use",
        );
    }
    if let Some(account) = review.account(id) {
        check_leads_somewhere(review, &place, route, account);
    }
}

/// The account must have a product for the service, and for each country the route names
/// one that goes there from a site of the route.
fn check_leads_somewhere(review: &mut Review<'_>, place: &str, route: &Route, account: &Account) {
    let Some(profile) = review.profile(account) else {
        return;
    };
    let products = account.products.iter();
    let products: Vec<_> = products
        .filter(|chosen| chosen.service == route.service)
        .filter_map(|chosen| Some((chosen, profile.product(&chosen.code)?)))
        .collect();
    if products.is_empty() {
        let message = format!(
            "account {} has no product for {}",
            account.id, route.service
        );
        let remedy = "add [[accounts.products]] to it, or take it out of the route";
        return review.error(place, message, remedy);
    }
    let sites = review.config.sites.iter();
    let sites: Vec<&Site> = sites
        .filter(|site| route.sites.is_empty() || route.sites.contains(&site.id))
        .collect();
    for to in &route.countries {
        let goes = |site: &&Site| {
            let mut products = products.iter();
            products.any(|(chosen, product)| chosen.goes(product, &site.country, to))
        };
        if !sites.is_empty() && !sites.iter().any(goes) {
            let message = format!("account {} has no product that goes to {to}", account.id);
            let remedy = "add one, or take the country or the account out of the route";
            review.error(place, message, remedy);
        }
    }
}
