//! The demo's stage: stub carriers on loopback, a configuration that points at them, a folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use carrier_sdk::stub::{Bench, StubServer};
use carrier_sdk::stub::{Mode, Proxy};

use crate::config::{self, Config};
use crate::registry;

/// Everything the play stands on.
pub struct Stage {
    /// Where ledger, labels and events are left.
    pub folder: PathBuf,
    /// The carriers' own books.
    pub bench: Bench,
    /// The line to the carrier that is down.
    pub broken_line: Proxy,
    /// The configuration, as it also stands in the folder.
    pub config: Config,
    /// Keeps the carriers answering.
    _server: StubServer,
}

impl Stage {
    /// Builds it in this folder.
    ///
    /// # Errors
    /// When the folder cannot be made or no port can be had.
    pub async fn build(folder: &Path, amqp: Option<&str>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| {
            format!(
                "{} cannot be made; choose another with --folder",
                folder.display()
            )
        })?;
        let bench = Bench::in_memory();
        let server = StubServer::start(bench.clone(), None, registry::stubs())
            .await
            .context("no port on loopback could be had for the stub carriers")?;
        let address: SocketAddr = server.address();
        let broken_line = Proxy::start(address).await?;
        broken_line.set(Mode::Refuse).await?;
        let text = configuration(folder, address, broken_line.addr(), amqp);
        let file = folder.join("diligence.toml");
        std::fs::write(&file, &text)?;
        let config = config::parse(&file.display().to_string(), &text, folder, &[])?;
        let findings = config::check(&config, &registry::profiles());
        let wrong = findings
            .iter()
            .find(|finding| finding.severity == config::Severity::Error);
        if let Some(wrong) = wrong {
            anyhow::bail!("the demo's own configuration is wrong: {wrong}");
        }
        Ok(Self {
            folder: folder.to_owned(),
            bench,
            broken_line,
            config,
            _server: server,
        })
    }
}

fn configuration(
    folder: &Path,
    stubs: SocketAddr,
    broken: SocketAddr,
    amqp: Option<&str>,
) -> String {
    let bus = amqp.map_or_else(String::new, |url| format!("url = {url:?}\n"));
    let ledger = folder.join("ledger.db").display().to_string();
    let labels = folder.join("labels").display().to_string();
    let mut text = format!(
        "# Written by `diligence demo`. Times are short so that doubts settle in seconds.\n\
         [bus]\n{bus}\n\
         [ledger]\nurl = \"sqlite://{ledger}\"\nheadroom_mib = 1\n\n\
         [labels]\nfolder = {labels:?}\n\n\
         [dispatch]\nlease_s = 12\nsettle_s = 1\nabsent_gap_s = 1\nmargin_s = 60\n\
         retry_first_ms = 300\nretry_max_ms = 1000\n\n\
         [services.express]\nmax_age_h = 48\n\n[services.evening]\nmax_age_h = 48\n\n[services.south]\nmax_age_h = 48\n\n\
         [[sites]]\nid = \"lille\"\nname = \"Maison Exemple\"\nstreet = [\"1 rue du Dépôt\"]\n\
         postal_code = \"59000\"\ncity = \"Lille\"\ncountry = \"FR\"\nphone = \"+33320000000\"\n\
         email = \"expedition@example.com\"\ntime_zone = \"Europe/Paris\"\n\n"
    );
    let chronopost = |id: &str, more: &str, services: &[&str]| {
        let mut text = format!(
            "[[accounts]]\nid = \"{id}\"\ncarrier = \"chronopost\"\nenvironment = \"test\"\n\
             base_url = \"http://{stubs}\"\naccount_number = \"19869502\"\npassword = \"255562\"\n\
             tracking_password = \"255562\"\ntimeout_s = 2\n{more}\n"
        );
        for service in services {
            text += &format!(
                "[[accounts.products]]\nservice = \"{service}\"\ncode = \"01\"\ncountries = [\"FR\"]\n\n"
            );
        }
        text
    };
    let dhl = |id: &str, address: SocketAddr, service: &str, products: &[(&str, &str)]| {
        let mut text = format!(
            "[[accounts]]\nid = \"{id}\"\ncarrier = \"dhl-express\"\nenvironment = \"test\"\n\
             base_url = \"http://{address}/mydhlapi\"\naccount_number = \"123456789\"\n\
             username = \"demo\"\npassword = \"demo\"\ntimeout_s = 2\n\n"
        );
        for (code, countries) in products {
            text += &format!(
                "[[accounts.products]]\nservice = \"{service}\"\ncode = \"{code}\"\ncountries = {countries}\n\n"
            );
        }
        text
    };
    text += &chronopost("chronopost", "", &["express", "south"]);
    text += &chronopost("chronopost-south", "", &["south"]);
    text += &chronopost("chronopost-zpl", "label_format = \"zpl\"", &["express"]);
    text += &dhl(
        "dhl",
        stubs,
        "express",
        &[("N", "[\"FR\"]"), ("U", "[\"DE\"]"), ("P", "[\"CH\"]")],
    );
    text += &dhl("dhl-evening", broken, "evening", &[("N", "[\"FR\"]")]);
    for (service, accounts) in [
        ("express", "[\"chronopost\", \"dhl\"]"),
        ("evening", "[\"dhl-evening\"]"),
        ("south", "[\"chronopost-south\", \"chronopost\"]"),
    ] {
        text += &format!("[[routes]]\nservice = \"{service}\"\naccounts = {accounts}\n\n");
    }
    text
}
