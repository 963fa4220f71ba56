//! How ledger, bus and lines stand at the moment of a scrape, as gauges. Asks nobody: it is given
//! what was read.

use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};

use super::{Line, PREFIX, line};
use crate::carrier_http::{BreakerView, LaneView};
use crate::ledger::Gauges;
use crate::life::State;

/// How things stand.
pub struct Standing<'a> {
    /// Now.
    pub now: Timestamp,
    /// The ledger's figures; none: it cannot tell them.
    pub ledger: Option<&'a Gauges>,
    /// Whether what is booked now could not be kept.
    pub ledger_trouble: bool,
    /// Whether the bus cannot be used.
    pub bus_trouble: bool,
    /// The accounts.
    pub accounts: &'a [AccountStanding],
}

/// How an account stands.
pub struct AccountStanding {
    /// Its name.
    pub account: String,
    /// Its carrier's name.
    pub carrier: String,
    /// Whether the ledger says that it is paused.
    pub paused: bool,
    /// Its breakers.
    pub breaker: BreakerView,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lane {
    carrier: String,
    account: String,
    lane: &'static str,
}

impl Standing<'_> {
    /// The gauges, in a registry of their own.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        self.tell_trouble(&mut registry);
        self.tell_accounts(&mut registry);
        if let Some(gauges) = self.ledger {
            tell_orders(&mut registry, gauges);
            self.tell_times(&mut registry, gauges);
        }
        registry
    }

    fn tell_trouble(&self, registry: &mut Registry) {
        registry.register(
            "bus_trouble",
            "1 while the broker cannot be used",
            flag(self.bus_trouble),
        );
        registry.register(
            "ledger_trouble",
            "1 while the ledger cannot be read or could not keep an outcome",
            flag(self.ledger_trouble),
        );
    }

    fn tell_accounts(&self, registry: &mut Registry) {
        let paused = Family::<Line, Gauge>::default();
        let breaker = Family::<Lane, Gauge>::default();
        for standing in self.accounts {
            let AccountStanding {
                account, carrier, ..
            } = standing;
            paused
                .get_or_create(&line(carrier, account))
                .set(standing.paused.into());
            let lanes = [
                ("booking", standing.breaker.booking),
                ("reading", standing.breaker.reading),
            ];
            for (lane, view) in lanes {
                let lane = Lane {
                    carrier: carrier.clone(),
                    account: account.clone(),
                    lane,
                };
                let open = view != LaneView::Flowing;
                breaker.get_or_create(&lane).set(open.into());
            }
        }
        registry.register(
            "account_paused",
            "1 while an account is paused: its credentials were refused, or a person did it",
            paused,
        );
        registry.register(
            "breaker_open",
            "1 while calls of a lane are paused because the carrier fails, or one probe is under way",
            breaker,
        );
    }

    fn tell_times(&self, registry: &mut Registry, gauges: &Gauges) {
        let age = |since: Option<Timestamp>| since.map_or(0.0, |since| seconds(since, self.now));
        registry.register_with_unit(
            "in_doubt_age",
            "Since the oldest request was sent whose outcome is in doubt; 0: none is",
            Unit::Seconds,
            ConstGauge::new(age(gauges.in_doubt_since)),
        );
        registry.register_with_unit(
            "outbox_age",
            "Since the oldest event was committed that the bus has not confirmed; 0: none waits",
            Unit::Seconds,
            ConstGauge::new(age(gauges.unsent_since)),
        );
        // Absent when nothing has to be met: any number would be a lie.
        if let Some(next) = gauges.next_cut_off {
            registry.register_with_unit(
                "next_cut_off",
                "To the next cut-off (else deadline) with orders that have no booking yet",
                Unit::Seconds,
                ConstGauge::new(seconds(self.now, next)),
            );
        }
    }
}

fn tell_orders(registry: &mut Registry, gauges: &Gauges) {
    let orders = Family::<InState, Gauge<u64, AtomicU64>>::default();
    for state in State::ALL {
        let counted = gauges.orders.iter().find(|(counted, _)| *counted == state);
        let state = InState {
            state: state.name(),
        };
        orders
            .get_or_create(&state)
            .set(counted.map_or(0, |(_, count)| *count));
    }
    registry.register("orders", "Orders by state", orders);
    registry.register(
        "late_orders",
        "Orders without a booking although their cut-off (else deadline) has passed",
        ConstGauge::new(gauges.late),
    );
    registry.register(
        "stray_bookings",
        "Waybills that are ours, not wanted and could not be taken back",
        ConstGauge::new(gauges.strays),
    );
    registry.register(
        "outbox_events",
        "Events that the bus has not confirmed",
        ConstGauge::new(gauges.unsent),
    );
}

fn flag(raised: bool) -> ConstGauge<u64> {
    ConstGauge::new(raised.into())
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
