//! `accounts probe`: whether the carrier accepts an account's credentials now, asked by a look-up that
//! finds nothing.

use clap::Args;

use super::{known, moment};
use crate::accounts::Found;
use crate::carrier_http::CarrierHttp;
use crate::cli::ending::{Ending, Failure};
use crate::cli::output;
use crate::ledger::{Paused, Resumption};
use crate::worker::Gateway;

/// What is asked.
#[derive(Args)]
pub struct Probe {
    /// The account's id
    account: String,
    /// Let it work again if the carrier accepts its credentials
    #[arg(long)]
    resume: bool,
    /// Who asks
    #[arg(long, env = "USER", default_value = "operator")]
    actor: String,
}

impl Probe {
    /// Asks, tells, and resumes where that is wanted.
    ///
    /// # Errors
    /// When there is no such account, or the ledger cannot be read or written.
    pub async fn run(&self, gateway: &Gateway) -> Result<Ending, Failure> {
        let (said, ending) = self.ask(gateway).await?;
        output::line(&said)?;
        Ok(ending)
    }

    async fn ask(&self, gateway: &Gateway) -> Result<(String, Ending), Failure> {
        let account = known(gateway, &self.account)?;
        let name = &self.account;
        let Some(question) = account.question() else {
            let said = format!(
                "{name} cannot be probed: its carrier has no look-up that sends what a booking sends. \
                 After `accounts resume {name}` the next order tells: refused again, it pauses again"
            );
            return Ok((said, Ending::Attention));
        };
        let http = CarrierHttp::new(gateway.accounts.access(1))
            .map_err(|problem| Failure::usage(format!("{name} cannot be reached: {problem}")))?;
        match account.probe(&http, &question).await {
            Found::Works => self.works(gateway).await,
            Found::Refused(code) => {
                let code = code.map_or_else(String::new, |code| format!(" ({code})"));
                let said = format!(
                    "{name}: the carrier refuses its credentials{code}. Correct them in the configuration, \
                     restart the worker, probe again"
                );
                Ok((said, Ending::Attention))
            }
            Found::NoAnswer(why) => {
                let said = format!("{name}: not found out: {why}");
                Ok((said, Ending::Attention))
            }
        }
    }

    async fn works(&self, gateway: &Gateway) -> Result<(String, Ending), Failure> {
        let name = &self.account;
        let works = format!("{name}: the carrier accepts its credentials");
        let paused = gateway.ledger.paused().await?;
        let Some(pause) = paused.iter().find(|pause| pause.account == *name) else {
            return Ok((works, Ending::Done));
        };
        if self.resume {
            self.end(gateway, pause).await?;
            return Ok((format!("{works}; it works again"), Ending::Done));
        }
        let since = moment(pause.since);
        let said = format!(
            "{works}, yet it is paused since {since} ({}): `accounts resume {name} --reason ...` ends that",
            pause.why.in_plain_words()
        );
        Ok((said, Ending::Attention))
    }

    async fn end(&self, gateway: &Gateway, pause: &Paused) -> Result<(), Failure> {
        let resumption = Resumption {
            account: self.account.clone(),
            since: Some(pause.since),
            note: format!("{}: probed, its credentials are accepted", self.actor),
        };
        gateway.ledger.resume(resumption).await?;
        Ok(())
    }
}

#[cfg(test)]
#[cfg(feature = "stub")]
mod tests {
    use carrier_sdk::stub::{FaultRule, StubFault};

    use super::*;
    use crate::cli::accounts::{Word, pause};
    use crate::demo::stage::Stage;

    struct Scene {
        stage: Stage,
        gateway: Gateway,
        _folder: tempfile::TempDir,
    }

    async fn scene() -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        let stage = Stage::build(folder.path(), None).await.expect("a stage");
        let gateway = Gateway::open(stage.config.clone()).await;
        Scene {
            gateway: gateway.expect("a gateway"),
            stage,
            _folder: folder,
        }
    }

    async fn asked(scene: &Scene, resume: bool) -> (String, Ending) {
        let probe = Probe {
            account: "dhl".into(),
            resume,
            actor: "ana".into(),
        };
        probe.ask(&scene.gateway).await.expect("asked")
    }

    #[tokio::test]
    async fn a_probe_tells_whether_the_carrier_accepts_the_credentials_and_books_nothing() {
        let scene = scene().await;
        let (said, ending) = asked(&scene, false).await;
        assert!(said.contains("accepts its credentials"), "{said}");
        assert_eq!(ending, Ending::Done);
        let rule = FaultRule::always(StubFault::Unauthorized);
        scene.stage.bench.faults.add(rule);
        let (said, ending) = asked(&scene, true).await;
        assert!(said.contains("refuses its credentials"), "{said}");
        assert_eq!(ending, Ending::Attention);
        assert!(scene.stage.bench.ledger.bookings().is_empty());
    }

    #[tokio::test]
    async fn a_probe_that_succeeds_ends_a_pause_only_when_it_is_told_to() {
        let scene = scene().await;
        let word = Word {
            account: "dhl".into(),
            reason: "new password on its way".into(),
            actor: "ana".into(),
        };
        pause(&scene.gateway, &word).await.expect("paused");
        let (said, ending) = asked(&scene, false).await;
        assert!(said.contains("`accounts resume dhl"), "{said}");
        assert_eq!(ending, Ending::Attention);
        let (_, ending) = asked(&scene, true).await;
        assert_eq!(ending, Ending::Done);
        let ledger = &scene.gateway.ledger;
        assert!(ledger.paused().await.expect("read").is_empty());
        let notes = ledger.account_notes("dhl").await.expect("read");
        let last = &notes.last().expect("a note").text;
        assert_eq!(
            last,
            "works again: ana: probed, its credentials are accepted"
        );
    }
}
