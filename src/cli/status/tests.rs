//! Which facts raise which alarm, and what the screen keeps to.

use std::time::Duration;

use carrier_sdk::WhoActs;
use clap::Parser;
use jiff::Timestamp;

use super::alarms::{Alarm, Urgency, raise};
use super::facts::{
    Account, Books, Bus, CutOff, Facts, Ledger, Limits, Line, Parked, Waiting, span,
};
use super::screen;
use crate::bus::rabbitmq::{Depth, Depths};
use crate::config::example;
use crate::ledger::Worker;
use crate::life::{State, earlier, later};

fn now() -> Timestamp {
    "2026-11-24T03:12:00Z".parse().expect("a moment")
}

fn ago(minutes: u64) -> Timestamp {
    earlier(now(), Duration::from_secs(60 * minutes))
}

fn ahead(minutes: u64) -> Timestamp {
    later(now(), Duration::from_secs(60 * minutes))
}

fn depth(messages: u32, consumers: u32) -> Option<Depth> {
    Some(Depth {
        messages,
        consumers,
    })
}

fn account(id: &str, line: Line) -> Account {
    Account {
        account: id.into(),
        environment: "test",
        can_be_asked: true,
        line,
        booked_today: Some(3),
        daily_limit: None,
        valid_from: None,
        valid_to: None,
    }
}

/// A night in which nothing is wrong.
fn well() -> Facts {
    let worker = Worker {
        worker: "here/1".into(),
        started_at: ago(600),
        seen_at: now(),
        stopped_at: None,
    };
    Facts {
        now: now(),
        limits: Limits::of(&example::config()),
        bus: Bus::Known {
            depths: Depths {
                orders: depth(0, 1),
                dead: depth(0, 0),
                unrouted: depth(0, 0),
            },
            orders_queue: "diligence.orders".into(),
            dead_queue: "diligence.orders.dead".into(),
        },
        ledger: Ledger {
            kind: "SQLite",
            place: "/var/lib/diligence/ledger.db".into(),
            look: "ls -l /var/lib/diligence/ledger.db".into(),
            missing: false,
            room: Ok(Some(4_096)),
            writable: Ok(()),
            has_worker: Some(true),
            books: Ok(Box::new(Books {
                workers: vec![worker],
                ..Books::default()
            })),
        },
        accounts: vec![
            account("dhl", Line::Open),
            account("chronopost", Line::Open),
        ],
        print_folder: Some("labels".into()),
    }
}

fn with(change: impl FnOnce(&mut Facts)) -> Vec<Alarm> {
    let mut facts = well();
    change(&mut facts);
    raise(&facts)
}

fn with_books(change: impl FnOnce(&mut Books)) -> Vec<Alarm> {
    with(|facts| change(facts.ledger.books.as_mut().expect("books")))
}

fn with_depths(change: impl FnOnce(&mut Depths)) -> Vec<Alarm> {
    with(|facts| match &mut facts.bus {
        Bus::Known { depths, .. } => change(depths),
        Bus::None | Bus::Trouble(_) => unreachable!("all is well"),
    })
}

/// The only alarm.
#[track_caller]
fn one(mut alarms: Vec<Alarm>) -> Alarm {
    assert_eq!(alarms.len(), 1, "{alarms:#?}");
    let alarm = alarms.remove(0);
    if let Some(words) = alarm.command.strip_prefix("diligence ") {
        let words: Vec<&str> = words.split(' ').collect();
        let typed = ["diligence"].into_iter().chain(words);
        let parsed = crate::cli::Cli::try_parse_from(typed);
        assert!(parsed.is_ok(), "{} is no command", alarm.command);
    }
    alarm
}

#[test]
fn when_all_is_well_nothing_is_raised_and_a_few_lines_say_so() {
    let facts = well();
    assert_eq!(raise(&facts), []);
    let text = screen::text(&facts, &[], "diligence");
    assert!(text.starts_with("All is well. 2026-11-24"), "{text}");
    assert!(text.lines().count() <= 9, "{text}");
}

#[test]
fn a_ledger_that_cannot_be_read_comes_first_and_the_bus_is_told_all_the_same() {
    let alarms = with(|facts| {
        facts.ledger.books = Err("damaged".into());
        if let Bus::Known { depths, .. } = &mut facts.bus {
            depths.dead = depth(2, 0);
        }
    });
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    assert!(alarms[0].what.contains("cannot be read: damaged"));
    assert_eq!(alarms[0].command, "ls -l /var/lib/diligence/ledger.db");
    assert_eq!(alarms[1].command, "diligence dead list");
}

#[test]
fn a_ledger_that_is_not_there_is_made_by_a_worker() {
    let alarms = with(|facts| {
        facts.ledger.missing = true;
        facts.ledger.has_worker = Some(false);
        facts.ledger.books = Err("there is no ledger".into());
    });
    assert_eq!(alarms[0].command, "diligence worker");
    assert_eq!(alarms[0].urgency, Urgency::Now);
}

#[test]
fn a_ledger_that_cannot_be_written_explains_a_worker_that_gives_no_sign() {
    let alarm = one(with(|facts| {
        facts.ledger.writable = Err("is read-only".into());
        facts.ledger.books.as_mut().expect("books").workers[0].seen_at = ago(10);
    }));
    assert!(alarm.what.contains("cannot be written: is read-only"));
    assert_eq!(alarm.since, Some(ago(10)));
}

#[test]
fn a_full_disk_names_the_disk() {
    let alarm = one(with(|facts| {
        facts.ledger.room = Err("only 3 MiB are free".into());
    }));
    assert_eq!(alarm.command, "df -h /var/lib/diligence");
    assert_eq!(alarm.urgency, Urgency::Now);
}

#[test]
fn no_worker_is_told_with_its_last_sign_and_what_waits() {
    let alarm = one(with(|facts| {
        facts.ledger.has_worker = Some(false);
        let books = facts.ledger.books.as_mut().expect("books");
        books.workers[0].stopped_at = Some(ago(32));
        books.gauges.orders = vec![(State::Waiting, 4), (State::Booked, 9)];
    }));
    assert_eq!(alarm.since, Some(ago(32)));
    assert!(alarm.otherwise.contains("4 orders in the ledger"));
    assert_eq!(alarm.command, "diligence worker");
}

#[test]
fn on_a_server_the_workers_signs_tell_whether_one_runs() {
    let silent = |minutes| {
        with(|facts| {
            facts.ledger.has_worker = None;
            facts.ledger.books.as_mut().expect("books").workers[0].seen_at = ago(minutes);
        })
    };
    assert_eq!(silent(0), []);
    let alarm = one(silent(5));
    assert_eq!(alarm.what, "no worker is running");
    assert_eq!(alarm.since, Some(ago(5)));
}

#[test]
fn a_worker_that_holds_the_ledger_and_gives_no_sign_is_told() {
    let alarm = one(with_books(|books| books.workers[0].seen_at = ago(5)));
    assert!(alarm.what.contains("no sign of life"));
    // After a clean stop, one that has just started.
    let started = with_books(|books| books.workers[0].stopped_at = Some(ago(5)));
    assert_eq!(started, []);
}

#[test]
fn a_broker_out_of_reach_is_told_once_with_what_waits_for_it() {
    let alarm = one(with(|facts| {
        facts.bus = Bus::Trouble("connection refused".into());
        let gauges = &mut facts.ledger.books.as_mut().expect("books").gauges;
        (gauges.unsent, gauges.unsent_since) = (7, Some(ago(9)));
    }));
    assert!(alarm.what.contains("connection refused"));
    assert!(alarm.otherwise.contains("7 events wait"));
    assert_eq!(alarm.since, Some(ago(9)));
}

#[test]
fn a_queue_that_is_missing_or_that_nobody_takes_from_is_told() {
    let missing = one(with_depths(|depths| depths.orders = None));
    assert_eq!(missing.command, "diligence topology declare");
    let left = one(with_depths(|depths| depths.orders = depth(12, 0)));
    assert!(left.what.contains("12 wait"), "{}", left.what);
}

#[test]
fn messages_on_the_dead_and_the_unrouted_queue_want_somebody() {
    let dead = one(with_depths(|depths| depths.dead = depth(2, 0)));
    assert_eq!(
        (dead.urgency, dead.command.as_str()),
        (Urgency::Soon, "diligence dead list")
    );
    let unrouted = one(with_depths(|depths| depths.unrouted = depth(1, 0)));
    assert!(unrouted.what.contains("no queue was bound"));
}

#[test]
fn an_order_that_missed_its_truck_is_told() {
    let alarm = one(with_books(|books| {
        books.gauges.late = 2;
        books.late_since = Some(ago(20));
    }));
    assert_eq!((alarm.urgency, alarm.since), (Urgency::Now, Some(ago(20))));
}

#[test]
fn a_cut_off_counts_when_it_is_near_and_an_order_is_open() {
    let cut_off = |minutes, open| {
        with_books(|books| {
            books.cut_offs.push(CutOff {
                site: "lille".into(),
                at: ahead(minutes),
                local: "Tue 17:30".into(),
                accounts: vec!["dhl".into()],
                open,
            });
        })
    };
    assert_eq!(cut_off(20, 0), []);
    assert_eq!(cut_off(31, 3), []);
    let alarm = one(cut_off(20, 3));
    assert!(
        alarm.what.contains("Tue 17:30 at lille in 20 min"),
        "{}",
        alarm.what
    );
}

#[test]
fn parked_orders_press_when_their_truck_is_near() {
    let parked = |decide_by| {
        one(with_books(|books| {
            books.gauges.orders = vec![(State::Parked, 1)];
            books.parked = vec![Parked {
                who_acts: WhoActs::Operator,
                since: ago(3),
                decide_by,
            }];
        }))
    };
    assert_eq!(parked(None).urgency, Urgency::Soon);
    assert_eq!(parked(Some(ahead(300))).urgency, Urgency::Soon);
    let pressing = parked(Some(ahead(10)));
    assert_eq!(pressing.urgency, Urgency::Now);
    assert!(
        pressing.what.ends_with("1 (operator 1)"),
        "{}",
        pressing.what
    );
    assert!(
        parked(Some(ago(10)))
            .otherwise
            .contains("its truck is gone")
    );
}

#[test]
fn a_doubt_wants_somebody_once_the_carrier_should_have_settled_it() {
    let doubt = |minutes| {
        one(with_books(|books| {
            books.gauges.orders = vec![(State::InDoubt, 1)];
            books.gauges.in_doubt_since = Some(ago(minutes));
        }))
    };
    assert_eq!(doubt(2).urgency, Urgency::Watch);
    assert_eq!(doubt(20).urgency, Urgency::Soon);
}

#[test]
fn events_and_labels_that_stay_are_told_after_a_minute() {
    let untold = |minutes| {
        with_books(|books| {
            (books.gauges.unsent, books.gauges.unsent_since) = (3, Some(ago(minutes)));
        })
    };
    assert_eq!(untold(0), []);
    assert!(one(untold(2)).what.contains("do not leave: 3"));
    let unprinted = one(with_books(|books| {
        (books.gauges.unprinted, books.gauges.unprinted_since) = (1, Some(ago(2)));
    }));
    assert_eq!(unprinted.command, "ls -ld labels");
}

#[test]
fn a_refused_account_is_probed_and_the_last_one_is_urgent() {
    let refused = |by_hand| Line::Paused {
        since: ago(40),
        why: "dhl: 401: unauthorized".into(),
        by_hand,
    };
    let alarm = one(with(|facts| facts.accounts[0].line = refused(false)));
    assert_eq!(alarm.command, "diligence accounts probe dhl --resume");
    assert_eq!((alarm.urgency, alarm.since), (Urgency::Soon, Some(ago(40))));
    let unasked = one(with(|facts| {
        facts.accounts[0].can_be_asked = false;
        facts.accounts[0].line = refused(false);
    }));
    assert!(unasked.command.starts_with("diligence accounts resume dhl"));
    let alarm = one(with(|facts| facts.accounts[0].line = refused(true)));
    assert_eq!(alarm.urgency, Urgency::Watch);
    let last = one(with(|facts| {
        facts.accounts.truncate(1);
        facts.accounts[0].line = refused(false);
    }));
    assert_eq!(last.urgency, Urgency::Now);
}

#[test]
fn a_carrier_that_does_not_answer_is_to_be_known_and_then_wants_somebody() {
    let resting = |minutes| {
        one(with(|facts| {
            facts.accounts[0].line = Line::Resting {
                since: ago(minutes),
                until: ahead(1),
            };
        }))
    };
    assert_eq!(resting(2).urgency, Urgency::Watch);
    assert_eq!(resting(15).urgency, Urgency::Soon);
}

#[test]
fn full_accounts_and_ending_contracts_are_to_be_known() {
    let full = one(with(|facts| facts.accounts[0].daily_limit = Some(3)));
    assert!(full.what.contains("dhl has taken all"));
    let ends = |day: &str| {
        let day = day.parse().expect("a date");
        with(|facts| facts.accounts[0].valid_to = Some(day))
    };
    assert!(one(ends("2026-11-20")).what.contains("ended on 2026-11-20"));
    assert!(one(ends("2026-12-01")).what.contains("in 7 days"));
    assert_eq!(ends("2026-12-31"), []);
}

#[test]
fn a_bad_night_fits_on_one_screen() {
    let mut facts = well();
    facts.bus =
        Bus::Trouble("connecting to amqp://mq1:5672/prod: ".to_owned() + &"no route ".repeat(20));
    facts.ledger.room = Err("only 3 MiB are free: ".to_owned() + &"free some disk ".repeat(9));
    facts.ledger.has_worker = Some(false);
    let refused = Line::Paused {
        since: ago(40),
        why: "the carrier says no ".repeat(9),
        by_hand: false,
    };
    facts.accounts = (0..30)
        .map(|n| account(&format!("a{n}"), refused.clone()))
        .collect();
    let books = facts.ledger.books.as_mut().expect("books");
    books.gauges.orders = State::ALL.iter().map(|state| (*state, 100_000)).collect();
    books.waiting = Some(Waiting {
        order: "fr/FR-2026-000123/1".into(),
        since: ago(90),
        next_try: Some(ahead(1)),
    });
    let alarms = raise(&facts);
    let text = screen::text(
        &facts,
        &alarms,
        "diligence --config /etc/diligence/diligence.toml",
    );
    assert!(text.lines().count() <= 40, "{text}");
    let too_wide = |line: &&str| line.chars().count() > 100 && !line.trim().starts_with('$');
    assert_eq!(text.lines().find(too_wide), None, "{text}");
    assert!(
        text.contains("... and "),
        "what does not fit is said: {text}"
    );
    assert!(text.starts_with("NEEDS YOU NOW: "), "{text}");
}

#[test]
fn time_is_told_as_people_say_it() {
    let told = |minutes| span(ago(minutes), now());
    assert_eq!(span(now(), ahead(1)), "60 s");
    assert_eq!(
        [told(2), told(119), told(130), told(3_000)],
        ["2 min", "119 min", "2 h 10 min", "2 days"]
    );
}
