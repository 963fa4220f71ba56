//! What orders are routed by: calendars, sites with their trucks, services and routes.

use jiff::civil::{self, Date, Time};
use serde::Deserialize;

/// `[[calendars]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Its name.
    pub id: String,
    /// Days on which no truck leaves and nothing is delivered.
    #[serde(default)]
    pub closed: Vec<Date>,
}

/// `[[sites]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Site {
    pub id: String,
    pub name: String,
    pub street: Vec<String>,
    pub postal_code: String,
    pub city: String,
    pub country: String,
    pub phone: String,
    pub email: Option<String>,
    /// IANA name.
    pub time_zone: String,
    /// Id of a calendar.
    pub calendar: Option<String>,
    /// Trucks; without any, booked for today and bounded by no cut-off.
    #[serde(default)]
    pub pickups: Vec<Pickup>,
}

/// `[[sites.pickups]]`: a truck.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pickup {
    /// Accounts whose parcels it takes.
    pub accounts: Vec<String>,
    /// Week days on which it comes.
    pub days: Vec<Weekday>,
    /// Last moment to have a label, local time.
    pub cut_off: Time,
    /// When it leaves, local time.
    pub truck: Time,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// The week day of this date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            civil::Weekday::Monday => Self::Mon,
            civil::Weekday::Tuesday => Self::Tue,
            civil::Weekday::Wednesday => Self::Wed,
            civil::Weekday::Thursday => Self::Thu,
            civil::Weekday::Friday => Self::Fri,
            civil::Weekday::Saturday => Self::Sat,
            civil::Weekday::Sunday => Self::Sun,
        }
    }
}

/// `[services.NAME]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// Bounds an order that names no `deliver_by`, in hours.
    pub max_age_h: u32,
}

impl Default for Service {
    fn default() -> Self {
        Self { max_age_h: 24 }
    }
}

/// `[[routes]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The service it is for.
    pub service: String,
    /// Countries of the consignee; empty: all.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Sites; empty: all.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Shops; empty: all.
    #[serde(default)]
    pub shops: Vec<String>,
    /// Accounts, in the order they are tried.
    pub accounts: Vec<String>,
    /// An account that each order is mapped for too, only to count what it would refuse.
    pub shadow: Option<String>,
}
