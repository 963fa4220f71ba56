//! `strays list`: waybills that exist, or may exist, and that no order wants: what the carrier's
//! invoice is checked against.

use clap::Subcommand;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::config::Source;
use super::ending::{Ending, Failure};
use super::orders::moment;
use super::table::Row;
use super::{Form, gateway, output};
use crate::ledger::Ledger;
use crate::life::{Booking, Life, Standing};

/// How far back is looked unless it is said: the invoice of last month comes this month.
const DAYS_BACK: i64 = 62;

/// `diligence strays ...`
#[derive(Subcommand)]
pub enum Command {
    /// List them: account, reference, numbers, since when, voided or not
    List {
        /// Only those since this day (UTC); two months ago unless given
        #[arg(long, value_name = "DATE")]
        since: Option<Date>,
        #[command(flatten)]
        form: Form,
    },
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn run(command: Command, source: &Source) -> Result<Ending, Failure> {
    let Command::List { since, form } = command;
    let gateway = gateway::open_to_read(source).await?;
    let rows = strays(gateway.ledger.as_ref(), start(since, Timestamp::now())).await?;
    output::rows(form, &rows)?;
    Ok(Ending::Done)
}

fn start(since: Option<Date>, now: Timestamp) -> Timestamp {
    let day = since.and_then(|day| day.to_zoned_datetime(TimeZone::UTC).ok());
    let back = now.checked_sub(SignedDuration::from_hours(24 * DAYS_BACK));
    day.map_or(back.unwrap_or(Timestamp::MIN), |day| day.timestamp())
}

/// An unwanted waybill.
#[derive(Serialize)]
struct Stray {
    account: String,
    carrier: String,
    environment: String,
    carrier_reference: String,
    tracking_numbers: Vec<String>,
    since: Timestamp,
    state: &'static str,
    order: String,
    booking_no: u32,
}

impl Stray {
    fn of(life: &Life, booking: &Booking) -> Option<Self> {
        let state = match (booking.standing, &booking.numbers) {
            (Standing::Voided, _) => "voided",
            (Standing::Extra, _) => "being voided",
            (Standing::Stray, Some(_)) => "not voided",
            // It was given up in doubt: whether it exists is not known.
            (Standing::Stray, None) => "may exist",
            _ => return None,
        };
        Some(Self {
            account: booking.account.clone(),
            carrier: booking.carrier.clone(),
            environment: booking.environment.clone(),
            carrier_reference: booking.reference.clone(),
            tracking_numbers: tracking_numbers(booking),
            since: booking.unwanted_since?,
            state,
            order: life.key.to_string(),
            booking_no: booking.n,
        })
    }
}

fn tracking_numbers(booking: &Booking) -> Vec<String> {
    let Some(numbers) = &booking.numbers else {
        return Vec::new();
    };
    let mut all = vec![numbers.tracking_number.clone()];
    for parcel in &numbers.parcels {
        if !all.contains(&parcel.tracking_number) {
            all.push(parcel.tracking_number.clone());
        }
    }
    all
}

impl Row for Stray {
    const HEADINGS: &'static [&'static str] =
        &["Account", "Reference", "Numbers", "Since", "State", "Order"];

    fn cells(&self) -> Vec<String> {
        vec![
            format!("{} ({})", self.account, self.environment),
            self.carrier_reference.clone(),
            self.tracking_numbers.join("\n"),
            moment(self.since),
            self.state.to_owned(),
            self.order.clone(),
        ]
    }
}

/// Oldest first, by account: the order of an invoice.
async fn strays(ledger: &dyn Ledger, since: Timestamp) -> Result<Vec<Stray>, Failure> {
    let lives = ledger.set_aside(since).await?;
    let bookings = lives
        .iter()
        .flat_map(|life| life.bookings.iter().map(move |booking| (life, booking)));
    let mut strays: Vec<Stray> = bookings
        .filter_map(|(life, booking)| Stray::of(life, booking))
        .filter(|stray| stray.since >= since)
        .collect();
    strays.sort_by(|one, other| (&one.account, one.since).cmp(&(&other.account, other.since)));
    Ok(strays)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ledger::Kept;
    use crate::ledger::conformance::{Desk, answered, booked, cancel, change, reason, voided};
    use crate::ledger::sqlite::tests::File;
    use crate::life::{Decided, Decision, Event, Looked, LookedUp, Outcome};
    use crate::order::Key;

    const HOUR: Duration = Duration::from_secs(3600);

    async fn listed(desk: &Desk, since: Timestamp) -> Vec<(&'static str, String)> {
        let rows = strays(desk.ledger.as_ref(), since).await.expect("read");
        let rows = rows.into_iter();
        rows.map(|row| (row.state, row.tracking_numbers.join(" ")))
            .collect()
    }

    /// An order in doubt that a person cancelled; the fence of its booking request.
    async fn cancelled_in_doubt(desk: &Desk) -> (Key, u64) {
        let key = desk.receive("A-1").await;
        let fence = desk.claim(&key).await.life.fence;
        let lost = Outcome::Unknown(reason("timeout"));
        desk.one(answered(&key, fence, lost)).await;
        desk.pass(HOUR);
        let looking = desk.claim(&key).await;
        let denied = Event::LookedUp(LookedUp {
            n: 1,
            fence: looking.life.fence,
            result: Looked::Denied(reason("no_look_up")),
            again_in: HOUR,
        });
        desk.one(change(&key, denied, Kept::default())).await;
        let cancel = Event::Decided(Decided {
            decision: Decision::Cancel,
            actor: "ana".into(),
            reason: "the buyer does not want it".into(),
        });
        desk.one(change(&key, cancel, Kept::default())).await;
        (key, fence)
    }

    #[tokio::test]
    async fn a_booking_given_up_in_doubt_may_exist_and_is_listed_with_its_fate() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        let (key, fence) = cancelled_in_doubt(&desk).await;
        let since = desk.now();
        assert_eq!(listed(&desk, since).await, [("may exist", String::new())]);
        desk.pass(HOUR);
        desk.one(booked(&key, fence, "1001")).await;
        let extra = ("being voided", "1001".to_owned());
        assert_eq!(listed(&desk, since).await, [extra]);
        let void = desk.claim(&key).await.life.fence;
        desk.one(voided(&key, void)).await;
        let voided = ("voided", "1001".to_owned());
        assert_eq!(listed(&desk, since).await, [voided]);
        assert!(listed(&desk, desk.now()).await.is_empty(), "it was earlier");
    }

    #[tokio::test]
    async fn what_was_voided_because_the_order_was_cancelled_is_no_stray() {
        let file = File::new();
        let desk = Desk::open(&file).await;
        let key = desk.book("A-1", "1001").await;
        desk.one(cancel(&key)).await;
        let fence = desk.claim(&key).await.life.fence;
        desk.one(voided(&key, fence)).await;
        assert!(listed(&desk, Timestamp::MIN).await.is_empty());
    }
}
