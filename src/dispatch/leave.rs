//! What must be had before anything is claimed (rule 3): a place of the account's day, the permit of its
//! line. Dropped, all of it is given back.

use super::Dispatch;
use super::limits::Place;
use super::prepare::Prepared;
use crate::carrier_http::{NotSent, Permit};
use crate::life::{Action, Booking, Life};
use crate::order::Order;

/// An account takes no more today.
pub struct Full;

/// Leave to act on an order.
pub struct Leave {
    /// Of the account's line.
    pub permit: Result<Permit, NotSent>,
    /// The request as it was foreseen, and the booking it was made from.
    pub prepared: Prepared,
    booking: Option<Booking>,
}

impl Leave {
    /// Whether the request that was foreseen is the one that was claimed.
    pub fn is_for(&self, action: Action, life: &Life) -> bool {
        let (Action::Book { n }, Some(foreseen)) = (action, &self.booking) else {
            return false;
        };
        life.booking(n).is_some_and(|claimed| {
            claimed.n == foreseen.n
                && claimed.account == foreseen.account
                && claimed.product == foreseen.product
                && claimed.reference == foreseen.reference
                && claimed.hand_over_at == foreseen.hand_over_at
        })
    }
}

impl Dispatch {
    /// A place of the account that is to book, before anything is claimed.
    pub(super) fn place_for(
        &self,
        action: Option<Action>,
        life: &Life,
    ) -> Result<Option<Place<'_>>, Full> {
        let Some(Action::Book { n }) = action else {
            return Ok(None);
        };
        let account = life.booking(n).map(|booking| booking.account.as_str());
        let place = account.map(|account| self.lines.place(account).ok_or(Full));
        place.transpose()
    }

    /// The permit for an action, held before its claim commits (rule 3).
    pub(super) async fn leave_for(
        &self,
        action: Action,
        life: &Life,
        order: Option<&Order>,
    ) -> Leave {
        let prepared = self.prepare(action, life, order);
        let permit = match &prepared {
            Prepared::Call { account, request } => {
                let http = &self.parts.http;
                http.permit(account, &request.auth, request.effect).await
            }
            Prepared::Refused(_) => Err(NotSent::no_call()),
        };
        Leave {
            permit,
            prepared,
            booking: life.booking(action.booking()).cloned(),
        }
    }
}
