//! One real booking with a test account, through the worker's own HTTP client: booked, looked up,
//! labelled, voided. Whatever fails on the way, what was booked is taken back if it can be.

mod line;

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use carrier_sdk::kit::catalogue;
use carrier_sdk::{
    Booking, FoundShipment, Intent, Label, Search, Step, VoidAnswer, shipment::Span,
};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};
use serde::Serialize;

use super::super::super::config::Source;
use super::super::super::ending::{Ending, Failure};
use super::super::super::table::Row;
use super::super::super::{Form, gateway, output};
use crate::accounts::{Account, Accounts};
use crate::config::{Config, Environment, Site};
use crate::order;
use line::TestLine;

/// Waits between looks: an index may lag behind a booking.
const LOOKS_AFTER_S: [u64; 4] = [0, 5, 15, 30];
/// No carrier takes more steps for a booking.
const STEPS_MAX: usize = 6;

/// Books, looks up, keeps the label, voids; exit 1 when one of them did not come out.
///
/// # Errors
/// When there is no such account, when it is live, or nothing can be booked with it.
pub async fn run(id: &str, folder: &Path, form: Form, source: &Source) -> Result<Ending, Failure> {
    let config = gateway::checked(source, |_| Vec::new())?;
    let accounts = Accounts::new(&config);
    let account = accounts.get(id).ok_or_else(|| {
        let known: Vec<&str> = accounts.iter().map(|(id, _)| id).collect();
        Failure::usage(format!(
            "there is no account {id}; known: {}",
            known.join(", ")
        ))
    })?;
    if account.settings.environment != Environment::Test {
        return Err(Failure::usage(format!(
            "account {id} is live and would book a real parcel: certify takes accounts with \
             environment = \"test\" only"
        )));
    }
    let intent = intent(account, &config)?;
    let mut trial = Trial {
        line: TestLine::new(&accounts, account)?,
        account,
        folder,
        intent,
        may_be_booked: false,
        steps: Vec::new(),
    };
    trial.play().await;
    let report = Report {
        account: id.to_owned(),
        reference: trial.intent.reference.clone(),
        steps: trial.steps,
    };
    report.print(form)?;
    Ok(report.ending())
}

/// What the account books: its first product that takes a case of the kit, from the first site, on the
/// next working day.
fn intent(account: &Account, config: &Config) -> Result<Intent, Failure> {
    let nothing = |why: &str| {
        let id = &account.settings.id;
        Failure::usage(format!("nothing can be booked with account {id}: {why}"))
    };
    let site = config
        .sites
        .first()
        .ok_or_else(|| nothing("no site is configured"))?;
    let now = Timestamp::now();
    let number = now.strftime("%Y%m%d%H%M%S").to_string();
    let mut refusal = None;
    for product in &account.settings.products {
        for case in catalogue() {
            let mut intent = case.intent(&account.contract, &product.code);
            intent.reference = format!("CERT{number}");
            intent.label_format = account.label_format;
            intent.hand_over_at = next_working_day(now, site);
            intent.shipment.shipper = order::shipper(site);
            match account.carrier.book(&intent) {
                Ok(_) => return Ok(intent),
                Err(no) => refusal = refusal.or(Some(no)),
            }
        }
    }
    Err(nothing(&refusal.map_or_else(
        || "it has no products".to_owned(),
        |no| no.to_string(),
    )))
}

/// 18:00 of the next day that is no weekend, at the site.
fn next_working_day(now: Timestamp, site: &Site) -> ZonedDateTime {
    let zone = TimeZone::get(&site.time_zone).unwrap_or(TimeZone::UTC);
    let today = now.to_zoned_datetime(zone.clone());
    let mut day = today.date();
    loop {
        day = day.saturating_add(1.day());
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            let evening = day.to_datetime(Time::constant(18, 0, 0, 0));
            return evening.to_zoned_datetime(zone).unwrap_or(today);
        }
    }
}

/// One booking on its way.
struct Trial<'run> {
    line: TestLine,
    account: &'run Account,
    folder: &'run Path,
    intent: Intent,
    may_be_booked: bool,
    steps: Vec<Told>,
}

impl Trial<'_> {
    async fn play(&mut self) {
        let booked = self.book().await;
        if booked.is_none() && !self.may_be_booked {
            return;
        }
        let found = self.find().await;
        let numbers = match &booked {
            Some(booking) => {
                self.labels(booking).await;
                self.account.profile().void_unit.numbers_of(booking)
            }
            // what a lost answer has left behind
            None => found
                .into_iter()
                .map(|found| found.tracking_number)
                .collect(),
        };
        self.void(&numbers).await;
    }

    fn told(&mut self, step: &'static str, outcome: Came, note: impl Into<String>) {
        self.steps.push(Told {
            step,
            outcome,
            note: note.into(),
        });
    }

    async fn book(&mut self) -> Option<Booking> {
        let step = self.booking().await;
        self.may_be_booked = match &step {
            Ok(step) => !matches!(step, Step::Refused(_) | Step::NoEffect(_)),
            Err(_) => self.line.may_have_booked(),
        };
        let (outcome, note) = match &step {
            Ok(Step::Done(booking)) => (Came::Done, booking.tracking_number.clone()),
            Ok(Step::Refused(why) | Step::NoEffect(why)) => {
                let code = why.code.as_deref().unwrap_or_default();
                let meaning = why.meaning.unwrap_or("its meaning is not in the atlas");
                (
                    Came::Failed,
                    format!("refused: {code} {meaning} ({})", why.message),
                )
            }
            Ok(Step::Unknown(evidence)) => (
                Came::Failed,
                format!("in doubt, it may be booked: {}", evidence.message),
            ),
            Ok(Step::Then(_)) => (Came::Failed, "its steps never end".to_owned()),
            Err(problem) => (Came::Failed, problem.clone()),
        };
        self.told("book", outcome, note);
        match step {
            Ok(Step::Done(booking)) => Some(booking),
            _ => None,
        }
    }

    async fn booking(&self) -> Result<Step<Booking>, String> {
        let carrier = self.account.carrier;
        let mut request = carrier.book(&self.intent).map_err(|no| no.to_string())?;
        let mut memo = None;
        for _ in 0..STEPS_MAX {
            let answer = self.line.ask(&request).await?;
            let step = carrier.read_booking(memo.as_ref(), &answer);
            let (Step::Then(next), Some(continuing)) = (&step, carrier.continuing()) else {
                return Ok(step);
            };
            request = continuing.next(&self.account.contract, next);
            memo = Some(next.clone());
        }
        Err("it takes too many steps".to_owned())
    }

    /// Looks several times: an index lags behind.
    async fn find(&mut self) -> Vec<FoundShipment> {
        let Some(finding) = self.account.carrier.finding() else {
            self.told("find", Came::Lacking, "it has no look-up by reference");
            return Vec::new();
        };
        let mut said = String::new();
        for wait in LOOKS_AFTER_S {
            tokio::time::sleep(Duration::from_secs(wait)).await;
            let request = finding.find(&self.account.contract, &self.search());
            match self
                .line
                .ask(&request)
                .await
                .map(|answer| finding.read_found(&answer))
            {
                Ok(Ok(found)) if !found.is_empty() => {
                    let note = format!("after {wait} s: {}", found.len());
                    self.told("find", Came::Done, note);
                    return found;
                }
                Ok(Ok(_)) => said = "not known (yet) under its reference".to_owned(),
                Ok(Err(why)) => said = format!("the look-up fails: {}", why.message),
                Err(problem) => said = problem,
            }
        }
        self.told("find", Came::Failed, said);
        Vec::new()
    }

    fn search(&self) -> Search {
        let now = Timestamp::now();
        Search {
            reference: self.intent.reference.clone(),
            sent: Span {
                from: now.checked_sub(10.minutes()).unwrap_or(now),
                to: now,
            },
            label_format: self.account.label_format,
        }
    }

    async fn labels(&mut self, booking: &Booking) {
        let mut kept = Vec::new();
        for (index, parcel) in booking.parcels.iter().enumerate() {
            let label = match (&parcel.label, self.account.carrier.relabelling()) {
                (Some(label), _) => Ok(label.clone()),
                (None, Some(_)) => self.again(&parcel.tracking_number).await,
                (None, None) => Err("the answer holds no label".to_owned()),
            };
            match label.and_then(|label| self.keep(index, &label)) {
                Ok(name) => kept.push(name),
                Err(problem) => return self.told("label", Came::Failed, problem),
            }
        }
        self.told("label", Came::Done, kept.join(", "));
        match self.again(&booking.tracking_number).await {
            _ if self.account.carrier.relabelling().is_none() => {
                self.told("label again", Came::Lacking, "it gives no label twice");
            }
            Ok(_) => self.told("label again", Came::Done, ""),
            Err(problem) => self.told("label again", Came::Failed, problem),
        }
    }

    async fn again(&self, number: &str) -> Result<Label, String> {
        let relabelling = self.account.carrier.relabelling();
        let relabelling = relabelling.ok_or("it gives no label twice")?;
        let request =
            relabelling.relabel(&self.account.contract, number, self.account.label_format);
        let answer = self.line.ask(&request).await?;
        let label = relabelling.read_label(&answer);
        label.map_err(|why| format!("not given again: {}", why.message))
    }

    /// Writes a label where only its owner can read it, and never over another file.
    fn keep(&self, parcel: usize, label: &Label) -> Result<String, String> {
        if !label.is_whole() {
            return Err("the label is not whole".to_owned());
        }
        let name = format!("{}-p{}.{}", self.intent.reference, parcel + 1, label.format);
        let path = self.folder.join(name);
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&path);
        let written = file.and_then(|mut file| file.write_all(&label.bytes));
        let place = path.display();
        match written {
            Ok(()) => Ok(format!("{place} ({} bytes)", label.bytes.len())),
            Err(error) => Err(format!("{place} cannot be written: {}", error.kind())),
        }
    }

    async fn void(&mut self, numbers: &[String]) {
        let Some(voiding) = self.account.carrier.voiding() else {
            let note = format!(
                "it takes nothing back: {} stands until it lapses",
                numbers.join(", ")
            );
            return self.told("void", Came::Lacking, note);
        };
        for number in numbers {
            let request = voiding.void(&self.account.contract, number);
            let answer = self.line.ask(&request).await;
            let (outcome, note) = match answer.map(|answer| voiding.read_void(&answer)) {
                Ok(VoidAnswer::Voided) => (Came::Done, number.clone()),
                Ok(VoidAnswer::TooLate) => (Came::Failed, format!("{number}: too late")),
                Ok(VoidAnswer::NotFound) => (Came::Failed, format!("{number}: not known (yet)")),
                Ok(VoidAnswer::Failed(why)) => (Came::Failed, format!("{number}: {}", why.message)),
                Err(problem) => (Came::Failed, format!("{number}: {problem}")),
            };
            self.told("void", outcome, note);
        }
    }
}

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Came {
    Done,
    Failed,
    /// The carrier has no such thing.
    Lacking,
}

#[derive(Serialize)]
struct Told {
    step: &'static str,
    outcome: Came,
    note: String,
}

#[derive(Serialize)]
struct Report {
    account: String,
    reference: String,
    steps: Vec<Told>,
}

impl Report {
    fn ending(&self) -> Ending {
        match self.steps.iter().any(|told| told.outcome == Came::Failed) {
            true => Ending::Attention,
            false => Ending::Done,
        }
    }

    fn print(&self, form: Form) -> Result<(), Failure> {
        if form.json {
            return output::json(self);
        }
        output::table(&self.steps)?;
        let verdict = match self.ending() {
            Ending::Done => "it answers as it should",
            _ => "not everything came out; look at it with the carrier before you go on",
        };
        output::line(&format!(
            "{}, booked as {}: {verdict}.",
            self.account, self.reference
        ))
    }
}

impl Row for Told {
    const HEADINGS: &'static [&'static str] = &["Step", "", "What came of it"];

    fn cells(&self) -> Vec<String> {
        let outcome = match self.outcome {
            Came::Done => "done",
            Came::Failed => "FAILED",
            Came::Lacking => "-",
        };
        vec![self.step.to_owned(), outcome.to_owned(), self.note.clone()]
    }
}
