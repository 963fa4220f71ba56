//! The line to one test account: the worker's HTTP client with the account's secrets, one call at a
//! time. It says in words why there is no answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use carrier_sdk::{Effect, Request, Response};

use crate::accounts::{Account, Accounts};
use crate::carrier_http::{CarrierHttp, Deadline, Sent};
use crate::cli::ending::Failure;

/// Longest wait for leave to ask.
const PATIENCE: Duration = Duration::from_secs(15);
/// What a call may take beyond the account's own time-out.
const MARGIN: Duration = Duration::from_secs(30);

/// A line with one account.
pub struct TestLine {
    http: CarrierHttp,
    id: String,
    timeout: Duration,
    may_have_booked: AtomicBool,
}

impl TestLine {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// When the client cannot be set up.
    pub fn new(accounts: &Accounts, account: &Account) -> Result<Self, Failure> {
        let id = account.settings.id.clone();
        let http = CarrierHttp::new(accounts.access(1))
            .map_err(|problem| Failure::usage(format!("{id} cannot be reached: {problem}")))?;
        Ok(Self {
            http,
            id,
            timeout: account.settings.timeout(),
            may_have_booked: AtomicBool::new(false),
        })
    }

    /// Asks once.
    ///
    /// # Errors
    /// Why there is no answer, and what that means.
    pub async fn ask(&self, request: &Request) -> Result<Response, String> {
        let leave = self.http.permit(&self.id, &request.auth, request.effect);
        let permit = match tokio::time::timeout(PATIENCE, leave).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(problem)) => return Err(problem.to_string()),
            Err(_) => return Err("the carrier does not answer".to_owned()),
        };
        let deadline = Deadline::after(self.timeout + MARGIN);
        let sent = self.http.send(permit, &self.id, request, deadline).await;
        if request.effect == Effect::Books && !matches!(sent, Sent::NotSent(_)) {
            self.may_have_booked.store(true, Ordering::Relaxed);
        }
        match sent {
            Sent::Answered(answer) | Sent::TokenEnded(answer) => Ok(answer),
            Sent::NotSent(problem) => Err(problem.to_string()),
            Sent::InDoubt(lost) => Err(lost.to_string()),
        }
    }

    /// Whether a request that books may have left.
    pub fn may_have_booked(&self) -> bool {
        self.may_have_booked.load(Ordering::Relaxed)
    }
}
