//! From a claimed action to the request the carrier gets. Pure: no network, no ledger.

use carrier_sdk::{Contract, Intent, Refusal, Request, Search};
use jiff::ZonedDateTime;

use super::Dispatch;
use crate::accounts::Account;
use crate::life::{Action, Booking, Life};
use crate::order::Order;

/// What a claimed action comes to.
pub enum Prepared {
    /// A call to be made.
    Call {
        /// With this account.
        account: String,
        /// This request.
        request: Request,
    },
    /// Nothing can be sent, and why.
    Refused(Refusal),
}

impl Dispatch {
    pub(super) fn prepare(&self, action: Action, life: &Life, order: Option<&Order>) -> Prepared {
        let Some(booking) = life.booking(action.booking()) else {
            return refused("booking", "the ledger does not know this booking");
        };
        let Some(account) = self.parts.accounts.get(&booking.account) else {
            return refused("account", "it is no longer in the configuration");
        };
        let request = match action {
            Action::Book { .. } => self.booking_request(booking, account, order),
            Action::LookUp { .. } => look_up_request(booking, account),
            Action::Void { parcel, .. } => self.void_request(booking, account, parcel),
            Action::Relabel { parcel, .. } => relabel_request(booking, account, parcel),
        };
        match request {
            Ok(request) => Prepared::Call {
                account: booking.account.clone(),
                request,
            },
            Err(refusal) => Prepared::Refused(refusal),
        }
    }

    fn booking_request(
        &self,
        booking: &Booking,
        account: &Account,
        order: Option<&Order>,
    ) -> Result<Request, Refusal> {
        let order = order.ok_or_else(|| Refusal::one("order", "its content was erased"))?;
        let site = self.parts.routes.site(&order.ship_from).ok_or_else(|| {
            Refusal::one("ship_from", "the site is no longer in the configuration")
        })?;
        let hand_over_at: ZonedDateTime = booking
            .hand_over_at
            .parse()
            .map_err(|_| Refusal::one("hand_over_at", "the stored time cannot be read"))?;
        account.carrier.book(&Intent {
            reference: booking.reference.clone(),
            contract: account.contract.clone(),
            product: booking.product.code.clone(),
            label_format: account.label_format,
            hand_over_at,
            shipment: order.shipment(site),
        })
    }

    fn void_request(
        &self,
        booking: &Booking,
        account: &Account,
        parcel: usize,
    ) -> Result<Request, Refusal> {
        let voiding = account.carrier.voiding().ok_or_else(unable)?;
        let per_parcel = self
            .parts
            .policy
            .abilities(&booking.account)
            .void_per_parcel;
        let numbers = booking.numbers_to_void(per_parcel);
        let number = numbers
            .get(parcel)
            .ok_or_else(|| Refusal::one("tracking_number", "no number is known to be voided"))?;
        Ok(voiding.void(&account.contract, number))
    }
}

/// Asks for the result of the step it is at, where that can be done, else for the reference.
fn look_up_request(booking: &Booking, account: &Account) -> Result<Request, Refusal> {
    if let Some(memo) = booking.step_to_ask() {
        let continuing = account.carrier.continuing().ok_or_else(unable)?;
        return Ok(continuing.next(&account.contract, memo));
    }
    let finding = account.carrier.finding().ok_or_else(unable)?;
    Ok(finding.find(&account.contract, &search(booking, account)))
}

fn search(booking: &Booking, account: &Account) -> Search {
    Search {
        reference: booking.reference.clone(),
        sent: carrier_sdk::shipment::Span {
            from: booking.sent_from,
            to: booking.sent_to,
        },
        label_format: account.label_format,
    }
}

fn relabel_request(
    booking: &Booking,
    account: &Account,
    parcel: usize,
) -> Result<Request, Refusal> {
    let relabelling = account.carrier.relabelling().ok_or_else(unable)?;
    let contract: &Contract = &account.contract;
    let numbers = booking.numbers.as_ref();
    let number = numbers
        .and_then(|numbers| numbers.parcels.get(parcel))
        .map(|parcel| &parcel.tracking_number)
        .ok_or_else(|| Refusal::one("tracking_number", "no number is known"))?;
    Ok(relabelling.relabel(contract, number, account.label_format))
}

fn unable() -> Refusal {
    Refusal::one("carrier", "it has no such call")
}

fn refused(field: &str, message: &str) -> Prepared {
    Prepared::Refused(Refusal::one(field, message))
}
