//! Consumes orders: keeps a session with the broker going, and rebuilds all of it when it breaks.
//!
//! lapin's own recovery is not used: it can hang in a handshake, leaves a consumer waiting for ever
//! after a channel error, and knows one host only. What one session does is in `session.rs`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Trouble;
use super::hosts::Hosts;
use super::publisher::Publisher;
use super::session::{End, Session};
use crate::bus::{BusError, Handler, Pauses};
use crate::config;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A session that lived this long was a good one, even if no order came.
const GOOD_SESSION: Duration = Duration::from_secs(60);

/// All that a session is built from.
pub struct Consumer {
    pub hosts: Arc<Hosts>,
    pub settings: Arc<config::Bus>,
    pub dead_copies: Arc<Publisher>,
    pub trouble: Trouble,
}

impl Consumer {
    /// Until `stop`, or until the settings prove useless.
    pub async fn run(
        &self,
        handler: Arc<dyn Handler>,
        stop: CancellationToken,
    ) -> Result<(), BusError> {
        let mut pauses = Pauses::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let started = Instant::now();
            let Some(opened) = stop.run_until_cancelled(Session::open(self)).await else {
                return Ok(());
            };
            let outcome = match opened {
                Ok(session) => {
                    self.trouble.clear();
                    let (outcome, progress) = session.run(Arc::clone(&handler), &stop).await;
                    if progress || started.elapsed() > GOOD_SESSION {
                        pauses.reset();
                    }
                    outcome
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok(End::Stopped) => return Ok(()),
                Ok(End::LedgerDown) => {
                    tracing::warn!("the ledger takes no orders; consuming waits")
                }
                Err(error @ BusError::Settings(_)) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "no orders come in; trying again");
                    self.trouble.set(&error);
                }
            }
            let waiting = wait(&mut pauses, handler.as_ref());
            if stop.run_until_cancelled(waiting).await.is_none() {
                return Ok(());
            }
        }
    }
}

/// At least one pause, then until the handler can take orders.
async fn wait(pauses: &mut Pauses, handler: &dyn Handler) {
    loop {
        tokio::time::sleep(pauses.longer()).await;
        if handler.ready().await {
            return;
        }
    }
}
