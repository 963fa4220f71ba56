//! Whether an order's personal data may be erased before its time: not while anybody needs to know whom
//! its parcels go to, nor while a carrier may still tell it again.

use jiff::Timestamp;

use super::Steps;
use super::state::State;

impl Steps<'_> {
    /// Why it must stay for now, and what to do; none: it may go.
    pub(super) fn still_needed(&self) -> Option<String> {
        let life = &self.life;
        if life.state == State::Parked {
            return Some(
                "the order waits for a person: decide first (`diligence parked list`), then erase"
                    .into(),
            );
        }
        if !life.state.is_final() {
            return Some(format!(
                "the order is {}, and whom it goes to is still needed: have the shop cancel it, or erase when it has ended",
                life.state.name()
            ));
        }
        if life.due_at().is_some() {
            let until = life.late.iter().map(|look| look.at).max();
            return Some(format!(
                "a carrier is still asked about a booking of this order, and may tell again whom it goes to: erase after {}",
                until.unwrap_or(self.now)
            ));
        }
        let leaves = self.leaves_at().filter(|leaves| *leaves > self.now)?;
        Some(format!(
            "the parcel has not left yet, its label is needed until {leaves}: erase after that, or have the shop cancel the order"
        ))
    }

    fn leaves_at(&self) -> Option<Timestamp> {
        self.life.live()?.hand_over_at.parse().ok()
    }
}
