//! What is wrong, from what is known: facts in, alarms out. No clock, no I/O, nothing printed.

mod accounts;

use jiff::Timestamp;
use serde::Serialize;

use super::facts::{Books, Bus, Facts, is_past, span};
use crate::cli::orders::moment;
use crate::life::{State, earlier, later};

/// How soon somebody must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Parcels miss their truck, or nothing works.
    Now,
    /// Somebody must act, but not out of bed.
    Soon,
    /// It mends itself, or was meant so: to be known.
    Watch,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// How soon somebody must act.
    pub urgency: Urgency,
    /// What is wrong.
    pub what: String,
    /// Since when; none: nobody can know.
    pub since: Option<Timestamp>,
    /// What happens if nothing is done.
    pub otherwise: String,
    /// What to type.
    pub command: String,
}

const OPEN_ORDERS: &str =
    "diligence orders list --state waiting --state in_doubt --state unlabelled --state parked";

/// All alarms, the most urgent first.
pub fn raise(facts: &Facts) -> Vec<Alarm> {
    let mut alarms = of_ledger(facts);
    let ledger_fails = !alarms.is_empty();
    // A worker makes the ledger that is missing: one alarm is enough.
    let worker = of_worker(facts, ledger_fails).filter(|_| !facts.ledger.missing);
    let works = worker.is_none() && !ledger_fails;
    alarms.extend(worker);
    alarms.extend(of_bus(facts, works));
    if let Ok(books) = &facts.ledger.books {
        alarms.extend(of_trucks(facts, books));
        alarms.extend(of_parked(facts, books));
        alarms.extend(of_doubt(facts, books));
        alarms.extend(of_untold(facts, books, works));
    }
    alarms.extend(accounts::all(facts));
    alarms.sort_by_key(|alarm| alarm.urgency);
    alarms
}

fn of_ledger(facts: &Facts) -> Vec<Alarm> {
    let ledger = &facts.ledger;
    let alarm = |what, otherwise: &str, command: &str| Alarm {
        urgency: Urgency::Now,
        what,
        since: None,
        otherwise: otherwise.to_owned(),
        command: command.to_owned(),
    };
    let mut alarms = Vec::new();
    if let Err(why) = &ledger.books {
        let command = if ledger.missing {
            "diligence worker"
        } else {
            &ledger.look
        };
        let otherwise =
            "nothing is taken in or booked, and nobody knows which orders miss their truck";
        alarms.push(alarm(
            format!("the ledger cannot be read: {why}"),
            otherwise,
            command,
        ));
    } else if let Err(why) = &ledger.writable {
        let what = format!("the ledger cannot be written: {why}");
        let otherwise = "orders stay in the queue, nothing is booked, nothing new is told";
        alarms.push(Alarm {
            since: last_written(facts),
            ..alarm(what, otherwise, &ledger.look)
        });
    }
    if let Err(why) = &ledger.room {
        let otherwise = "no order is booked; those that are open miss their truck";
        let command = format!("df -h {}", folder(&ledger.place));
        alarms.push(alarm(
            format!("the ledger has no room: {why}"),
            otherwise,
            &command,
        ));
    }
    alarms
}

/// A worker at work writes its sign of life every few seconds.
fn last_written(facts: &Facts) -> Option<Timestamp> {
    let latest = facts.ledger.books.as_ref().ok()?.workers.first()?;
    let at_work = latest.stopped_at.is_none() && facts.ledger.has_worker != Some(false);
    at_work.then_some(latest.seen_at)
}

fn folder(place: &str) -> &str {
    match place.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        Some(_) => "/",
        None => ".",
    }
}

/// Whether nobody works, or somebody only seems to.
fn of_worker(facts: &Facts, ledger_fails: bool) -> Option<Alarm> {
    let books = facts.ledger.books.as_ref().ok();
    let latest = books.and_then(|books| books.workers.first());
    let fresh = latest.is_some_and(|latest| {
        latest.stopped_at.is_none() && !is_past(latest.seen_at, facts.limits.silence, facts.now)
    });
    let last_sign = latest.map(|latest| latest.stopped_at.unwrap_or(latest.seen_at));
    let at_work = match facts.ledger.has_worker {
        Some(has_worker) => has_worker,
        // What cannot be read says nothing against it.
        None => fresh || books.is_none(),
    };
    if !at_work {
        return Some(Alarm {
            urgency: Urgency::Now,
            what: "no worker is running".into(),
            since: last_sign,
            otherwise: format!(
                "{}nothing is booked and no event leaves",
                waiting_orders(facts)
            ),
            command: "diligence worker".into(),
        });
    }
    // It gives no sign either when it cannot write.
    if fresh || ledger_fails || books.is_none() {
        return None;
    }
    // It has only just started.
    let since = last_sign.filter(|_| latest.is_some_and(|latest| latest.stopped_at.is_none()))?;
    Some(Alarm {
        urgency: Urgency::Now,
        what: "a worker has the ledger and gives no sign of life".into(),
        since: Some(since),
        otherwise: format!(
            "{}perhaps nothing is booked: stop it, start it",
            waiting_orders(facts)
        ),
        command: format!("fuser -v {}.worker.lock", facts.ledger.place),
    })
}

/// How many orders are affected, to stand before what happens to them.
fn waiting_orders(facts: &Facts) -> String {
    let queued = match &facts.bus {
        Bus::Known { depths, .. } => depths.orders.map_or(0, |depth| depth.messages),
        Bus::None | Bus::Trouble(_) => 0,
    };
    let books = facts.ledger.books.as_ref().ok();
    let open = books.map_or(0, |books| open(books));
    match (queued, open) {
        (0, 0) => String::new(),
        (queued, open) => {
            format!("{queued} messages wait in the queue, {open} orders in the ledger; ")
        }
    }
}

/// Orders that a worker must still do something for.
fn open(books: &Books) -> u64 {
    let open =
        |state: &State| !state.is_final() && !matches!(state, State::Parked | State::Unknown);
    let orders = books.gauges.orders.iter();
    orders
        .filter(|(state, _)| open(state))
        .map(|(_, count)| count)
        .sum()
}

fn of_bus(facts: &Facts, works: bool) -> Vec<Alarm> {
    let gauges = facts.ledger.books.as_ref().ok().map(|books| &books.gauges);
    let (depths, orders_queue, dead_queue) = match &facts.bus {
        Bus::None => return Vec::new(),
        Bus::Trouble(why) => {
            let untold = gauges.map_or(0, |gauges| gauges.unsent);
            return vec![Alarm {
                urgency: Urgency::Now,
                what: format!("the broker cannot be used: {why}"),
                since: gauges.and_then(|gauges| gauges.unsent_since),
                otherwise: format!(
                    "no order comes in and {untold} events wait in the ledger; what was taken in is booked all the same"
                ),
                command: "diligence topology check".into(),
            }];
        }
        Bus::Known {
            depths,
            orders_queue,
            dead_queue,
        } => (depths, orders_queue, dead_queue),
    };
    let alarm = |urgency, what, otherwise: &str, command: &str| Alarm {
        urgency,
        what,
        since: None,
        otherwise: otherwise.to_owned(),
        command: command.to_owned(),
    };
    let mut alarms = Vec::new();
    match depths.orders {
        None => alarms.push(alarm(
            Urgency::Now,
            format!("there is no queue {orders_queue}"),
            "paid orders are lost at the broker, which has nowhere to put them",
            "diligence topology declare",
        )),
        Some(depth) if works && depth.consumers == 0 => alarms.push(alarm(
            Urgency::Now,
            format!(
                "a worker runs, but nobody takes orders off {orders_queue} ({} wait)",
                depth.messages
            ),
            "no order comes in",
            "diligence topology check",
        )),
        Some(_) => {}
    }
    let waiting =
        |depth: Option<crate::bus::rabbitmq::Depth>| depth.map_or(0, |depth| depth.messages);
    if let dead @ 1.. = waiting(depths.dead) {
        alarms.push(alarm(
            Urgency::Soon,
            format!("messages that could not be read as orders: {dead} on {dead_queue}"),
            "what was ordered in them is not shipped, and the shop is not told",
            "diligence dead list",
        ));
    }
    if let unrouted @ 1.. = waiting(depths.unrouted) {
        alarms.push(alarm(
            Urgency::Soon,
            format!("events that no queue was bound for: {unrouted}"),
            "whoever should hear of these parcels does not: bind a queue, then move them there",
            "diligence topology check",
        ));
    }
    alarms
}

/// Orders that missed their truck, and those that soon will.
fn of_trucks(facts: &Facts, books: &Books) -> Vec<Alarm> {
    let (now, limits) = (facts.now, &facts.limits);
    let mut alarms = Vec::new();
    if books.gauges.late > 0 {
        alarms.push(Alarm {
            urgency: Urgency::Now,
            what: format!("orders without a label although their cut-off has passed: {}", books.gauges.late),
            since: books.late_since,
            otherwise: "they take a later truck if the promise allows, else they wait for a person; tell the warehouse".into(),
            command: OPEN_ORDERS.into(),
        });
    }
    let near = books.cut_offs.iter();
    let near = near.filter(|cut_off| cut_off.open > 0 && cut_off.at <= later(now, limits.near));
    alarms.extend(near.map(|cut_off| Alarm {
        urgency: Urgency::Now,
        what: format!(
            "cut-off {} at {} in {}: orders without a label: {}",
            cut_off.local,
            cut_off.site,
            span(now, cut_off.at),
            cut_off.open
        ),
        since: Some(earlier(cut_off.at, limits.near)),
        otherwise: format!(
            "from {} on they take the next account; without one they miss the truck",
            moment(earlier(cut_off.at, limits.margin))
        ),
        command: OPEN_ORDERS.into(),
    }));
    alarms
}

fn of_parked(facts: &Facts, books: &Books) -> Option<Alarm> {
    let since = books.parked.iter().map(|parked| parked.since).min()?;
    let count = books
        .gauges
        .orders
        .iter()
        .find(|(state, _)| *state == State::Parked);
    let count = count.map_or(0, |(_, count)| *count);
    let decide_by = books
        .parked
        .iter()
        .filter_map(|parked| parked.decide_by)
        .min();
    let presses = decide_by.is_some_and(|by| by <= later(facts.now, facts.limits.near));
    let otherwise = match decide_by {
        Some(by) if by <= facts.now => format!(
            "the first was to be decided by {}: its truck is gone",
            moment(by)
        ),
        Some(by) => format!(
            "after {} the first one misses its truck (in {})",
            moment(by),
            span(facts.now, by)
        ),
        None => "they stay where they are: nothing is shipped or told".into(),
    };
    Some(Alarm {
        urgency: if presses { Urgency::Now } else { Urgency::Soon },
        what: format!(
            "orders that wait for a person: {count} ({})",
            by_who_acts(books)
        ),
        since: Some(since),
        otherwise,
        command: "diligence parked list".into(),
    })
}

/// `operator 2, shop 1`.
pub fn by_who_acts(books: &Books) -> String {
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    for parked in &books.parked {
        *counts.entry(parked.who_acts.name().to_owned()).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(who, count)| format!("{who} {count}"))
        .collect();
    counts.join(", ")
}

fn of_doubt(facts: &Facts, books: &Books) -> Option<Alarm> {
    let count = books
        .gauges
        .orders
        .iter()
        .find(|(state, _)| *state == State::InDoubt);
    let count = count.map_or(0, |(_, count)| *count);
    if count == 0 {
        return None;
    }
    let since = books.gauges.in_doubt_since;
    let old = since.is_some_and(|since| is_past(since, facts.limits.doubt, facts.now));
    Some(Alarm {
        urgency: if old { Urgency::Soon } else { Urgency::Watch },
        what: format!("bookings in doubt: {count}"),
        since,
        otherwise: if old {
            "the carrier does not say what became of them: they are looked up again and again, then wait for a person"
        } else {
            "they are looked up by their reference until that settles it; nothing is sent again blindly"
        }
        .into(),
        command: "diligence orders list --state in_doubt".into(),
    })
}

/// Events that do not leave, labels that are not printed.
fn of_untold(facts: &Facts, books: &Books, works: bool) -> Vec<Alarm> {
    // Without a worker or a broker that is no news.
    if !works || matches!(facts.bus, Bus::Trouble(_)) {
        return Vec::new();
    }
    let gauges = &books.gauges;
    let old = |since: &Timestamp| is_past(*since, facts.limits.untold, facts.now);
    let unsent = gauges.unsent_since.filter(old).map(|since| Alarm {
        urgency: Urgency::Soon,
        what: format!("events that do not leave: {}", gauges.unsent),
        since: Some(since),
        otherwise: "nobody hears of these parcels; they are told once the broker takes them".into(),
        command: "diligence topology check".into(),
    });
    let unprinted = gauges.unprinted_since.filter(old).map(|since| Alarm {
        urgency: Urgency::Soon,
        what: format!(
            "labels that are not in the print folder: {}",
            gauges.unprinted
        ),
        since: Some(since),
        otherwise: "they are not printed, and the events of their orders wait".into(),
        command: format!("ls -ld {}", facts.print_folder.as_deref().unwrap_or(".")),
    });
    unprinted.into_iter().chain(unsent).collect()
}
