//! The configuration of a test's worker: like the example, with times so short that doubts settle
//! in seconds, and names on the broker that no other test uses.

use std::fmt::Write;
use std::net::SocketAddr;

use super::broker::Names;

/// Written into every configuration, and never told.
pub const SECRETS: [&str; 8] = [
    "chrono-pass-word",
    "chrono-tracking-word",
    "dhl-user-name",
    "dhl-pass-word",
    "gls-client-name",
    "gls-client-word",
    "tnt-user-name",
    "tnt-pass-word",
];

/// The bearer token of a worker that listens, never told either.
pub const HTTP_TOKEN: &str = "http-bearer-word";

/// A carrier that has a stub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Chronopost,
    Dhl,
    Gls,
    Tnt,
}

/// A contract.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: String,
    pub carrier: Carrier,
    /// Where the carrier answers.
    pub address: SocketAddr,
    /// Whether it may be looked up and voided.
    pub can_be_asked: bool,
    /// Whether what a look-up does not find is proven not to exist.
    pub silence_is_proof: bool,
}

/// What a test may change before the worker starts.
pub struct Setup {
    pub broker_url: String,
    pub names: Names,
    pub ledger_url: String,
    /// More lines of `[bus]`.
    pub more_bus: String,
    pub headroom_mib: u64,
    pub lease_s: u64,
    pub margin_s: u64,
    /// The site's time zone, and its trucks.
    pub site: String,
    pub in_flight: usize,
    /// Of every account, like `concurrency`.
    pub timeout_s: u64,
    pub concurrency: usize,
    pub when_in_doubt: &'static str,
    pub probe_s: u64,
    pub accounts: Vec<Account>,
    /// Further accounts, as they stand in the file.
    pub more_accounts: String,
    /// The accounts of the one route, as they stand in a list.
    pub route: &'static str,
}

impl Setup {
    /// The account `chronopost`, then the account `dhl`.
    pub fn new(broker_url: &str, names: Names, ledger_url: String, stubs: SocketAddr) -> Self {
        let mut setup = Self {
            broker_url: broker_url.to_owned(),
            names,
            ledger_url,
            more_bus: String::new(),
            headroom_mib: 1,
            lease_s: 14,
            margin_s: 60,
            site: "time_zone = \"Europe/Paris\"\n".to_owned(),
            in_flight: 64,
            timeout_s: 4,
            concurrency: 64,
            when_in_doubt: "park",
            probe_s: 300,
            accounts: Vec::new(),
            more_accounts: String::new(),
            route: "\"chronopost\", \"dhl\"",
        };
        setup.account("chronopost", Carrier::Chronopost, stubs);
        setup.account("dhl", Carrier::Dhl, stubs);
        setup
    }

    /// Adds an account.
    pub fn account(&mut self, id: &str, carrier: Carrier, address: SocketAddr) {
        self.accounts.push(Account {
            id: id.to_owned(),
            carrier,
            address,
            can_be_asked: true,
            silence_is_proof: false,
        });
    }

    /// `diligence.toml`.
    pub fn text(&self) -> String {
        let Names {
            orders,
            orders_queue,
            dead,
            dead_queue,
            events,
            unrouted,
            ..
        } = &self.names;
        let ledger = &self.ledger_url;
        let (more_bus, margin, site) = (&self.more_bus, self.margin_s, &self.site);
        let (probe, route) = (self.probe_s, self.route);
        // Several: the nodes of a cluster.
        let urls = self.broker_url.split(',').map(|url| format!("\"{url}\""));
        let urls: Vec<String> = urls.collect();
        let url = match urls.as_slice() {
            [url] => format!("url = {url}"),
            urls => format!("urls = [{}]", urls.join(", ")),
        };
        let (headroom, lease, in_flight) = (self.headroom_mib, self.lease_s, self.in_flight);
        let mut text = format!(
            "[bus]\n{url}\norders_exchange = \"{orders}\"\norders_queue = \"{orders_queue}\"\n\
             dead_exchange = \"{dead}\"\ndead_queue = \"{dead_queue}\"\nevents_exchange = \"{events}\"\n\
             unrouted_queue = \"{unrouted}\"\ntimeout_ms = 5000\n{more_bus}\n\
             [ledger]\nurl = \"{ledger}\"\nheadroom_mib = {headroom}\n\n\
             [labels]\nfolder = \"labels\"\n\n\
             [dispatch]\nlease_s = {lease}\nsettle_s = 1\nabsent_gap_s = 1\nmargin_s = {margin}\n\
             in_flight = {in_flight}\nretry_first_ms = 200\nretry_max_ms = 1000\nprobe_s = {probe}\n\n\
             [services.express]\nmax_age_h = 48\n\n\
             [[sites]]\nid = \"lille\"\nname = \"Maison Exemple\"\nstreet = [\"1 rue du Dépôt\"]\n\
             postal_code = \"59000\"\ncity = \"Lille\"\ncountry = \"FR\"\nphone = \"+33320000000\"\n\
             email = \"expedition@example.com\"\n{site}\n\
             [[routes]]\nservice = \"express\"\naccounts = [{route}]\n\n"
        );
        for account in &self.accounts {
            write!(text, "{}", self.account_text(account)).expect("a String takes it");
        }
        text + &self.more_accounts
    }

    fn account_text(&self, account: &Account) -> String {
        let [
            password,
            tracking_password,
            username,
            dhl_password,
            client_id,
            client_secret,
            tnt_user,
            tnt_password,
        ] = SECRETS;
        let (carrier, path, product, number, secrets) = match account.carrier {
            Carrier::Chronopost => {
                let mut secrets = format!("password = \"{password}\"\n");
                if account.can_be_asked {
                    writeln!(secrets, "tracking_password = \"{tracking_password}\"")
                        .expect("a String takes it");
                }
                ("chronopost", "", "01", "19869502", secrets)
            }
            Carrier::Dhl => {
                let secrets = format!("username = \"{username}\"\npassword = \"{dhl_password}\"\n");
                ("dhl-express", "/mydhlapi", "N", "123456789", secrets)
            }
            Carrier::Gls => {
                let secrets =
                    format!("client_id = \"{client_id}\"\nclient_secret = \"{client_secret}\"\n");
                ("gls", "", "PARCEL", "276a1b2c3d", secrets)
            }
            Carrier::Tnt => {
                let login = format!("username = \"{tnt_user}\"\npassword = \"{tnt_password}\"\n");
                let secrets = format!("{login}label_format = \"xml\"\n");
                ("tnt", "", "15N", "100200300", secrets)
            }
        };
        let proof = match account.silence_is_proof {
            true => "silence_is_proof_after_s = 1\n",
            false => "",
        };
        format!(
            "[[accounts]]\nid = \"{}\"\ncarrier = \"{carrier}\"\nenvironment = \"test\"\n\
             base_url = \"http://{}{path}\"\naccount_number = \"{number}\"\ntimeout_s = {}\nconcurrency = {}\nwhen_in_doubt = \"{}\"\n{secrets}{proof}\n\
             [[accounts.products]]\nservice = \"express\"\ncode = \"{product}\"\ncountries = [\"FR\"]\n\n",
            account.id, account.address, self.timeout_s, self.concurrency, self.when_in_doubt,
        )
    }
}
