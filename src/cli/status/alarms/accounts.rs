//! What is wrong with the contracts: refused, silent, full, out of their dates.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Alarm, Urgency};
use crate::cli::orders::moment;
use crate::cli::status::facts::{Account, Facts, Line, is_past};

/// Of every account; the last one that could be used is urgent.
pub fn all(facts: &Facts) -> Vec<Alarm> {
    let none_open = !facts.accounts.iter().any(Account::is_open);
    let accounts = facts.accounts.iter();
    accounts
        .flat_map(|account| of_account(facts, account, none_open))
        .collect()
}

impl Account {
    fn is_open(&self) -> bool {
        matches!(self.line, Line::Open | Line::Unknown)
    }
}

fn of_account(facts: &Facts, account: &Account, none_open: bool) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = of_line(facts, account, none_open).into_iter().collect();
    let id = &account.account;
    let watch = |what, otherwise: &str| Alarm {
        urgency: Urgency::Watch,
        what,
        since: None,
        otherwise: otherwise.to_owned(),
        command: format!("diligence accounts show {id}"),
    };
    if account.is_full() {
        let what = format!("account {id} has taken all it takes on a day");
        alarms.push(watch(
            what,
            "its orders take another account, or wait until midnight",
        ));
    }
    let today = facts.now.to_zoned_datetime(TimeZone::UTC).date();
    if let Some(what) = out_of_contract(account, today, facts.limits.contract_days) {
        alarms.push(watch(
            what,
            "for trucks outside of it, its orders take another account or wait",
        ));
    }
    alarms
}

fn of_line(facts: &Facts, account: &Account, none_open: bool) -> Option<Alarm> {
    let id = &account.account;
    let needed = if none_open {
        Urgency::Now
    } else {
        Urgency::Soon
    };
    let resume = format!("diligence accounts resume {id} --reason \"...\"");
    match &account.line {
        Line::Open | Line::Unknown => None,
        Line::Paused {
            since,
            why,
            by_hand: true,
        } => Some(Alarm {
            urgency: if none_open {
                Urgency::Now
            } else {
                Urgency::Watch
            },
            what: format!("account {id} is paused by a person: {why}"),
            since: Some(*since),
            otherwise: "its orders take another account, or wait".into(),
            command: resume,
        }),
        Line::Paused {
            since,
            why,
            by_hand: false,
        } => Some(Alarm {
            urgency: needed,
            what: format!("account {id} is paused, its carrier refuses it: {why}"),
            since: Some(*since),
            otherwise: format!(
                "its orders take another account, or wait and miss their truck{}",
                if account.can_be_asked && facts.limits.probed {
                    "; the carrier is asked again now and then"
                } else {
                    ""
                }
            ),
            command: if account.can_be_asked {
                format!("diligence accounts probe {id} --resume")
            } else {
                resume
            },
        }),
        Line::Resting { since, until } => {
            let old = is_past(*since, facts.limits.resting, facts.now);
            Some(Alarm {
                urgency: if old { needed } else { Urgency::Watch },
                what: format!("account {id}: its carrier does not answer"),
                since: Some(*since),
                otherwise: format!(
                    "it is asked again at {}; near their cut-off its orders take another account",
                    moment(*until)
                ),
                command: format!("diligence accounts show {id}"),
            })
        }
    }
}

fn out_of_contract(account: &Account, today: Date, days: i32) -> Option<String> {
    let id = &account.account;
    if let Some(from) = account.valid_from.filter(|from| *from > today) {
        return Some(format!("the contract of account {id} begins on {from}"));
    }
    let to = account.valid_to?;
    let left = today.until(to).ok()?.get_days();
    match left {
        ..0 => Some(format!("the contract of account {id} ended on {to}")),
        left if left <= days => Some(format!(
            "the contract of account {id} ends on {to}, in {left} days"
        )),
        _ => None,
    }
}
