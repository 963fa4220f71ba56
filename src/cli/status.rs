//! `status`: what somebody on call asks at three in the morning, on one screen. It tells what it can
//! also when the broker or the ledger cannot be reached, and never waits long for either.

mod alarms;
mod facts;
mod gather;
mod screen;
#[cfg(test)]
mod tests;

use clap::Args;

use self::alarms::Urgency;
use super::config::Source;
use super::ending::{Ending, Failure};
use super::{Form, gateway, output};

/// `diligence status`
#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    form: Form,
}

impl Status {
    /// Asks broker and ledger, tells what is wrong and how things stand.
    ///
    /// # Errors
    /// When the configuration cannot work; everything else that fails is told as an alarm.
    pub async fn run(self, source: &Source) -> Result<Ending, Failure> {
        let config = gateway::checked(source, |_| Vec::new())?;
        let facts = Box::pin(gather::facts(&config)).await?;
        let alarms = alarms::raise(&facts);
        if self.form.json {
            output::json(&screen::json(&facts, &alarms))?;
        } else {
            output::line(&screen::text(&facts, &alarms, &source.as_called()))?;
        }
        let needs_somebody = alarms.iter().any(|alarm| alarm.urgency < Urgency::Watch);
        Ok(if needs_somebody {
            Ending::Attention
        } else {
            Ending::Done
        })
    }
}
