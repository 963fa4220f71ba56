//! Cut-offs, closed days, changes to and from summer time, and working days.

use super::*;
use crate::config::example;
use jiff::civil::date;

const MONDAY: &str = "2026-11-23";

fn timetable(change: impl FnOnce(&mut Site)) -> Timetable {
    let mut config = example::config();
    change(&mut config.sites[0]);
    Timetable::of(&config.sites[0], &config.calendars).expect("a timetable")
}

fn lille() -> Timetable {
    timetable(|_| {})
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn first(table: &Timetable, now: &str, not_before: Option<Date>) -> Option<(String, Date)> {
    let truck = table.next_pickups("dhl", at(now), not_before).next()?;
    Some((truck.hand_over_at.to_string(), truck.ship_on))
}

#[test]
fn until_its_cut_off_todays_truck_is_caught_and_then_tomorrows() {
    let table = lille();
    let cut_off = at("2026-11-23T17:30:00+01:00");
    let today = table
        .next_pickups("dhl", cut_off, None)
        .next()
        .expect("a truck");
    assert_eq!(today.book_by, Some(cut_off));
    assert_eq!(today.ship_on.to_string(), MONDAY);
    assert_eq!(
        today.hand_over_at.to_string(),
        "2026-11-23T18:00:00+01:00[Europe/Paris]"
    );
    let missed = first(&table, "2026-11-23T17:30:01+01:00", None).expect("a truck");
    assert_eq!(missed.1, date(2026, 11, 24));
}

#[test]
fn the_day_is_the_sites_day_not_utcs() {
    let late_in_utc = first(&lille(), "2026-11-23T23:30:00Z", None).expect("a truck");
    assert_eq!(late_in_utc.1, date(2026, 11, 24));
    let new_york = timetable(|site| site.time_zone = "America/New_York".into());
    let early_in_utc = first(&new_york, "2026-11-24T01:00:00Z", None).expect("a truck");
    assert_eq!(early_in_utc.1, date(2026, 11, 24));
    let before = first(&new_york, "2026-11-23T22:00:00Z", None).expect("a truck");
    assert_eq!(before.1.to_string(), MONDAY);
}

#[test]
fn no_truck_leaves_on_closed_days_and_week_ends() {
    let after_christmas_eve = first(&lille(), "2026-12-24T18:00:00+01:00", None);
    assert_eq!(after_christmas_eve.expect("a truck").1, date(2026, 12, 28));
}

#[test]
fn a_day_fixed_by_the_shop_is_waited_for_and_a_past_one_is_not() {
    let table = lille();
    let day = |fixed| {
        first(&table, "2026-11-23T09:00:00+01:00", Some(fixed))
            .expect("a truck")
            .1
    };
    assert_eq!(day(date(2026, 11, 26)), date(2026, 11, 26));
    assert_eq!(day(date(2026, 11, 28)), date(2026, 11, 30));
    assert_eq!(day(date(2020, 1, 1)).to_string(), MONDAY);
}

#[test]
fn cut_offs_follow_the_clocks_of_the_site() {
    let summer = first(&lille(), "2026-10-23T12:00:00Z", None)
        .expect("a truck")
        .0;
    assert_eq!(summer, "2026-10-23T18:00:00+02:00[Europe/Paris]");
    let winter = first(&lille(), "2026-10-26T12:00:00Z", None)
        .expect("a truck")
        .0;
    assert_eq!(winter, "2026-10-26T18:00:00+01:00[Europe/Paris]");
    let skipped_hour = timetable(|site| {
        site.pickups[0].days = vec![Weekday::Sun];
        site.pickups[0].cut_off = time(2, 30, 0, 0);
        site.pickups[0].truck = time(2, 45, 0, 0);
    });
    let now = at("2027-03-27T12:00:00Z");
    let truck = skipped_hour
        .next_pickups("dhl", now, None)
        .next()
        .expect("a truck");
    assert_eq!(
        truck.hand_over_at.to_string(),
        "2027-03-28T03:45:00+02:00[Europe/Paris]"
    );
    assert_eq!(truck.book_by, Some(at("2027-03-28T03:30:00+02:00")));
}

#[test]
fn of_several_trucks_the_first_that_can_be_caught_comes_first() {
    let table = timetable(|site| {
        let mut noon = site.pickups[0].clone();
        noon.cut_off = time(11, 30, 0, 0);
        noon.truck = time(12, 0, 0, 0);
        site.pickups.push(noon);
    });
    let hours = |now| {
        let trucks = table.next_pickups("dhl", at(now), None);
        trucks
            .take(3)
            .map(|truck| truck.hand_over_at.hour())
            .collect::<Vec<_>>()
    };
    assert_eq!(hours("2026-11-23T09:00:00+01:00"), [12, 18, 12]);
    assert_eq!(hours("2026-11-23T12:00:00+01:00"), [18, 12, 18]);
}

#[test]
fn a_truck_takes_only_the_parcels_of_its_accounts() {
    assert_eq!(
        lille()
            .next_pickups("ups", at("2026-11-23T09:00:00Z"), None)
            .next(),
        None
    );
}

#[test]
fn a_site_without_trucks_hands_over_soon_but_never_in_the_past() {
    let table = timetable(|site| site.pickups.clear());
    let now = at("2026-11-23T20:01:00+01:00");
    let trucks: Vec<Truck> = table.next_pickups("anybody", now, None).collect();
    assert_eq!(trucks.len(), 1);
    assert_eq!(trucks[0].book_by, None);
    assert_eq!(
        trucks[0].hand_over_at.to_string(),
        "2026-11-23T20:30:00+01:00[Europe/Paris]"
    );
    let midnight = first(&table, "2026-11-23T23:50:00+01:00", None).expect("a truck");
    assert_eq!(midnight.1, date(2026, 11, 24));
    let fixed = first(
        &table,
        "2026-11-23T20:01:00+01:00",
        Some(date(2026, 11, 25)),
    );
    assert_eq!(
        fixed.expect("a truck").0,
        "2026-11-25T12:00:00+01:00[Europe/Paris]"
    );
}

#[test]
fn a_site_that_is_closed_for_weeks_has_no_truck() {
    let table = timetable(|site| site.pickups[0].days.clear());
    assert_eq!(first(&table, "2026-11-23T09:00:00Z", None), None);
}

#[test]
fn delivery_counts_working_days_from_the_truck() {
    let delivery = |ship_on, transit_days, options: &[ServiceOption]| {
        let options = options.iter().copied().collect();
        lille().estimated_delivery(ship_on, transit_days, time(13, 0, 0, 0), &options)
    };
    let friday = date(2026, 11, 27);
    assert_eq!(
        delivery(date(2026, 11, 23), 1, &[]),
        at("2026-11-24T13:00:00+01:00")
    );
    assert_eq!(delivery(friday, 1, &[]), at("2026-11-30T13:00:00+01:00"));
    let saturday = [ServiceOption::SaturdayDelivery];
    assert_eq!(
        delivery(friday, 1, &saturday),
        at("2026-11-28T13:00:00+01:00")
    );
    let monday = [ServiceOption::MondayDelivery];
    assert_eq!(
        delivery(friday, 1, &monday),
        at("2026-11-30T13:00:00+01:00")
    );
    let christmas_eve = date(2026, 12, 24);
    assert_eq!(
        delivery(christmas_eve, 1, &[]),
        at("2026-12-28T13:00:00+01:00")
    );
    assert_eq!(
        delivery(christmas_eve, 2, &[]),
        at("2026-12-29T13:00:00+01:00")
    );
    assert_eq!(delivery(friday, 0, &[]), at("2026-11-27T13:00:00+01:00"));
}

#[test]
fn a_delivery_beyond_every_calendar_is_never() {
    let never = lille().estimated_delivery(Date::MAX, 1, time(13, 0, 0, 0), &BTreeSet::new());
    assert_eq!(never, Timestamp::MAX);
}
