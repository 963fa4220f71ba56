//! The trait a carrier implements, and its optional capabilities.
//!
//! A capability a carrier lacks is absent, never an empty implementation: adding one here changes
//! no carrier that does not have it.

use crate::ability::Abilities;
use crate::label::{Label, LabelFormat};
use crate::profile::Profile;
use crate::request::{Request, Response};
use crate::shipment::{Contract, Intent};
use crate::step::{Booking, FoundShipment, Memo, Refusal, Search, Step, VoidAnswer, Why};
use crate::tracking::TrackedShipment;

/// A carrier's API, as pure translation in both directions.
pub trait Carrier: Send + Sync {
    /// Who it is and what it can do, as data.
    fn profile(&self) -> &'static Profile;

    /// The request that books this intent, or why the carrier could not take it.
    fn book(&self, intent: &Intent) -> Result<Request, Refusal>;

    /// What an answer to [`Carrier::book`] (or to the step that `memo` remembers) tells.
    fn read_booking(&self, memo: Option<&Memo>, answer: &Response) -> Step<Booking>;

    /// What it can do beyond a booking in one step: it names what it has, and nothing else.
    fn abilities(&self) -> Abilities<'_> {
        Abilities::default()
    }

    /// Books in several steps.
    fn continuing(&self) -> Option<&dyn Continue> {
        self.abilities().continuing
    }

    /// Looks a booking up by our own reference.
    fn finding(&self) -> Option<&dyn Find> {
        self.abilities().finding
    }

    /// Takes a booking back.
    fn voiding(&self) -> Option<&dyn Void> {
        self.abilities().voiding
    }

    /// Fetches the label of an existing booking again.
    fn relabelling(&self) -> Option<&dyn Relabel> {
        self.abilities().relabelling
    }

    /// Reads where a parcel is.
    fn tracking(&self) -> Option<&dyn Track> {
        self.abilities().tracking
    }
}

/// Booking in several steps: what [`Step::Then`] asks for is sent next, and read by
/// [`Carrier::read_booking`] with the same memo.
pub trait Continue: Send + Sync {
    /// The request that follows. Its effect says whether it books or only reads: after a crash only
    /// one that reads is sent again. Once a step that books may have left, nothing but a listed
    /// refusal of the shipment ends the doubt.
    fn next(&self, contract: &Contract, memo: &Memo) -> Request;
}

/// Looking a booking up by our own reference: the way out of doubt.
pub trait Find: Send + Sync {
    /// The look-up request.
    fn find(&self, contract: &Contract, search: &Search) -> Request;

    /// What the carrier knows under the reference, with the labels where it gives them; empty when it
    /// knows nothing (yet).
    ///
    /// # Errors
    /// [`Why`] the look-up itself failed: it then says nothing about the booking.
    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why>;
}

/// Cancelling a booking with the carrier. Asked once per number; see `Profile::void_unit`.
pub trait Void: Send + Sync {
    /// The request that voids this tracking number.
    fn void(&self, contract: &Contract, tracking_number: &str) -> Request;

    /// What became of it.
    fn read_void(&self, answer: &Response) -> VoidAnswer;
}

/// Fetching a label again.
pub trait Relabel: Send + Sync {
    /// The request for the label of this tracking number, in the format that the account has now.
    fn relabel(&self, contract: &Contract, tracking_number: &str, format: LabelFormat) -> Request;

    /// The label.
    ///
    /// # Errors
    /// [`Why`] there is none; a label that cannot be decoded is unavailable, never handed out.
    fn read_label(&self, answer: &Response) -> Result<Label, Why>;
}

/// Reading tracking answers.
pub trait Track: Send + Sync {
    /// The request that asks where these parcels are.
    fn track(&self, contract: &Contract, tracking_numbers: &[&str]) -> Request;

    /// The shipments in the answer, in its order; empty when none of the numbers is known.
    ///
    /// # Errors
    /// [`Why`] the answer tells nothing about the parcels.
    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why>;
}
