//! The configured contracts, each with its carrier: what routing, dispatch and the life machine
//! must know of them. Holds no secret; those go from the configuration straight to `carrier_http`.

mod probe;

use std::collections::BTreeMap;
use std::time::Duration;

use carrier_sdk::shipment::Span;
use carrier_sdk::{Absence, Carrier, Contract, LabelFormat, Profile, Request, Search, VoidUnit};
use jiff::Timestamp;

use crate::carrier_http::Access;
use crate::config::{self, Config, WhenInDoubt};
use crate::life::{Abilities, Policy};
use crate::registry;

pub use probe::Found;

/// One contract with its carrier.
pub struct Account {
    /// What the configuration says of it.
    pub settings: config::Account,
    /// Its carrier.
    pub carrier: &'static dyn Carrier,
    /// Its number and settings, for the carrier's requests.
    pub contract: Contract,
    /// The format of its labels.
    pub label_format: LabelFormat,
}

impl Account {
    /// The account with its carrier; `None` when this gateway has no carrier of that name.
    pub fn new(settings: &config::Account, labels: &config::Labels) -> Option<Self> {
        let carrier = registry::carrier(&settings.carrier)?;
        Some(Self {
            contract: settings.contract(carrier.profile()),
            label_format: settings.label_format(labels),
            carrier,
            settings: settings.clone(),
        })
    }

    /// Its carrier's profile.
    pub fn profile(&self) -> &'static Profile {
        self.carrier.profile()
    }

    /// What its carrier can do about a booking, with the secrets this account has: a look-up that
    /// needs a secret the account lacks is an ability it lacks.
    fn abilities(&self) -> Abilities {
        let profile = self.profile();
        let number = "0";
        let find = self.carrier.finding().map(|finding| {
            let moment = Span {
                from: Timestamp::UNIX_EPOCH,
                to: Timestamp::UNIX_EPOCH,
            };
            let search = Search {
                reference: number.to_owned(),
                sent: moment,
                label_format: self.label_format,
            };
            finding.find(&self.contract, &search)
        });
        let void = self.carrier.voiding();
        let void = void.map(|voiding| voiding.void(&self.contract, number));
        let relabel = self.carrier.relabelling();
        let relabel = relabel
            .map(|relabelling| relabelling.relabel(&self.contract, number, self.label_format));
        Abilities {
            find: self.can_send(find.as_ref()),
            void: self.can_send(void.as_ref()),
            void_per_parcel: profile.void_unit == VoidUnit::Parcel,
            relabel: self.can_send(relabel.as_ref()),
            absence_is_proof: match (self.settings.silence_is_proof_after_s, profile.absence) {
                (Some(seconds), _) => Some(Duration::from_secs(seconds)),
                (None, Absence::Proof { after }) => Some(after),
                (None, Absence::Evidence) => None,
            },
            rebook_in_doubt: self.settings.when_in_doubt == WhenInDoubt::Rebook,
        }
    }

    fn can_send(&self, request: Option<&Request>) -> bool {
        let given = self.settings.secrets(self.profile());
        request.is_some_and(|request| {
            request
                .secrets()
                .into_iter()
                .all(|name| given.contains_key(name))
        })
    }

    fn access(&self, in_flight: usize) -> Access {
        let mut access = Access::new(&self.settings.id, &self.settings.base_url);
        access.secrets = self.settings.secrets(self.profile());
        access.timeout = self.settings.timeout();
        access.read_timeout = access.timeout;
        access.concurrency = self.settings.concurrency.min(in_flight);
        access.rate_per_s = self.settings.rate_per_s;
        access
    }
}

/// All configured accounts.
pub struct Accounts {
    by_id: BTreeMap<String, Account>,
}

impl Accounts {
    /// The accounts whose carrier this gateway has; `config check` has refused any other.
    pub fn new(config: &Config) -> Self {
        let account = |settings: &config::Account| {
            let account = Account::new(settings, &config.labels)?;
            Some((settings.id.clone(), account))
        };
        Self {
            by_id: config.accounts.iter().filter_map(account).collect(),
        }
    }

    /// The account with this id.
    pub fn get(&self, id: &str) -> Option<&Account> {
        self.by_id.get(id)
    }

    /// Another carrier behind an account.
    #[cfg(test)]
    pub fn put(&mut self, id: &str, carrier: &'static dyn Carrier) {
        if let Some(account) = self.by_id.get_mut(id) {
            account.carrier = carrier;
        }
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Account)> {
        self.by_id
            .iter()
            .map(|(id, account)| (id.as_str(), account))
    }

    /// Each account's id and its carrier's name.
    pub fn carriers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter()
            .map(|(id, account)| (id, account.settings.carrier.as_str()))
    }

    /// The accounts that book real parcels, for everybody to see.
    pub fn live(&self) -> String {
        let live = self
            .by_id
            .iter()
            .filter(|(_, account)| account.settings.environment == config::Environment::Live);
        live.map(|(id, _)| id.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What `carrier_http` must know of each, which has so many calls at a time at most.
    pub fn access(&self, in_flight: usize) -> Vec<Access> {
        let accounts = self.by_id.values();
        accounts.map(|account| account.access(in_flight)).collect()
    }

    /// What the life machine must know of times and abilities.
    pub fn policy(&self, dispatch: &config::Dispatch) -> Policy {
        let gap = Duration::from_secs(dispatch.absent_gap_s);
        Policy {
            margin: Duration::from_secs(dispatch.margin_s),
            settle: Duration::from_secs(dispatch.settle_s),
            gap,
            first_look: gap.min(FIRST_LOOK),
            late_looks: dispatch
                .late_lookups_s
                .iter()
                .map(|seconds| Duration::from_secs(*seconds))
                .collect(),
            accounts: self
                .by_id
                .iter()
                .map(|(id, account)| (id.clone(), account.abilities()))
                .collect(),
        }
    }
}

/// A first look-up soon after a doubt: its silence does not count, but a hit ends the doubt early.
const FIRST_LOOK: Duration = Duration::from_secs(5);
