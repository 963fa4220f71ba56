//! How `status` looks: at most so many lines of so many columns, the alarms first; or as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::alarms::{Alarm, Urgency, by_who_acts};
use super::facts::{Account, Books, Bus, Facts, Line, span};
use crate::bus::rabbitmq::Depth;
use crate::cli::orders::moment;
use crate::life::State;

/// Columns.
const WIDTH: usize = 100;
/// Lines in a bad night.
const LINES: usize = 40;
/// Accounts that have a line of their own.
const ACCOUNTS: usize = 5;

/// The screen; `program` is how we were called.
pub fn text(facts: &Facts, alarms: &[Alarm], program: &str) -> String {
    let figures = figures(facts);
    let mut lines = wrapped(&verdict(facts, alarms), 0, 0);
    // The alarms have what the figures and a last word leave.
    let room = LINES.saturating_sub(figures.len() + 2);
    let mut left = alarms.len();
    for alarm in alarms {
        let told = alarm_lines(facts, alarm, program);
        if lines.len() + told.len() > room {
            break;
        }
        lines.extend(told);
        left -= 1;
    }
    if left > 0 {
        lines.push(format!("... and {left} more: {program} status --json"));
    }
    lines.push(String::new());
    lines.extend(figures);
    lines.join("\n")
}

fn verdict(facts: &Facts, alarms: &[Alarm]) -> String {
    let count = |urgency| {
        alarms
            .iter()
            .filter(|alarm| alarm.urgency == urgency)
            .count()
    };
    let (now, soon, watch) = (
        count(Urgency::Now),
        count(Urgency::Soon),
        count(Urgency::Watch),
    );
    let said = match (now, soon) {
        (0, 0) => "All is well".to_owned(),
        (0, soon) => format!("Needs somebody, not at once: {soon}"),
        (now, 0) => format!("NEEDS YOU NOW: {now}"),
        (now, soon) => format!("NEEDS YOU NOW: {now}, soon: {soon}"),
    };
    let watched = if watch > 0 {
        format!(", to be known: {watch}")
    } else {
        String::new()
    };
    format!("{said}{watched}. {}", moment(facts.now))
}

fn alarm_lines(facts: &Facts, alarm: &Alarm, program: &str) -> Vec<String> {
    let mark = match alarm.urgency {
        Urgency::Now => "NOW  ",
        Urgency::Soon => "soon ",
        Urgency::Watch => "know ",
    };
    let since = match alarm.since {
        Some(since) => format!("Since {} ({}). ", moment(since), span(since, facts.now)),
        None => "Since when: not known. ".to_owned(),
    };
    let mut lines = wrapped(&format!("{mark} {}", alarm.what), 0, 6);
    let otherwise = format!("{since}If nothing is done: {}.", alarm.otherwise);
    lines.extend(wrapped(&otherwise, 6, 6));
    let command = match alarm.command.strip_prefix("diligence ") {
        Some(rest) => format!("{program} {rest}"),
        None => alarm.command.clone(),
    };
    // Never broken: it is copied.
    lines.push(format!("      $ {command}"));
    lines
}

/// How things stand, one line each; what is nought is left out.
fn figures(facts: &Facts) -> Vec<String> {
    let mut lines = vec![bus(&facts.bus), ledger(facts)];
    if let Ok(books) = &facts.ledger.books {
        lines.extend(workers(facts, books));
        lines.extend(orders(facts, books));
    }
    lines.extend(accounts(facts));
    let row = |(name, said): (&str, String)| wrapped(&format!("{name:<10}{said}"), 0, 10);
    lines.into_iter().flat_map(row).collect()
}

type Figure = (&'static str, String);

fn bus(bus: &Bus) -> Figure {
    let count = |depth: &Option<Depth>| match depth {
        Some(depth) => depth.messages.to_string(),
        None => "no such queue".to_owned(),
    };
    let said = match bus {
        Bus::None => "none is configured".to_owned(),
        Bus::Trouble(_) => "cannot be used".to_owned(),
        Bus::Known { depths, .. } => format!(
            "orders {} (consumers {}), dead {}, unrouted {}",
            count(&depths.orders),
            depths.orders.map_or(0, |depth| depth.consumers),
            count(&depths.dead),
            count(&depths.unrouted)
        ),
    };
    ("bus", said)
}

fn ledger(facts: &Facts) -> Figure {
    let ledger = &facts.ledger;
    let mut said = format!("{} {}", ledger.kind, ledger.place);
    if let Ok(books) = &ledger.books {
        said += &format!(", {:.1} MiB", mebibytes(books.gauges.bytes));
    }
    match &ledger.room {
        Ok(Some(free)) => said += &format!(", {free} MiB free"),
        Ok(None) => {}
        Err(_) => said += ", no room",
    }
    ("ledger", said)
}

fn mebibytes(bytes: u64) -> f64 {
    // Tenths are exact enough, and never too large for a float.
    let tenths = u32::try_from(bytes / 104_858).unwrap_or(u32::MAX);
    f64::from(tenths) / 10.0
}

fn workers(facts: &Facts, books: &Books) -> Option<Figure> {
    // A worker that was killed has just given a sign.
    if facts.ledger.has_worker == Some(false) {
        return None;
    }
    let alive = books.workers.iter().filter(|worker| {
        let silent = super::facts::is_past(worker.seen_at, facts.limits.silence, facts.now);
        worker.stopped_at.is_none() && !silent
    });
    let alive: Vec<String> = alive
        .map(|worker| {
            format!(
                "{} for {}",
                worker.worker,
                span(worker.started_at, facts.now)
            )
        })
        .collect();
    let (shown, more) = (alive.iter().take(3), alive.len().saturating_sub(3));
    let mut said: Vec<String> = shown.cloned().collect();
    if more > 0 {
        said.push(format!("{more} more"));
    }
    (!said.is_empty()).then(|| ("workers", said.join(", ")))
}

fn orders(facts: &Facts, books: &Books) -> Vec<Figure> {
    let gauges = &books.gauges;
    let counted = gauges.orders.iter();
    let states: Vec<String> = counted
        .map(|(state, count)| format!("{} {count}", state.name().replace('_', " ")))
        .collect();
    let states = if states.is_empty() {
        "none yet".to_owned()
    } else {
        states.join(", ")
    };
    let mut figures = vec![("orders", states)];
    if let Some(waiting) = &books.waiting {
        let next = waiting.next_try.map_or_else(String::new, |next| {
            format!(", tried again in {}", span(facts.now, next))
        });
        let age = span(waiting.since, facts.now);
        figures.push((
            "waiting",
            format!("the oldest, {}, for {age}{next}", waiting.order),
        ));
    }
    let in_doubt = gauges
        .orders
        .iter()
        .find(|(state, _)| *state == State::InDoubt);
    if let (Some((_, count)), Some(since)) = (in_doubt, gauges.in_doubt_since) {
        let age = span(since, facts.now);
        figures.push(("in doubt", format!("{count}, the oldest for {age}")));
    }
    if !books.parked.is_empty() {
        let next = books
            .parked
            .iter()
            .filter_map(|parked| parked.decide_by)
            .min();
        let next = next.map_or_else(String::new, |by| format!("; decide by {}", moment(by)));
        figures.push(("parked", by_who_acts(books) + &next));
    }
    if gauges.strays > 0 {
        figures.push((
            "strays",
            format!("{} not voided: diligence strays list", gauges.strays),
        ));
    }
    figures.extend(queued(
        "outbox",
        "events",
        gauges.unsent,
        gauges.unsent_since,
        facts.now,
    ));
    let unprinted = (gauges.unprinted, gauges.unprinted_since);
    figures.extend(queued(
        "printing",
        "labels",
        unprinted.0,
        unprinted.1,
        facts.now,
    ));
    figures.extend(cut_offs(facts, books));
    figures
}

fn queued(
    name: &'static str,
    what: &str,
    count: u64,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Option<Figure> {
    let age = since.map_or_else(String::new, |since| {
        format!(", the oldest for {}", span(since, now))
    });
    (count > 0).then(|| (name, format!("{count} {what}{age}")))
}

fn cut_offs(facts: &Facts, books: &Books) -> Option<Figure> {
    let next = books.cut_offs.iter().take(4).map(|cut_off| {
        let (site, local, open) = (&cut_off.site, &cut_off.local, cut_off.open);
        let left = span(facts.now, cut_off.at);
        format!("{site} {local} in {left}: {open} open")
    });
    let said: Vec<String> = next.collect();
    (!said.is_empty()).then(|| ("cut-offs", said.join("; ")))
}

/// Those that cannot be used first, and a word about the others.
fn accounts(facts: &Facts) -> Vec<Figure> {
    let is_plain = |account: &&Account| matches!(account.line, Line::Open | Line::Unknown);
    let odd = facts.accounts.iter().filter(|account| !is_plain(account));
    let plain = facts.accounts.iter().filter(is_plain);
    let all: Vec<&Account> = odd.chain(plain).collect();
    let mut figures: Vec<Figure> = Vec::new();
    for (place, account) in all.iter().take(ACCOUNTS).enumerate() {
        let name = if place == 0 { "accounts" } else { "" };
        figures.push((name, account_line(account)));
    }
    if let more @ 1.. = all.len().saturating_sub(ACCOUNTS) {
        figures.push(("", format!("and {more} more: diligence accounts list")));
    }
    figures
}

fn account_line(account: &Account) -> String {
    let state = match &account.line {
        Line::Unknown => "not known".to_owned(),
        Line::Open => "open".to_owned(),
        Line::Resting { until, .. } => format!("rests until {}", moment(*until)),
        Line::Paused { since, .. } => format!("paused since {}", moment(*since)),
    };
    let mut said = format!("{} ({}) {state}", account.account, account.environment);
    match (account.booked_today, account.daily_limit) {
        (Some(booked), Some(limit)) if account.is_full() => {
            said += &format!(", full: {booked} of {limit} today");
        }
        (Some(booked), Some(limit)) => said += &format!(", {booked} of {limit} today"),
        (Some(booked), None) => said += &format!(", {booked} today"),
        (None, _) => {}
    }
    if let Some(from) = account.valid_from {
        said += &format!(", from {from}");
    }
    if let Some(to) = account.valid_to {
        said += &format!(", until {to}");
    }
    said
}

/// Words in lines: the first is indented by `first`, the others by `others`.
fn wrapped(text: &str, first: usize, others: usize) -> Vec<String> {
    let plain: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut empty = true;
    // Blanks inside stay: the figures stand in columns.
    for word in plain.split_inclusive(' ') {
        let wide = line.chars().count() + word.trim_end().chars().count();
        if wide > WIDTH && !empty {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(others);
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The same for machines.
pub fn json(facts: &Facts, alarms: &[Alarm]) -> Value {
    let ledger = &facts.ledger;
    let books = ledger.books.as_ref();
    let needs_somebody = alarms.iter().any(|alarm| alarm.urgency < Urgency::Watch);
    let bus = match &facts.bus {
        Bus::None => json!({"state": "none"}),
        Bus::Trouble(why) => json!({"state": "trouble", "why": why}),
        Bus::Known { depths, .. } => json!({"state": "known", "queues": depths}),
    };
    json!({
        "at": facts.now,
        "needs_somebody": needs_somebody,
        "alarms": alarms,
        "bus": bus,
        "ledger": {
            "kind": ledger.kind,
            "place": ledger.place,
            "free_mib": ledger.room.as_ref().ok(),
            "trouble": books.err().or(ledger.writable.as_ref().err()).or(ledger.room.as_ref().err()),
            "bytes": books.ok().map(|books| books.gauges.bytes),
        },
        "books": books.ok().map(|books| books_json(books)),
        "accounts": facts.accounts,
    })
}

fn books_json(books: &Books) -> Value {
    let gauges = &books.gauges;
    let orders = gauges.orders.iter();
    let orders = orders.map(|(state, count)| (state.name().to_owned(), json!(count)));
    let workers = books.workers.iter().map(|worker| {
        json!({"worker": worker.worker, "started_at": worker.started_at,
            "seen_at": worker.seen_at, "stopped_at": worker.stopped_at})
    });
    let parked = books.parked.iter().map(|parked| {
        json!({"who_acts": parked.who_acts, "since": parked.since, "decide_by": parked.decide_by})
    });
    json!({
        "orders": orders.collect::<serde_json::Map<String, Value>>(),
        "late": gauges.late,
        "oldest_waiting": books.waiting,
        "in_doubt_since": gauges.in_doubt_since,
        "parked": parked.collect::<Vec<Value>>(),
        "strays": gauges.strays,
        "outbox": {"events": gauges.unsent, "since": gauges.unsent_since},
        "printing": {"labels": gauges.unprinted, "since": gauges.unprinted_since},
        "cut_offs": books.cut_offs,
        "workers": workers.collect::<Vec<Value>>(),
    })
}
