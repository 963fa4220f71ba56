//! What follows from a decision: the intent, the timeline, the events and the print folder.

use super::Batch;
use crate::ledger::rows::Cell;
use crate::life::{Action, Announcement, Booking, Life, Standing, Transition};

impl Batch<'_> {
    /// The intent is durable before the request leaves.
    pub(super) fn keep_intent(&mut self, transition: &Transition) {
        let (Some(action), Some(running)) = (transition.action, &transition.life.running) else {
            return;
        };
        let parcel = match action {
            Action::Book { .. } | Action::LookUp { .. } => None,
            Action::Relabel { parcel, .. } | Action::Void { parcel, .. } => Some(parcel),
        };
        self.writes.attempts.push(vec![
            transition.life.key.to_string().into(),
            transition.life.fence.into(),
            action.name().into(),
            action.booking().into(),
            parcel.map_or(Cell::Number(None), Cell::from),
            running.worker.as_str().into(),
            running.since.into(),
            running.until.into(),
        ]);
    }

    /// Events take their numbers and their bytes here, once for ever.
    pub(super) fn tell(&mut self, transition: &mut Transition, before: &Life) {
        let key = transition.life.key.to_string();
        for text in &transition.notes {
            let row = vec![key.as_str().into(), self.now.into(), text.as_str().into()];
            self.writes.notes.push(row);
        }
        let announcements = std::mem::take(&mut transition.announcements);
        for told in &announcements {
            transition.life.sequence += 1;
            let life = &transition.life;
            let event = self
                .rules
                .teller
                .render(told, life, life.sequence, self.now);
            self.writes.outbox.push(vec![
                key.as_str().into(),
                life.sequence.into(),
                event.event_id.into(),
                event.routing_key.into(),
                event.body.into(),
                self.now.into(),
            ]);
        }
        if self.rules.print {
            self.print(&announcements, before, &transition.life);
        }
    }

    fn print(&mut self, told: &[Announcement], before: &Life, after: &Life) {
        for announcement in told {
            if let Announcement::Booked { n } = announcement
                && let Some(booking) = after.booking(*n)
            {
                self.print_job(after, booking, "print");
            }
        }
        for booking in &after.bookings {
            let was = before.booking(booking.n).map(|old| old.standing);
            // Only what was announced was ever printed.
            if booking.announced
                && booking.standing == Standing::Voided
                && was != Some(Standing::Voided)
            {
                self.print_job(after, booking, "void");
            }
        }
    }

    fn print_job(&mut self, life: &Life, booking: &Booking, kind: &str) {
        let parcels = booking.numbers.iter().flat_map(|numbers| &numbers.parcels);
        for (parcel, label) in parcels.enumerate() {
            if let Some(label) = &label.label {
                self.writes.print_jobs.push(vec![
                    life.key.to_string().into(),
                    booking.n.into(),
                    parcel.into(),
                    label.id.as_str().into(),
                    kind.into(),
                    self.now.into(),
                ]);
            }
        }
    }
}
