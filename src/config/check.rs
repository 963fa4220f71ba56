//! Refuses a configuration that makes no sense, before any order is taken: place, fault, remedy.
//!
//! Reads the configuration and the carriers' profiles only; whether a broker, a ledger or a carrier
//! answers is not asked here.

mod accounts;
mod routes;
mod settings;
mod sites;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use carrier_sdk::Profile;

use super::{Account, Config, Finding, Site};

/// Everything to know about this configuration, errors first.
#[must_use]
pub fn check(config: &Config, profiles: &[&'static Profile]) -> Vec<Finding> {
    let mut review = Review {
        config,
        profiles,
        findings: Vec::new(),
    };
    settings::check(&mut review);
    sites::check(&mut review);
    accounts::check(&mut review);
    routes::check(&mut review);
    review.findings.sort_by_key(|finding| finding.severity);
    review.findings
}

/// What a worker needs besides: a broker.
#[must_use]
pub fn check_worker(config: &Config) -> Vec<Finding> {
    settings::check_bus(&config.bus)
}

/// A configuration under review.
struct Review<'config> {
    config: &'config Config,
    profiles: &'config [&'static Profile],
    findings: Vec<Finding>,
}

impl<'config> Review<'config> {
    fn error(&mut self, place: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding::error(place, message, remedy));
    }

    fn warning(&mut self, place: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(Finding::warning(place, message, remedy));
    }

    fn note(&mut self, place: &str, message: impl Into<String>) {
        self.findings.push(Finding::note(place, message));
    }

    fn account(&self, id: &str) -> Option<&'config Account> {
        self.config.accounts.iter().find(|account| account.id == id)
    }

    fn profile(&self, account: &Account) -> Option<&'static Profile> {
        let mut profiles = self.profiles.iter().copied();
        profiles.find(|profile| profile.name == account.carrier)
    }

    /// Ids that occur twice, or that no order could name.
    fn check_ids<'id>(&mut self, kind: &str, ids: impl Iterator<Item = &'id str>) {
        let mut seen = HashSet::new();
        for id in ids {
            let place = format!("{kind}.{id}");
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
            if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
                self.error(
                    &place,
                    "no order can name this id",
                    "use 1 to 64 of A-Z a-z 0-9 _ . -",
                );
            }
            if !seen.insert(id) {
                self.error(&place, "this id is given twice", "give each its own id");
            }
        }
    }

    /// An account named somewhere must exist.
    fn check_account_known(&mut self, place: &str, id: &str) {
        if self.account(id).is_none() {
            let known = self
                .config
                .accounts
                .iter()
                .map(|account| account.id.as_str());
            let message = format!("there is no account {id}");
            let remedy = suggest(id, known);
            self.error(place, message, remedy);
        }
    }

    /// A service named somewhere must exist.
    fn check_service_known(&mut self, place: &str, service: &str) {
        if !self.config.services.contains_key(service) {
            let known = self.config.services.keys().map(String::as_str);
            let message = format!("there is no service {service}");
            let remedy = format!("{}; or add [services.{service}]", suggest(service, known));
            self.error(place, message, remedy);
        }
    }

    /// Whether parcels of this account can leave from the site.
    fn leaves_from(&self, site: &Site, account: &str) -> bool {
        let mut trucks = site.pickups.iter();
        site.pickups.is_empty() || trucks.any(|truck| truck.accounts.iter().any(|id| id == account))
    }
}

/// The known name most like the given one, then all of them.
fn suggest<'name>(given: &str, known: impl Iterator<Item = &'name str>) -> String {
    let known: Vec<&str> = known.collect();
    let nearest = known.iter().map(|name| (distance(given, name), name)).min();
    match nearest {
        Some((changes, name)) if changes <= 3 && changes < name.len() => {
            format!("did you mean {name}? known: {}", known.join(", "))
        }
        Some(_) => format!("known: {}", known.join(", ")),
        None => "none is known".into(),
    }
}

/// Letters to insert, remove or replace to get from one name to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (done, letter) in from.chars().enumerate() {
        let mut next = vec![done + 1];
        let mut left = done + 1;
        for (other, pair) in to.iter().zip(row.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(letter != *other))
                .min(above + 1)
                .min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
