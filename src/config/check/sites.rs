//! Calendars, sites and their trucks.

use carrier_sdk::geography::is_country;
use jiff::tz::TimeZone;

use super::{Review, suggest};
use crate::config::{Pickup, Site};

pub(super) fn check(review: &mut Review<'_>) {
    let config = review.config;
    review.check_ids(
        "calendars",
        config.calendars.iter().map(|one| one.id.as_str()),
    );
    review.check_ids("sites", config.sites.iter().map(|one| one.id.as_str()));
    if config.sites.is_empty() {
        review.error(
            "sites",
            "there is no site",
            "add [[sites]]: where parcels leave from",
        );
    }
    for site in &config.sites {
        check_address(review, site);
        check_times(review, site);
        for (position, pickup) in site.pickups.iter().enumerate() {
            let place = format!("sites.{}.pickups[{position}]", site.id);
            check_pickup(review, &place, pickup);
        }
        check_reachable(review, site);
    }
}

fn check_address(review: &mut Review<'_>, site: &Site) {
    let place = |key: &str| format!("sites.{}.{key}", site.id);
    let street = site.street.first().map(String::as_str).unwrap_or_default();
    for (key, value) in [
        ("name", site.name.as_str()),
        ("street", street),
        ("city", &site.city),
    ] {
        if value.trim().is_empty() {
            review.error(&place(key), "is empty", "carriers print it on the label");
        }
    }
    if !is_country(&site.country) {
        let wanted = "must be an ISO 3166-1 alpha-2 code in capitals";
        review.error(&place("country"), wanted, "for example FR");
    }
    let digits = site.phone.strip_prefix('+').unwrap_or_default();
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits || !(8..=15).contains(&digits.len()) {
        let wanted = "must be an international phone number without blanks";
        review.error(&place("phone"), wanted, "for example +33320000000");
    }
}

fn check_times(review: &mut Review<'_>, site: &Site) {
    if TimeZone::get(&site.time_zone).is_err() {
        let place = format!("sites.{}.time_zone", site.id);
        let message = format!("there is no time zone {}", site.time_zone);
        review.error(&place, message, "use an IANA name such as Europe/Paris");
    }
    let Some(calendar) = &site.calendar else {
        return;
    };
    let calendars = &review.config.calendars;
    if !calendars.iter().any(|known| known.id == *calendar) {
        let place = format!("sites.{}.calendar", site.id);
        let message = format!("there is no calendar {calendar}");
        let remedy = suggest(calendar, calendars.iter().map(|known| known.id.as_str()));
        review.error(&place, message, remedy);
    }
}

fn check_pickup(review: &mut Review<'_>, place: &str, pickup: &Pickup) {
    if pickup.accounts.is_empty() {
        review.error(
            place,
            "a truck that takes no account's parcels",
            "name its accounts",
        );
    }
    for account in &pickup.accounts {
        review.check_account_known(place, account);
    }
    if pickup.days.is_empty() {
        review.error(place, "a truck that never comes", "name its days");
    }
    if pickup.cut_off > pickup.truck {
        let message = "the cut-off is after the truck has left";
        review.error(place, message, "make cut_off the earlier one");
    }
}

/// A site from which no order can ever leave is a mistake in a route or a truck.
fn check_reachable(review: &mut Review<'_>, site: &Site) {
    let mut routes = review.config.routes.iter();
    let reachable = routes.any(|route| {
        let serves = route.sites.is_empty() || route.sites.contains(&site.id);
        let mut accounts = route.accounts.iter();
        serves && accounts.any(|id| review.account(id).is_some() && review.leaves_from(site, id))
    });
    if !reachable {
        review.error(
            &format!("sites.{}", site.id),
            "no route gives this site an account that one of its trucks takes",
            "add a route for it, or the account to one of its pickups",
        );
    }
}
