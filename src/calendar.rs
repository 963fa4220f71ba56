//! Which trucks a site's parcels can still catch, and when a parcel would arrive. Pure: no clock.
//!
//! Local times of the site count, whatever the clocks do: 17:30 is 17:30 on both sides of a change
//! to summer time. Which account takes an order is asked in `routing`.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use carrier_sdk::ServiceOption;
use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, ToSpan, Unit, ZonedDateTime, ZonedDateTimeRound};

use crate::config::{Calendar, Pickup, Site, Weekday};

/// How far ahead a truck is looked for, in days. No carrier books further ahead than ten.
const DAYS_AHEAD: usize = 30;
/// How far ahead a working day is looked for, in days.
const WORKING_DAYS_AHEAD: usize = 60;
/// At a site without trucks: how long after booking the parcels are said to leave, in minutes.
const HAND_OVER_IN_MIN: i64 = 15;
/// At a site without trucks: when they leave on a later day.
const HAND_OVER_LATER: Time = time(12, 0, 0, 0);

/// A truck that can be caught.
#[derive(Debug, Clone, PartialEq)]
pub struct Truck {
    /// Its cut-off: the last moment to have a label; none: nothing bounds it.
    pub book_by: Option<Timestamp>,
    /// When it leaves, in the site's time zone.
    pub hand_over_at: ZonedDateTime,
    /// The day it leaves.
    pub ship_on: Date,
}

/// The last moment to have a label for a truck.
#[derive(Debug, Clone, PartialEq)]
pub struct CutOff {
    /// When, in the site's time zone.
    pub at: ZonedDateTime,
    /// Accounts whose parcels the truck takes.
    pub accounts: Vec<String>,
}

/// The trucks of a site and the days it is open.
#[derive(Debug, Clone)]
pub struct Timetable {
    zone: TimeZone,
    closed: BTreeSet<Date>,
    pickups: Vec<Pickup>,
}

impl Timetable {
    /// The timetable of this site.
    ///
    /// # Errors
    /// When its time zone does not exist.
    pub fn of(site: &Site, calendars: &[Calendar]) -> Result<Self, jiff::Error> {
        let mut pickups = site.pickups.clone();
        pickups.sort_by_key(|pickup| (pickup.cut_off, pickup.truck));
        let calendar = calendars
            .iter()
            .find(|calendar| site.calendar.as_ref() == Some(&calendar.id));
        Ok(Self {
            zone: TimeZone::get(&site.time_zone)?,
            closed: calendar
                .map(|calendar| calendar.closed.iter().copied().collect())
                .unwrap_or_default(),
            pickups,
        })
    }

    /// The trucks that take this account's parcels and can still be caught, soonest first; none on
    /// a day before `not_before`.
    ///
    /// A site that knows no trucks at all has one for everybody, today and without a cut-off.
    pub fn next_pickups<'table>(
        &'table self,
        account: &'table str,
        now: Timestamp,
        not_before: Option<Date>,
    ) -> impl Iterator<Item = Truck> + 'table {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let first = not_before.map_or(today, |day| day.max(today));
        let at_once = self.pickups.is_empty().then(|| self.at_once(now, first));
        let scheduled = first
            .series(1.day())
            .take(DAYS_AHEAD)
            .filter(|day| !self.closed.contains(day))
            .flat_map(move |day| self.trucks_on(day, account))
            .filter(move |truck| truck.book_by.is_none_or(|cut_off| cut_off >= now));
        at_once.flatten().into_iter().chain(scheduled)
    }

    /// The cut-offs to come, of all accounts, soonest first.
    pub fn cut_offs(&self, now: Timestamp) -> impl Iterator<Item = CutOff> + '_ {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let days = today.series(1.day()).take(DAYS_AHEAD);
        let open = days.filter(|day| !self.closed.contains(day));
        let all = open.flat_map(move |day| {
            let comes = move |pickup: &&Pickup| pickup.days.contains(&Weekday::of(day));
            let pickups = self.pickups.iter().filter(comes);
            pickups.filter_map(move |pickup| {
                Some(CutOff {
                    at: self.at(day, pickup.cut_off)?,
                    accounts: pickup.accounts.clone(),
                })
            })
        });
        all.filter(move |cut_off| cut_off.at.timestamp() >= now)
    }

    fn trucks_on<'table>(
        &'table self,
        day: Date,
        account: &'table str,
    ) -> impl Iterator<Item = Truck> + 'table {
        let comes = move |pickup: &&Pickup| {
            pickup.days.contains(&Weekday::of(day))
                && pickup.accounts.iter().any(|id| id == account)
        };
        self.pickups.iter().filter(comes).filter_map(move |pickup| {
            Some(Truck {
                book_by: Some(self.at(day, pickup.cut_off)?.timestamp()),
                hand_over_at: self.at(day, pickup.truck)?,
                ship_on: day,
            })
        })
    }

    /// Carriers refuse a hand-over in the past, and "now" has passed when they read it.
    fn at_once(&self, now: Timestamp, day: Date) -> Option<Truck> {
        let quarter = ZonedDateTimeRound::new()
            .smallest(Unit::Minute)
            .increment(15)
            .mode(RoundMode::Ceil);
        let soon = now.checked_add(HAND_OVER_IN_MIN.minutes()).ok()?;
        let soon = soon
            .to_zoned_datetime(self.zone.clone())
            .round(quarter)
            .ok()?;
        let hand_over_at = if day > soon.date() {
            self.at(day, HAND_OVER_LATER)?
        } else {
            soon
        };
        Some(Truck {
            book_by: None,
            ship_on: hand_over_at.date(),
            hand_over_at,
        })
    }

    /// When a parcel that leaves on this day arrives: so many working days later, by that time.
    ///
    /// Saturday is a working day for parcels sold with Saturday delivery; Monday is one anyway.
    /// The site's closed days count for the consignee too: no other calendar is known.
    #[must_use]
    pub fn estimated_delivery(
        &self,
        ship_on: Date,
        transit_days: u32,
        delivered_by: Time,
        options: &BTreeSet<ServiceOption>,
    ) -> Timestamp {
        let saturday = options.contains(&ServiceOption::SaturdayDelivery);
        let mut day = Some(ship_on);
        for _ in 0..transit_days {
            day = day.and_then(|day| self.next_working_day(day, saturday));
        }
        let arrival = day.and_then(|day| self.at(day, delivered_by));
        // A day that no calendar reaches keeps no promise.
        arrival.map_or(Timestamp::MAX, |arrival| arrival.timestamp())
    }

    fn next_working_day(&self, after: Date, saturday: bool) -> Option<Date> {
        let mut days = after.series(1.day()).skip(1).take(WORKING_DAYS_AHEAD);
        days.find(|day| {
            let works = match Weekday::of(*day) {
                Weekday::Sun => false,
                Weekday::Sat => saturday,
                _ => true,
            };
            works && !self.closed.contains(day)
        })
    }

    /// In the hour that a change to summer time skips, the same time after it.
    fn at(&self, day: Date, time: Time) -> Option<ZonedDateTime> {
        day.to_datetime(time)
            .to_zoned_datetime(self.zone.clone())
            .ok()
    }
}
