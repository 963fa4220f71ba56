//! Accounts against what their carriers say of themselves.

use carrier_sdk::Profile;
use carrier_sdk::geography::is_country;

use super::{Review, settings::is_loopback, suggest};
use crate::config::{Account, AccountProduct, Environment, Route};

/// What a lease must have beyond the call, for taking the permits, reading and committing: a sixth of
/// it, ten seconds at most.
fn lease_margin_s(timeout_s: u64) -> u64 {
    (timeout_s / 6).clamp(1, 10)
}

pub(super) fn check(review: &mut Review<'_>) {
    let config = review.config;
    review.check_ids(
        "accounts",
        config.accounts.iter().map(|one| one.id.as_str()),
    );
    if config.accounts.is_empty() {
        let remedy = "add [[accounts]]: a contract with a carrier";
        review.error("accounts", "there is no account", remedy);
    }
    for account in &config.accounts {
        check_limits(review, account);
        check_base_url(review, account);
        check_trucks(review, account);
        match review.profile(account) {
            Some(profile) => check_against(review, account, profile),
            None => unknown_carrier(review, account),
        }
    }
}

fn place(account: &Account, key: &str) -> String {
    format!("accounts.{}.{key}", account.id)
}

fn unknown_carrier(review: &mut Review<'_>, account: &Account) {
    let message = format!("there is no carrier {}", account.carrier);
    let remedy = suggest(
        &account.carrier,
        review.profiles.iter().map(|known| known.name),
    );
    review.error(&place(account, "carrier"), message, remedy);
}

fn check_limits(review: &mut Review<'_>, account: &Account) {
    if account.account_number.trim().is_empty() {
        let remedy = "write the number of the contract with the carrier";
        review.error(&place(account, "account_number"), "is empty", remedy);
    }
    for (key, is_zero) in [
        ("timeout_s", account.timeout_s == 0),
        ("concurrency", account.concurrency == 0),
        ("rate_per_s", account.rate_per_s == Some(0)),
        ("daily_limit", account.daily_limit == Some(0)),
    ] {
        if is_zero {
            let remedy = "leave it out for the default";
            review.error(&place(account, key), "must be more than 0", remedy);
        }
    }
    if let (Some(from), Some(to)) = (account.valid_from, account.valid_to)
        && to < from
    {
        let message = format!("ends before it begins, on {from}");
        let remedy = "exchange the two, or leave one out";
        review.error(&place(account, "valid_to"), message, remedy);
    }
    let needed = account
        .timeout_s
        .saturating_add(lease_margin_s(account.timeout_s));
    let lease = review.config.dispatch.lease_s;
    if lease < needed {
        review.error(
            &place(account, "timeout_s"),
            format!("another worker could take an order over while this call still runs: the lease is {lease} s"),
            format!("set dispatch.lease_s to {needed} or more, or a shorter timeout_s"),
        );
    }
    if account.silence_is_proof_after_s.is_some() {
        review.warning(
            &place(account, "silence_is_proof_after_s"),
            "what a look-up does not find is booked anew: one that comes later exists twice",
            "leave it out unless the carrier has assured it in writing",
        );
    }
    if account.environment == Environment::Live {
        review.note(
            &place(account, "environment"),
            "live: real parcels, real money",
        );
    }
}

fn check_base_url(review: &mut Review<'_>, account: &Account) {
    let place = place(account, "base_url");
    let Ok(url) = reqwest::Url::parse(&account.base_url) else {
        let remedy = "for example https://express.api.dhl.com/mydhlapi";
        return review.error(&place, "is no URL", remedy);
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            let message = "secrets and addresses would travel unencrypted";
            review.error(&place, message, "use https; http only to this machine");
        }
        _ => review.error(&place, "is no web address", "use https"),
    }
    let carries_more = !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some();
    if carries_more {
        let message = "must be scheme, host and path only";
        review.error(&place, message, "secrets have keys of their own");
    }
}

fn check_trucks(review: &mut Review<'_>, account: &Account) {
    let sites = &review.config.sites;
    if !sites.is_empty()
        && !sites
            .iter()
            .any(|site| review.leaves_from(site, &account.id))
    {
        let message = "no truck of any site takes this account's parcels";
        let remedy = "add it to a pickup of a site";
        review.warning(&place(account, "id"), message, remedy);
    }
    let mut routes = review.config.routes.iter();
    let names = |route: &Route| {
        route.accounts.contains(&account.id) || route.shadow.as_ref() == Some(&account.id)
    };
    if !routes.any(names) {
        let message = "no route names this account: only orders that ask for it go there";
        review.warning(&place(account, "id"), message, "add it to a route");
    }
}

fn check_against(review: &mut Review<'_>, account: &Account, profile: &'static Profile) {
    check_secrets(review, account, profile);
    check_more(review, account, profile);
    let format = account.label_format(&review.config.labels);
    if !profile.label_formats.contains(&format) {
        let known: Vec<&str> = profile
            .label_formats
            .iter()
            .map(|known| known.name())
            .collect();
        let message = format!("{} makes no {format} labels", profile.title);
        let remedy = format!("set label_format to one of {}", known.join(", "));
        review.error(&place(account, "label_format"), message, remedy);
    }
    if account.products.is_empty() {
        let remedy = "add [[accounts.products]]: a service and the carrier's code for it";
        review.error(&place(account, "products"), "takes no service", remedy);
    }
    for (position, product) in account.products.iter().enumerate() {
        let place = place(account, &format!("products[{position}]"));
        check_product(review, &place, product, profile);
    }
}

fn check_secrets(review: &mut Review<'_>, account: &Account, profile: &'static Profile) {
    for secret in profile.secrets {
        if account.more.text(secret.name).is_some() {
            continue;
        }
        let name = secret.name;
        let variable = account.id.to_uppercase().replace(['-', '.'], "_");
        let remedy = format!(
            "set {name}, {name}_file or DILIGENCE__ACCOUNTS__{variable}__{}",
            name.to_uppercase()
        );
        let place = place(account, name);
        if secret.required {
            review.error(&place, format!("is missing: {}", secret.without), remedy);
        } else {
            review.warning(&place, format!("not given: {}", secret.without), remedy);
        }
    }
}

fn check_more(review: &mut Review<'_>, account: &Account, profile: &'static Profile) {
    let secrets = profile.secrets.iter().map(|secret| secret.name);
    let settings = profile.settings.iter().map(|setting| setting.name);
    let known: Vec<&str> = secrets.chain(settings).collect();
    for name in account.more.names() {
        let place = place(account, name);
        if !known.contains(&name) {
            let message = format!("{} has no such key", profile.title);
            review.error(&place, message, suggest(name, known.iter().copied()));
        } else if account.more.text(name).is_none() {
            let message = "must be text that is not empty";
            review.error(&place, message, "write it in quotes");
        }
    }
}

fn check_product(
    review: &mut Review<'_>,
    place: &str,
    chosen: &AccountProduct,
    profile: &'static Profile,
) {
    review.check_service_known(place, &chosen.service);
    for code in &chosen.countries {
        if !is_country(code) {
            let message = format!("there is no country {code}");
            review.error(place, message, "use ISO 3166-1 alpha-2 codes in capitals");
        }
    }
    let Some(product) = profile.product(&chosen.code) else {
        let message = format!("{} has no product {}", profile.title, chosen.code);
        let remedy = suggest(
            &chosen.code,
            profile.products.iter().map(|known| known.code),
        );
        return review.error(place, message, remedy);
    };
    let sites = &review.config.sites;
    for to in &chosen.countries {
        let reached = |from: &str| chosen.goes(product, from, to);
        if !sites.is_empty() && !sites.iter().any(|site| reached(&site.country)) {
            let message = format!("{} does not go from any site to {to}", product.name);
            review.error(place, message, "choose another code or other countries");
        }
    }
}
