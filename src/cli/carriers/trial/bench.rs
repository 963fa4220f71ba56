//! The account that orders are tried with: one of the configuration, or one made up for a carrier.

use carrier_sdk::{Carrier, Intent, Refusal, Request};
use jiff::civil::Time;
use jiff::{Timestamp, ZonedDateTime};

use super::super::super::config::Source;
use super::super::super::ending::Failure;
use super::super::{example, known};
use crate::accounts::Account;
use crate::config::{self, AccountProduct, Config, Environment, More, WhenInDoubt};
use crate::life::{self, Unfit};
use crate::order::{Malformed, Order};
use crate::registry;
use crate::routing::{self, Routes};

/// Why an order would be refused: the field, and the reason without any value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Path in the order; empty: the message as a whole.
    pub field: String,
    /// In plain words.
    pub text: String,
}

impl From<Malformed> for Reason {
    fn from(malformed: Malformed) -> Self {
        let path = malformed.path.unwrap_or_default();
        Self {
            field: path.strip_prefix("$.").unwrap_or(&path).to_owned(),
            text: format!("no order: {}", malformed.reason),
        }
    }
}

impl From<Unfit> for Reason {
    fn from(unfit: Unfit) -> Self {
        Self {
            field: unfit.field.unwrap_or_default(),
            text: unfit.message,
        }
    }
}

fn reasons(refusal: Refusal) -> Vec<Reason> {
    let problems = refusal.problems.into_iter();
    problems
        .map(|problem| Reason {
            field: problem.field,
            text: problem.message,
        })
        .collect()
}

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

    /// The request that would book this order now.
    pub fn request(&self, order: &Order, now: Timestamp) -> Result<Request, Vec<Reason>> {
        let mut order = order.clone();
        order.account = Some(self.account.settings.id.clone());
        if let Some(site) = &self.made_up {
            (order.service, order.ship_from) = (SERVICE.to_owned(), site.clone());
        }
        let plan = routing::plan(&self.routes, &order, now);
        let Some(candidate) = plan.candidates.first() else {
            return Err(plan.unfit.into_iter().map(Reason::from).collect());
        };
        let lost = |field: &str, message: &str| reasons(Refusal::one(field, message));
        let hand_over_at: ZonedDateTime = candidate
            .hand_over_at
            .parse()
            .map_err(|_| lost("ship_on", "the truck's time cannot be read"))?;
        let site = self
            .routes
            .site(&order.ship_from)
            .ok_or_else(|| lost("ship_from", "no site of this name is configured"))?;
        let intent = Intent {
            reference: life::reference(&order.key, 1, candidate.reference_max, false),
            contract: self.account.contract.clone(),
            product: candidate.product.clone(),
            label_format: self.account.label_format,
            hand_over_at,
            shipment: order.shipment(site),
        };
        self.account.carrier.book(&intent).map_err(reasons)
    }
}

/// The service that a made-up account takes.
const SERVICE: &str = "express";

/// The example's site with one account, which books every product of the carrier, by any truck.
fn made_up(carrier: &dyn Carrier) -> Result<Config, Failure> {
    let profile = carrier.profile();
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
        account_number: "12345678".to_owned(),
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
        more: More::default(),
    };
    let mut config = example()?;
    for site in &mut config.sites {
        site.pickups.clear();
    }
    config.accounts = vec![account];
    Ok(config)
}
