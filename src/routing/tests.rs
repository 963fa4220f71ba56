//! Which account takes which order, and what is said when none can.

use carrier_sdk::ServiceOption;
use jiff::civil::{Date, date, time};

use super::*;
use crate::config::example::{self, PROFILES};
use crate::order::sample;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn morning() -> Timestamp {
    at("2026-11-23T09:12:00Z")
}

fn routes(change: impl FnOnce(&mut Config)) -> Routes {
    let mut config = example::config();
    change(&mut config);
    Routes::new(&config, &PROFILES).expect("routes")
}

fn order(change: impl FnOnce(&mut Order)) -> Order {
    let mut order = sample::order();
    change(&mut order);
    order
}

fn accounts(plan: &Plan) -> Vec<&str> {
    let candidates = plan.candidates.iter();
    candidates
        .map(|candidate| candidate.account.as_str())
        .collect()
}

/// Accounts that cannot take it: account, code, field, who acts.
fn reasons(plan: &Plan) -> Vec<(&str, &str, &str, WhoActs)> {
    plan.unfit
        .iter()
        .map(|unfit| {
            let field = unfit.field.as_deref().unwrap_or_default();
            (
                unfit.account.as_str(),
                unfit.code.as_str(),
                field,
                unfit.who_acts,
            )
        })
        .collect()
}

#[test]
fn the_accounts_of_the_route_are_tried_in_its_order() {
    let plan = plan(&routes(|_| {}), &sample::order(), morning());
    assert_eq!(accounts(&plan), ["chronopost", "dhl"]);
    assert!(plan.unfit.is_empty());
    let first = &plan.candidates[0];
    assert_eq!(
        (first.product.as_str(), first.product_name.as_str()),
        ("01", "Chrono 13")
    );
    assert_eq!(
        (first.carrier.as_str(), first.environment.as_str()),
        ("chronopost", "test")
    );
    assert_eq!(first.book_by, Some(at("2026-11-23T17:30:00+01:00")));
    assert_eq!(
        first.hand_over_at,
        "2026-11-23T18:00:00+01:00[Europe/Paris]"
    );
    assert_eq!(first.ship_on, date(2026, 11, 23));
    assert_eq!(first.delivery, at("2026-11-24T13:00:00+01:00"));
    assert!(first.feasible);
}

#[test]
fn an_account_that_keeps_the_promise_comes_before_one_that_does_not() {
    let routes = routes(|config| config.accounts[1].products[0].transit_days = 2);
    let plan = plan(&routes, &sample::order(), morning());
    assert_eq!(accounts(&plan), ["dhl", "chronopost"]);
    assert!(!plan.candidates[1].feasible);
}

#[test]
fn a_contract_counts_on_the_day_the_truck_leaves() {
    let valid = |from: Option<Date>, to: Option<Date>| {
        let routes = routes(|config| {
            config.accounts[0].valid_from = from;
            config.accounts[0].valid_to = to;
        });
        let plan = plan(&routes, &sample::order(), morning());
        match plan.unfit.first() {
            None => accounts(&plan).join(","),
            Some(unfit) => {
                assert_eq!(unfit.who_acts, WhoActs::Transport);
                format!("{}: {}", unfit.account, unfit.message)
            }
        }
    };
    let (before, truck, after) = (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24));
    assert_eq!(valid(Some(truck), Some(truck)), "chronopost,dhl");
    assert_eq!(
        valid(None, Some(before)),
        "dhl: the contract ended on 2026-11-22"
    );
    assert_eq!(
        valid(Some(after), None),
        "dhl: the contract begins on 2026-11-24"
    );
}

#[test]
fn an_order_without_a_promise_is_always_in_time() {
    let order = order(|order| order.deliver_by = None);
    let plan = plan(&routes(|_| {}), &order, morning());
    assert!(plan.candidates.iter().all(|candidate| candidate.feasible));
}

#[test]
fn the_first_route_that_matches_wins() {
    let special = |change: fn(&mut Route)| {
        let routes = routes(|config| {
            let mut route = config.routes[0].clone();
            route.accounts = vec!["dhl".into()];
            change(&mut route);
            config.routes.insert(0, route);
        });
        let plan = plan(&routes, &sample::order(), morning());
        accounts(&plan).join(",")
    };
    assert_eq!(special(|_| {}), "dhl");
    assert_eq!(special(|route| route.shops = vec!["fr".into()]), "dhl");
    assert_eq!(special(|route| route.sites = vec!["lille".into()]), "dhl");
    assert_eq!(special(|route| route.countries.clear()), "dhl");
    for miss in [
        |route: &mut Route| route.service = "slow".into(),
        |route: &mut Route| route.shops = vec!["de".into()],
        |route: &mut Route| route.sites = vec!["lyon".into()],
        |route: &mut Route| route.countries = vec!["BE".into()],
    ] {
        assert_eq!(special(miss), "chronopost,dhl");
    }
}

#[test]
fn an_order_can_ask_for_its_account() {
    let asks = |id: &str| order(|order| order.account = Some(id.into()));
    let routes = routes(|config| config.routes[0].accounts = vec!["dhl".into()]);
    assert_eq!(
        accounts(&plan(&routes, &asks("chronopost"), morning())),
        ["chronopost"]
    );
    let unknown = plan(&routes, &asks("ups"), morning());
    assert_eq!(
        reasons(&unknown),
        [("ups", "unknown_account", "account", WhoActs::Shop)]
    );
}

#[test]
fn what_is_not_configured_is_named_with_who_acts() {
    let reason = |change: fn(&mut Order)| {
        let plan = plan(&routes(|_| {}), &order(change), morning());
        assert!(plan.candidates.is_empty());
        let (account, code, field, who_acts) = reasons(&plan)[0];
        assert_eq!((account, plan.unfit.len()), ("", 1));
        (code.to_owned(), field.to_owned(), who_acts)
    };
    let named = |code: &str, field: &str, who_acts| (code.to_owned(), field.to_owned(), who_acts);
    assert_eq!(
        reason(|order| order.ship_from = "lyon".into()),
        named("unknown_site", "ship_from", WhoActs::Shop)
    );
    assert_eq!(
        reason(|order| order.service = "slow".into()),
        named("unknown_service", "service", WhoActs::Shop)
    );
    assert_eq!(
        reason(|order| order.recipient.country = "US".into()),
        named("country_not_served", "recipient.country", WhoActs::Shop)
    );
    let no_route = routes(|config| config.routes[0].shops = vec!["de".into()]);
    let no_route = plan(&no_route, &sample::order(), morning());
    assert_eq!(
        reasons(&no_route),
        [("", "no_route", "service", WhoActs::Transport)]
    );
}

#[test]
fn an_account_that_cannot_take_the_order_says_why_and_the_others_remain() {
    let unfit_of = |change: fn(&mut Order)| {
        let plan = plan(&routes(|_| {}), &order(change), morning());
        assert_eq!(accounts(&plan), ["dhl"]);
        let (account, code, field, who_acts) = reasons(&plan)[0];
        assert_eq!((account, who_acts), ("chronopost", WhoActs::Shop));
        format!("{code} {field}")
    };
    let too_many = |order: &mut Order| {
        let mut second = order.parcels[0].clone();
        second.id = "2".into();
        order.parcels.push(second);
    };
    assert_eq!(unfit_of(too_many), "too_many_parcels parcels");
    assert_eq!(
        unfit_of(|order| order.parcels[0].weight_g = 30_001),
        "too_heavy parcels[0].weight_g"
    );
    assert_eq!(
        unfit_of(|order| order.options = [ServiceOption::Signature].into()),
        "option_not_offered options"
    );
}

#[test]
fn an_account_needs_a_product_that_goes_there_and_a_truck() {
    let without_product = routes(|config| config.accounts[0].products.clear());
    let plan_without = plan(&without_product, &sample::order(), morning());
    assert_eq!(
        reasons(&plan_without),
        [("dhl", "no_product", "service", WhoActs::Transport)]
    );
    let abroad = routes(|config| config.routes[0].countries.clear());
    let to_germany = order(|order| order.recipient.country = "DE".into());
    let plan_abroad = plan(&abroad, &to_germany, morning());
    let country = "recipient.country";
    assert_eq!(
        reasons(&plan_abroad),
        [
            ("chronopost", "country_not_served", country, WhoActs::Shop),
            ("dhl", "country_not_served", country, WhoActs::Shop)
        ]
    );
    let no_truck = routes(|config| config.sites[0].pickups[0].accounts = vec!["dhl".into()]);
    let plan_no_truck = plan(&no_truck, &sample::order(), morning());
    assert_eq!(accounts(&plan_no_truck), ["dhl"]);
    assert_eq!(
        reasons(&plan_no_truck),
        [("chronopost", "no_truck", "ship_from", WhoActs::Transport)]
    );
}

#[test]
fn of_two_products_the_one_with_the_option_is_taken() {
    let routes = routes(|config| {
        let mut other = config.accounts[0].products[0].clone();
        other.countries = vec!["FR".into()];
        other.code = "U".into();
        config.accounts[0].products.insert(0, other);
    });
    let signed = order(|order| order.options = [ServiceOption::Signature].into());
    let plan = plan(&routes, &signed, morning());
    assert_eq!(plan.candidates[0].product, "N");
}

#[test]
fn the_shops_own_limit_counts_while_it_lies_ahead() {
    let book_by = |limit: &str| {
        let order = order(|order| order.book_by = Some(at(limit)));
        plan(&routes(|_| {}), &order, morning()).candidates[0].book_by
    };
    let cut_off = Some(at("2026-11-23T17:30:00+01:00"));
    assert_eq!(
        book_by("2026-11-23T12:00:00+01:00"),
        Some(at("2026-11-23T12:00:00+01:00"))
    );
    assert_eq!(book_by("2026-11-25T12:00:00+01:00"), cut_off);
    assert_eq!(book_by("2026-11-20T12:00:00+01:00"), cut_off);
    let no_trucks = routes(|config| config.sites[0].pickups.clear());
    let limited = order(|order| order.book_by = Some(at("2026-11-25T12:00:00Z")));
    let limited = plan(&no_trucks, &limited, morning());
    assert_eq!(
        limited.candidates[0].book_by,
        Some(at("2026-11-25T12:00:00Z"))
    );
}

#[test]
fn the_later_plan_takes_the_trucks_after_those_of_this_one() {
    let routes = routes(|config| {
        let mut evening = config.sites[0].pickups[0].clone();
        evening.accounts = vec!["dhl".into()];
        evening.cut_off = time(19, 0, 0, 0);
        evening.truck = time(19, 30, 0, 0);
        config.sites[0].pickups[0].accounts = vec!["chronopost".into()];
        config.sites[0].pickups.push(evening);
    });
    let now = plan(&routes, &sample::order(), morning());
    let later = plan_later(&routes, &sample::order(), morning(), &now);
    assert_eq!(accounts(&later), ["chronopost", "dhl"]);
    for candidate in &later.candidates {
        assert_eq!(candidate.ship_on, date(2026, 11, 24));
        assert!(!candidate.feasible);
    }
}

#[test]
fn the_deadline_is_the_promise_else_the_services_greatest_age() {
    let routes = routes(|config| {
        config
            .services
            .insert("slow".into(), Service { max_age_h: 72 });
    });
    let promised = sample::order();
    assert_eq!(
        Some(routes.deadline(&promised, morning())),
        promised.deliver_by
    );
    let open = order(|order| order.deliver_by = None);
    assert_eq!(
        routes.deadline(&open, morning()),
        at("2026-11-24T09:12:00Z")
    );
    let slow = order(|order| {
        order.deliver_by = None;
        order.service = "slow".into();
    });
    assert_eq!(
        routes.deadline(&slow, morning()),
        at("2026-11-26T09:12:00Z")
    );
    assert_eq!(routes.deadline(&open, Timestamp::MAX), Timestamp::MAX);
}

#[test]
fn a_configuration_that_was_not_checked_is_refused() {
    let mut config = example::config();
    config.accounts[0].carrier = "ups".into();
    let fault = Routes::new(&config, &PROFILES).err().expect("a fault");
    assert_eq!(fault.place, "accounts.dhl.carrier");
}
