//! The account that orders are tried with: one of the configuration, or one made up for a carrier.

use carrier_sdk::Carrier;
use jiff::Timestamp;
use jiff::civil::Time;

use super::super::super::config::Source;
use super::super::super::ending::Failure;
use super::super::{example, known};
use crate::accounts::Account;
use crate::config::{self, AccountProduct, Config, Environment, More, WhenInDoubt};
use crate::order::Order;
use crate::registry;
use crate::routing::Routes;
use crate::shadow::{self, Mapped, Reason};

/// An account and the routes to it.
pub struct Bench {
    account: Account,
    routes: Routes,
    /// A made-up account takes orders of any service and site, as from this site.
    made_up: Option<String>,
}

impl Bench {
    /// The account of this name, else the first one with the carrier of this name, else one that is
    /// made up for that carrier.
    pub fn of(name: &str, source: &Source) -> Result<Self, Failure> {
        let config = source.load_if_any()?;
        let configured = config.as_ref().and_then(|config| {
            let mut accounts = config.accounts.iter();
            let by_id = accounts.clone().find(|account| account.id == name);
            by_id.or_else(|| accounts.find(|account| account.carrier == name))
        });
        if let (Some(account), Some(config)) = (configured, &config) {
            return Self::with(config, &account.id, None);
        }
        let Some(carrier) = registry::carrier(name) else {
            return Err(Failure::usage(format!(
                "{name} is neither an account of the configuration nor a carrier; carriers: {}",
                known()
            )));
        };
        let config = made_up(carrier)?;
        let site = config.sites.first().map(|site| site.id.clone());
        Self::with(&config, name, Some(site.unwrap_or_default()))
    }

    fn with(config: &Config, id: &str, made_up: Option<String>) -> Result<Self, Failure> {
        let routes = Routes::new(config, &registry::profiles())?;
        let mut accounts = config.accounts.iter();
        let settings = accounts.find(|account| account.id == id);
        let account = settings.and_then(|settings| Account::new(settings, &config.labels));
        let account = account.ok_or_else(|| {
            Failure::usage(format!(
                "the carrier of account {id} is not known; known: {}",
                known()
            ))
        })?;
        Ok(Self {
            account,
            routes,
            made_up,
        })
    }

    /// The account, its carrier and its environment.
    pub fn describe(&self) -> String {
        let settings = &self.account.settings;
        let title = self.account.profile().title;
        match &self.made_up {
            Some(_) => format!("{title}, with a made-up account and the example's site"),
            None => format!(
                "{title}, account {} ({})",
                settings.id,
                settings.environment.name()
            ),
        }
    }

    /// Where the carrier's API is.
    pub fn base_url(&self) -> &str {
        &self.account.settings.base_url
    }

    /// What would be sent to book this order now.
    ///
    /// # Errors
    /// Every reason why it would be refused.
    pub fn mapped(&self, order: &Order, now: Timestamp) -> Result<Mapped, Vec<Reason>> {
        let mut order = order.clone();
        if let Some(site) = &self.made_up {
            (order.service, order.ship_from) = (SERVICE.to_owned(), site.clone());
        }
        shadow::mapped(&self.account, &self.routes, order, now)
    }
}

/// The service that a made-up account takes.
const SERVICE: &str = "express";

/// The example's site with one account, which books every product of the carrier, by any truck.
fn made_up(carrier: &dyn Carrier) -> Result<Config, Failure> {
    let profile = carrier.profile();
    let specimen = carrier.profile().specimen.contract();
    let products = profile.products.iter().map(|product| AccountProduct {
        service: SERVICE.to_owned(),
        code: product.code.to_owned(),
        countries: Vec::new(),
        transit_days: 1,
        delivered_by: Time::midnight(),
    });
    let account = config::Account {
        id: profile.name.to_owned(),
        carrier: profile.name.to_owned(),
        environment: Environment::Test,
        base_url: profile.base_url.to_owned(),
        account_number: specimen.number,
        timeout_s: 60,
        concurrency: 1,
        rate_per_s: None,
        daily_limit: None,
        valid_from: None,
        valid_to: None,
        silence_is_proof_after_s: None,
        when_in_doubt: WhenInDoubt::Park,
        label_format: profile.label_formats.first().copied(),
        products: products.collect(),
        more: More::of(specimen.settings),
    };
    let mut config = example()?;
    for site in &mut config.sites {
        site.pickups.clear();
    }
    config.accounts = vec![account];
    Ok(config)
}
