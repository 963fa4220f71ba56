//! Faults to order: which request of a stub goes wrong, how, and how often.
//!
//! Faults below HTTP (refused, reset, half an answer) are made by [`super::Proxy`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What goes wrong. `Accept…` books (or voids) first: the answer is what is lost or spoilt.
///
/// In JSON: `{"kind": "accept_then_hang", "ms": 5000}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StubFault {
    /// Nothing.
    None,
    /// A good answer, late.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// 429, nothing accepted.
    Busy {
        /// Sent as Retry-After.
        retry_after_s: Option<u64>,
    },
    /// 503, nothing accepted.
    Down,
    /// 500, nothing accepted. The client cannot know that.
    Broken,
    /// 500 after accepting.
    AcceptThenBroken,
    /// Accepted, then no answer for a while.
    AcceptThenHang {
        /// Milliseconds.
        ms: u64,
    },
    /// Accepted; half of the answer's body, in a well-formed HTTP response.
    AcceptThenTruncate,
    /// Accepted; the answer's status with an empty body.
    AcceptThenEmpty,
    /// Accepted; 200 with a page in HTML, as a gateway in between sends it.
    AcceptThenHtml,
    /// Accepted; 307 to the same path: a client that follows books twice.
    AcceptThenRedirect,
    /// Accepted; a good answer without its label.
    NoLabel,
    /// Accepted; a good answer whose label does not decode.
    BrokenLabel,
    /// Credentials or account refused.
    Unauthorized,
    /// This shipment refused.
    Rejected {
        /// The carrier's code.
        code: String,
        /// The carrier's words.
        message: String,
    },
    /// Accepted; a good answer followed by this many MiB of blanks.
    Huge {
        /// Mebibytes.
        mib: usize,
    },
    /// Accepted; a small gzip body that unpacks to this many MiB of blanks.
    GzipBomb {
        /// Mebibytes.
        mib: usize,
    },
    /// Accepted; a body of the right type, nested 10,000 deep.
    Deep,
    /// Never drawn: bookings younger than this are not found by a look-up.
    LookupLag {
        /// Milliseconds.
        ms: u64,
    },
}

/// Which requests get a fault. Empty fields match all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The carrier's name in configuration.
    #[serde(default)]
    pub carrier: Option<String>,
    /// `book`, `find`, `void`, `label` or `track`.
    #[serde(default)]
    pub operation: Option<String>,
    /// What our reference starts with.
    #[serde(default)]
    pub reference: Option<String>,
    /// How often it strikes before it is gone; for ever when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// Share of the matching requests that it strikes, 0 to 1; all when absent.
    #[serde(default)]
    pub share: Option<f64>,
    /// What goes wrong.
    pub fault: StubFault,
}

impl FaultRule {
    /// A rule that always strikes; narrow it by its fields.
    #[must_use]
    pub fn always(fault: StubFault) -> Self {
        Self {
            carrier: None,
            operation: None,
            reference: None,
            times: None,
            share: None,
            fault,
        }
    }

    /// A rule that strikes the next request, and no other.
    #[must_use]
    pub fn once(fault: StubFault) -> Self {
        Self {
            times: Some(1),
            ..Self::always(fault)
        }
    }

    fn matches(&self, carrier: &str, operation: &str, reference: Option<&str>) -> bool {
        let named = |wanted: &Option<String>, given: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == given)
        };
        let referred = self
            .reference
            .as_deref()
            .is_none_or(|prefix| reference.is_some_and(|reference| reference.starts_with(prefix)));
        named(&self.carrier, carrier) && named(&self.operation, operation) && referred
    }
}

/// The rules in force. A clone is a handle to the same rules.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<Rules>>);

struct Rules {
    rules: Vec<FaultRule>,
    delay: Duration,
    random: fastrand::Rng,
}

impl Default for Faults {
    fn default() -> Self {
        Self::seeded(1)
    }
}

impl Faults {
    /// No rules yet; `seed` decides which requests a rule with a `share` will strike.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Rules {
            rules: Vec::new(),
            delay: Duration::ZERO,
            random: fastrand::Rng::with_seed(seed),
        })))
    }

    /// Adds a rule. Earlier rules go first.
    pub fn add(&self, rule: FaultRule) {
        self.lock().rules.push(rule);
    }

    /// Drops all rules; the base delay stays.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Delays every answer of every carrier: the network and the carrier's own work.
    pub fn base_delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    /// The delay in force.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.lock().delay
    }

    /// What goes wrong with this request; uses the rule up when it is a counted one.
    #[must_use]
    pub fn draw(&self, carrier: &str, operation: &str, reference: Option<&str>) -> StubFault {
        let mut rules = self.lock();
        let Rules { rules, random, .. } = &mut *rules;
        let struck = rules.iter_mut().find(|rule| {
            rule.times != Some(0)
                && !matches!(rule.fault, StubFault::LookupLag { .. })
                && rule.matches(carrier, operation, reference)
                && rule.share.is_none_or(|share| random.f64() < share)
        });
        let Some(rule) = struck else {
            return StubFault::None;
        };
        if let Some(times) = &mut rule.times {
            *times -= 1;
        }
        let fault = rule.fault.clone();
        rules.retain(|rule| rule.times != Some(0));
        fault
    }

    /// How old a booking must be before a look-up finds it.
    pub(super) fn lookup_lag(&self, carrier: &str, reference: &str) -> Duration {
        let rules = self.lock();
        let lags = rules.rules.iter().filter_map(|rule| match rule.fault {
            StubFault::LookupLag { ms } if rule.matches(carrier, "find", Some(reference)) => {
                Some(Duration::from_millis(ms))
            }
            _ => None,
        });
        lags.max().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_rule_strikes_so_often_and_is_gone() {
        let faults = Faults::default();
        faults.add(FaultRule {
            operation: Some("book".into()),
            times: Some(2),
            ..FaultRule::always(StubFault::Down)
        });
        assert_eq!(faults.draw("dhl-express", "find", None), StubFault::None);
        assert_eq!(faults.draw("dhl-express", "book", None), StubFault::Down);
        assert_eq!(faults.draw("chronopost", "book", None), StubFault::Down);
        assert_eq!(faults.draw("dhl-express", "book", None), StubFault::None);
    }

    #[test]
    fn a_rule_for_a_reference_spares_all_others() {
        let faults = Faults::default();
        faults.add(FaultRule {
            reference: Some("FR-7".into()),
            ..FaultRule::always(StubFault::Broken)
        });
        assert_eq!(faults.draw("x", "book", Some("FR-70")), StubFault::Broken);
        assert_eq!(faults.draw("x", "book", Some("FR-8")), StubFault::None);
        assert_eq!(faults.draw("x", "book", None), StubFault::None);
    }

    #[test]
    fn a_share_strikes_about_so_many_and_the_same_ones_for_one_seed() {
        let struck = |seed| -> Vec<bool> {
            let faults = Faults::seeded(seed);
            faults.add(FaultRule {
                share: Some(0.2),
                ..FaultRule::always(StubFault::Down)
            });
            (0..1000)
                .map(|_| faults.draw("x", "book", None) == StubFault::Down)
                .collect()
        };
        let count = struck(5).iter().filter(|down| **down).count();
        assert!((150..250).contains(&count), "{count}");
        assert_eq!(struck(5), struck(5));
        assert_ne!(struck(5), struck(6));
    }

    #[test]
    fn a_rule_is_read_from_json_and_a_misspelt_field_is_an_error() {
        let rule: FaultRule = serde_json::from_str(
            r#"{"carrier":"chronopost","fault":{"kind":"accept_then_hang","ms":5}}"#,
        )
        .expect("a rule");
        assert_eq!(rule.fault, StubFault::AcceptThenHang { ms: 5 });
        let misspelt = r#"{"carier":"chronopost","fault":{"kind":"down"}}"#;
        assert!(serde_json::from_str::<FaultRule>(misspelt).is_err());
    }
}
