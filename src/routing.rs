//! Which accounts can take an order, with which product and which truck. Pure: no clock, no I/O.
//!
//! Built once from the configuration and the carriers' profiles. Whether an account is paused or
//! its breaker open is not known here (`dispatch` fills [`Line`]); what is done with the plan is
//! decided in `life`.

mod fit;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use carrier_sdk::{Profile, WhoActs};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::{CutOff, Timetable, Truck};
use crate::config::{Account, Config, Finding, Route, Service, Site};
use crate::life::{Candidate, Line, Plan, Unfit};
use crate::order::Order;
use fit::{Chosen, unfit};

/// Configuration and profiles, ready for questions.
pub struct Routes {
    sites: HashMap<String, (Site, Timetable)>,
    accounts: HashMap<String, (Account, &'static Profile)>,
    services: BTreeMap<String, Service>,
    routes: Vec<Route>,
    /// Of the first site: by its clock a day begins for limits that name none.
    zone: TimeZone,
}

impl Routes {
    /// Prepares a configuration that was checked.
    ///
    /// # Errors
    /// An unknown carrier or time zone.
    pub fn new(config: &Config, profiles: &[&'static Profile]) -> Result<Self, Finding> {
        let mut sites = HashMap::new();
        for site in &config.sites {
            let timetable = Timetable::of(site, &config.calendars).map_err(|_| {
                let place = format!("sites.{}.time_zone", site.id);
                Finding::error(place, "there is no such time zone", "use an IANA name")
            })?;
            sites.insert(site.id.clone(), (site.clone(), timetable));
        }
        let mut accounts = HashMap::new();
        for account in &config.accounts {
            let mut known = profiles.iter().copied();
            let profile = known.find(|profile| profile.name == account.carrier);
            let profile = profile.ok_or_else(|| {
                let place = format!("accounts.{}.carrier", account.id);
                Finding::error(place, "there is no such carrier", "see `carriers list`")
            })?;
            accounts.insert(account.id.clone(), (account.clone(), profile));
        }
        let first = config.sites.first();
        let zone = first.and_then(|site| TimeZone::get(&site.time_zone).ok());
        Ok(Self {
            sites,
            accounts,
            services: config.services.clone(),
            routes: config.routes.clone(),
            zone: zone.unwrap_or(TimeZone::UTC),
        })
    }

    /// The site of this id.
    #[must_use]
    pub fn site(&self, id: &str) -> Option<&Site> {
        self.sites.get(id).map(|(site, _)| site)
    }

    /// The account of this id, and what its carrier says of itself.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<(&Account, &'static Profile)> {
        let (account, profile) = self.accounts.get(id)?;
        Some((account, profile))
    }

    /// The accounts that are the shadow of a route.
    #[must_use]
    pub fn shadows(&self) -> BTreeSet<&str> {
        let routes = self.routes.iter();
        routes.filter_map(|route| route.shadow.as_deref()).collect()
    }

    /// When this day began, by the clock of the first site.
    #[must_use]
    pub fn midnight(&self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned_datetime(self.zone.clone());
        today
            .start_of_day()
            .map_or(now, |midnight| midnight.timestamp())
    }

    /// The cut-offs of every site to come, so many of each, the soonest first.
    #[must_use]
    pub fn cut_offs(&self, now: Timestamp, of_each: usize) -> Vec<(&str, CutOff)> {
        let mut all: Vec<(&str, CutOff)> = Vec::new();
        for (id, (_, timetable)) in &self.sites {
            let next = timetable.cut_offs(now).take(of_each);
            all.extend(next.map(|cut_off| (id.as_str(), cut_off)));
        }
        all.sort_by(|(one, first), (other, second)| {
            (first.at.timestamp(), one).cmp(&(second.at.timestamp(), other))
        });
        all
    }

    /// The routes for this order's service, site and shop, whatever its country.
    fn of_service(&self, order: &Order) -> impl Iterator<Item = &Route> + Clone {
        self.routes.iter().filter(|route| {
            route.service == order.service
                && any_or(&route.sites, &order.ship_from)
                && any_or(&route.shops, &order.key.shop)
        })
    }

    /// When to stop trying by ourselves: the promise, else the greatest age of the service.
    #[must_use]
    pub fn deadline(&self, order: &Order, received_at: Timestamp) -> Timestamp {
        order
            .deliver_by
            .unwrap_or_else(|| self.oldest(order, received_at))
    }

    /// The greatest age of the order's service, as a moment.
    #[must_use]
    pub fn oldest(&self, order: &Order, received_at: Timestamp) -> Timestamp {
        let max_age_h = match self.services.get(&order.service) {
            Some(service) => service.max_age_h,
            None => Service::default().max_age_h,
        };
        let oldest = received_at.checked_add(SignedDuration::from_hours(max_age_h.into()));
        oldest.unwrap_or(Timestamp::MAX)
    }
}

/// How the order can be booked now: in the route's order, but what keeps the promise first.
#[must_use]
pub fn plan(routes: &Routes, order: &Order, now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    let Some((site, timetable)) = routes.sites.get(&order.ship_from) else {
        let message = "no site of this name is configured";
        plan.unfit.push(unfit(
            "",
            "unknown_site",
            "ship_from",
            message,
            WhoActs::Shop,
        ));
        return plan;
    };
    let accounts = match accounts_of(routes, order) {
        Ok(accounts) => accounts,
        Err(reason) => {
            plan.unfit.push(reason);
            return plan;
        }
    };
    for id in accounts {
        match candidate(routes, order, (site, timetable), id, now) {
            Ok(candidate) => plan.candidates.push(candidate),
            Err(reason) => plan.unfit.push(reason),
        }
    }
    plan.candidates.sort_by_key(|candidate| !candidate.feasible);
    plan
}

/// How the order can be booked once every truck of this plan is missed.
#[must_use]
pub fn plan_later(routes: &Routes, order: &Order, now: Timestamp, plan_now: &Plan) -> Plan {
    let limits = plan_now
        .candidates
        .iter()
        .filter_map(|candidate| candidate.book_by);
    let missed = limits.max().map_or(now, |last| last.max(now));
    let then = missed.checked_add(SignedDuration::from_secs(1));
    plan(routes, order, then.unwrap_or(missed))
}

/// The account that the order is mapped for too, as the first route that matches says.
#[must_use]
pub fn shadow<'routes>(routes: &'routes Routes, order: &Order) -> Option<&'routes str> {
    let mut of_service = routes.of_service(order);
    let matching = of_service.find(|route| any_or(&route.countries, &order.recipient.country))?;
    matching.shadow.as_deref()
}

fn any_or(listed: &[String], wanted: &str) -> bool {
    listed.is_empty() || listed.iter().any(|one| one == wanted)
}

/// The account the shop asks for, else those of the first route that matches.
fn accounts_of<'order>(
    routes: &'order Routes,
    order: &'order Order,
) -> Result<Vec<&'order str>, Unfit> {
    if !routes.services.contains_key(&order.service) {
        let message = "no service of this name is configured";
        return Err(unfit(
            "",
            "unknown_service",
            "service",
            message,
            WhoActs::Shop,
        ));
    }
    if let Some(account) = &order.account {
        return Ok(vec![account]);
    }
    let mut of_service = routes.of_service(order);
    let matching = of_service
        .clone()
        .find(|route| any_or(&route.countries, &order.recipient.country));
    match matching {
        Some(route) => Ok(route.accounts.iter().map(String::as_str).collect()),
        None if of_service.next().is_some() => Err(unfit(
            "",
            "country_not_served",
            "recipient.country",
            "no route takes this service to this country",
            WhoActs::Shop,
        )),
        None => Err(unfit(
            "",
            "no_route",
            "service",
            "no route takes this service from this site for this shop",
            WhoActs::Transport,
        )),
    }
}

fn candidate(
    routes: &Routes,
    order: &Order,
    (site, timetable): (&Site, &Timetable),
    id: &str,
    now: Timestamp,
) -> Result<Candidate, Unfit> {
    let Some((account, profile)) = routes.account(id) else {
        let message = "no account of this name is configured";
        return Err(unfit(
            id,
            "unknown_account",
            "account",
            message,
            WhoActs::Shop,
        ));
    };
    let Chosen { product, terms } = fit::choose(order, site, account, profile)?;
    let truck = timetable.next_pickups(id, now, order.ship_on).next();
    let Some(truck) = truck else {
        let message = "no truck of this site takes this account's parcels in the next weeks";
        return Err(unfit(
            id,
            "no_truck",
            "ship_from",
            message,
            WhoActs::Transport,
        ));
    };
    fit::check_validity(account, truck.ship_on)?;
    let (transit_days, delivered_by) = (terms.transit_days, terms.delivered_by);
    let delivery =
        timetable.estimated_delivery(truck.ship_on, transit_days, delivered_by, &order.options);
    Ok(Candidate {
        account: account.id.clone(),
        carrier: profile.name.to_owned(),
        product: product.code.to_owned(),
        product_name: product.name.to_owned(),
        environment: account.environment.name().to_owned(),
        book_by: book_by(order, &truck, now),
        hand_over_at: truck.hand_over_at.to_string(),
        ship_on: truck.ship_on,
        delivery,
        feasible: order.deliver_by.is_none_or(|promise| delivery <= promise),
        reference_max: profile.reference_max,
        line: Line::default(),
    })
}

/// The truck's cut-off, or the shop's own limit when that is earlier. A limit of the shop that has
/// passed bounds nothing any more: the truck can still be caught.
fn book_by(order: &Order, truck: &Truck, now: Timestamp) -> Option<Timestamp> {
    let wish = order.book_by.filter(|limit| *limit >= now);
    match (truck.book_by, wish) {
        (Some(cut_off), Some(limit)) => Some(cut_off.min(limit)),
        (cut_off, limit) => cut_off.or(limit),
    }
}
