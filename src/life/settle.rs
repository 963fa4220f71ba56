//! A booking turns out to exist: it is adopted, labelled, announced, or it is one too many.

use carrier_sdk::WhoActs;

use super::Steps;
use super::announce::Announcement;
use super::booking::{Booking, Numbers, Standing};
use super::event::{Claim, Reason, Relabelled};
use super::state::{Action, AfterVoid, Park, State};

/// Why an order is parked whose booking has no label.
const LABEL_MISSING: &str = "label_missing";
/// How often a booking without a label is voided and made anew.
const BOOKED_ANEW: usize = 2;
/// Label requests before the booking is voided and made anew.
const LABEL_TRIES: u32 = 3;

impl Steps<'_> {
    /// The carrier has booking `n`.
    pub(super) fn booked(&mut self, n: u32, numbers: Numbers) {
        let now = self.now;
        if self.is_another(n, &numbers) {
            if let Some(twin) = self.twin(n) {
                self.booked(twin, numbers);
            }
            return;
        }
        let void_has_failed = self.void_has_failed();
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        let known = match booking.standing {
            Standing::Live | Standing::Voided | Standing::Extra => true,
            // Given up although it was known: a void of it may even have worked.
            Standing::Stray => booking.numbers.is_some(),
            _ => false,
        };
        let labelled = numbers.labelled();
        // An answer that brings the labels of a booking already found by look-up is welcome.
        let better = labelled
            && booking
                .numbers
                .as_ref()
                .is_some_and(|known| !known.labelled());
        if known && !(booking.standing == Standing::Live && better) {
            return;
        }
        booking.numbers = Some(numbers);
        booking.booked_at.get_or_insert(now);
        if known && (self.life.state == State::Voiding || void_has_failed) {
            // Its void may be on its way: a label that comes now must not revive it.
            return;
        }
        let rival = self
            .life
            .bookings
            .iter()
            .find(|other| other.n != n && other.standing == Standing::Live);
        let ended = matches!(self.life.state, State::Cancelled | State::Rejected)
            || self.life.after_void == Some(AfterVoid::Cancel);
        match rival.map(|rival| (rival.n, rival.announced)) {
            _ if ended => self.unwanted(n),
            None => self.adopt(n),
            Some((rival, false)) if labelled => {
                self.unwanted(rival);
                self.life.after_void = None;
                self.adopt(n);
            }
            Some(_) => self.unwanted(n),
        }
    }

    /// Whether these are numbers of another shipment than the one booking `n` is known to be.
    pub(super) fn is_another(&self, n: u32, numbers: &Numbers) -> bool {
        let Some(booking) = self.life.booking(n) else {
            return false;
        };
        let known = booking.numbers.as_ref();
        let sure = booking.standing != Standing::InDoubt;
        sure && known.is_some_and(|known| !known.same_as(numbers))
    }

    /// A row for a second shipment under the reference of booking `n`.
    pub(super) fn twin(&mut self, n: u32) -> Option<u32> {
        let next = self.life.bookings.last().map_or(1, |last| last.n + 1);
        let first = self.life.booking(n)?;
        let twin = Booking {
            n: next,
            // No order id has this sign: the ledger keeps references apart.
            reference: format!("{}#{next}", first.reference),
            standing: Standing::Stray,
            numbers: None,
            booked_at: None,
            announced: false,
            voided: Vec::new(),
            void_unanswered: false,
            void_tries: 0,
            void_at: None,
            unwanted_since: Some(self.now),
            ..first.clone()
        };
        self.life.bookings.push(twin);
        self.note(format!(
            "booking {n} exists twice at the carrier's: booking {next}"
        ));
        Some(next)
    }

    /// One booking too many: to be voided, else a stray.
    pub(super) fn unwanted(&mut self, n: u32) {
        let now = self.now;
        if let Some(booking) = self.life.booking_mut(n) {
            booking.standing = Standing::Extra;
            booking.unwanted_since.get_or_insert(now);
            booking.void_at = None;
        }
        self.note(format!("booking {n} exists and is one too many"));
    }

    pub(super) fn adopt(&mut self, n: u32) {
        let parcels = self.life.parcel_ids.len();
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        booking.standing = Standing::Live;
        booking.unwanted_since = None;
        booking.failures = 0;
        let account = booking.account.clone();
        let (counted, labelled) = booking.numbers.as_mut().map_or((0, false), |numbers| {
            numbers.name_parcels(parcels);
            (numbers.parcels.len(), numbers.labelled())
        });
        self.life.park = None;
        if self.life.cancel.is_some() && self.policy.abilities(&account).void {
            return self.void_then(AfterVoid::Cancel);
        }
        if counted != parcels {
            let why = reason(
                &account,
                "parcel_count",
                format!("the carrier gave {counted} numbers for {parcels} parcels"),
            );
            return self.park(why, &["rebook", "booked", "cancel"]);
        }
        if labelled {
            return self.complete(n);
        }
        self.note(format!("booking {n} exists, its label is missing"));
        self.life.state = State::Unlabelled;
        self.due(self.now);
    }

    /// Booked and labelled: the one place that announces it.
    pub(super) fn complete(&mut self, n: u32) {
        self.life.state = State::Booked;
        self.life.next_at = None;
        self.life.risk_at = None;
        self.life.after_void = None;
        self.life.park = None;
        self.life.tries = 0;
        if let Some(booking) = self.life.booking_mut(n) {
            booking.announced = true;
        }
        self.announce(Announcement::Booked { n });
        self.give_up_doubts("another booking of the order exists");
        self.refuse_pending();
        if self.life.cancel.is_some() {
            self.void_or_refuse();
        }
    }

    /// The label is missing: fetch it, else void and book anew, else a person.
    pub(super) fn label_again(&mut self, claim: &Claim) {
        let Some(booking) = self.life.live() else {
            return self.leave_doubt(self.now);
        };
        let (n, account) = (booking.n, booking.account.clone());
        let abilities = self.policy.abilities(&account);
        let missing = booking.numbers.as_ref().and_then(|numbers| {
            numbers
                .parcels
                .iter()
                .position(|parcel| parcel.label.is_none())
        });
        if let (true, Some(parcel)) = (abilities.relabel && booking.failures < LABEL_TRIES, missing)
        {
            self.life.next_at = None;
            return self.run(Action::Relabel { n, parcel }, claim);
        }
        let thrown_away = self.life.bookings.iter().filter(|booking| {
            booking.standing == Standing::Voided && booking.revision == self.life.revision
        });
        if abilities.void && thrown_away.count() < BOOKED_ANEW {
            self.note(format!(
                "booking {n} is voided to be made anew with a label"
            ));
            return self.void_then(AfterVoid::Rebook);
        }
        let why = reason(
            &account,
            LABEL_MISSING,
            "it is booked, and no label of it can be had".into(),
        );
        let choices = ["booked", "rebook", "cancel", "retry"];
        let offered = if abilities.relabel { 4 } else { 3 };
        self.park(why, choices.get(..offered).unwrap_or(&choices));
    }

    pub(super) fn relabelled(&mut self, relabelled: Relabelled) {
        self.release(relabelled.fence);
        let again = self.after(relabelled.again_in);
        let n = relabelled.n;
        let waited_for = self.waits_for_label(n);
        let Some(booking) = self.life.booking_mut(n) else {
            return;
        };
        match relabelled.label {
            Ok(label) => {
                let parcel = booking
                    .numbers
                    .as_mut()
                    .and_then(|numbers| numbers.parcels.get_mut(relabelled.parcel));
                if let Some(parcel) = parcel {
                    parcel.label.get_or_insert(label);
                }
                let labelled = booking.numbers.as_ref().is_some_and(Numbers::labelled);
                if waited_for && labelled {
                    self.complete(n);
                } else if waited_for && self.life.state == State::Unlabelled {
                    self.due(self.now);
                }
            }
            Err(why) => {
                self.note(format!("no label yet: {}", why.in_plain_words()));
                if waited_for && self.life.state == State::Unlabelled {
                    self.due(again);
                    if let Some(booking) = self.life.booking_mut(n) {
                        booking.failures += 1;
                    }
                }
            }
        }
    }

    /// Whether the label of booking `n` is all the order waits for.
    fn waits_for_label(&self, n: u32) -> bool {
        let park = self.life.park.as_ref();
        let waits = self.life.state == State::Unlabelled
            || park.is_some_and(|park| park.why.code == LABEL_MISSING);
        waits && self.life.live().is_some_and(|live| live.n == n)
    }

    /// Waits for a person, and says so.
    pub(super) fn park(&mut self, why: Reason, choices: &[&str]) {
        let decide_by = self.life.book_by.or(self.life.deliver_by);
        let parked = self.life.park.take();
        let from = parked.map_or(self.life.state, |parked| parked.from);
        self.life.park = Some(Park {
            why,
            decide_by,
            choices: choices.iter().map(ToString::to_string).collect(),
            since: self.now,
            from,
        });
        self.life.state = State::Parked;
        self.life.next_at = None;
        self.life.risk_at = None;
        self.announce(Announcement::Parked);
    }
}

pub(super) fn reason(account: &str, code: &str, message: String) -> Reason {
    Reason {
        account: account.to_owned(),
        code: code.to_owned(),
        message,
        field: None,
        who_acts: WhoActs::Operator,
    }
}
