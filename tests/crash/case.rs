//! What is varied from run to run.

use std::fmt;

use super::place::Kind;

/// What can be asked of the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// Its silence is proof.
    Proof,
    /// It finds bookings and takes them back.
    FindsAndVoids,
    /// It finds bookings.
    Finds,
    /// It cannot be asked.
    Mute,
    /// It finds bookings, takes them back and prints their labels again.
    Reprints,
    /// It finds bookings, and books in several steps.
    InSteps,
}

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub point: &'static str,
    pub pass: u32,
    pub carrier: Carrier,
    /// `when_in_doubt = "rebook"`.
    pub rebooks: bool,
    pub ledger: Kind,
    /// Frozen past its lease while another worker goes on, in place of dying.
    pub freezes: bool,
}

/// Places where the worker dies, after the rows of the table in `docs/reliability.md`.
const POINTS: [&str; 19] = [
    "delivered",
    "accepted",
    "acknowledged",
    "before-commit",
    "after-commit",
    "claimed",
    "leaving",
    "answered",
    "labels-kept",
    "outcome-kept",
    "step-kept",
    "looked-up",
    "relabelled",
    "void-claimed",
    "voided",
    "printed",
    "before-publish",
    "confirmed",
    "dead-copied",
];
/// Places where it freezes past its lease: what it would do next, another worker has done.
const FREEZES: [&str; 5] = [
    "claimed",
    "leaving",
    "answered",
    "void-claimed",
    "before-publish",
];

impl Case {
    /// Every run on this ledger.
    pub fn all(ledger: Kind) -> Vec<Self> {
        let crashes = POINTS.into_iter().map(|point| (point, false));
        // Beside a worker on a SQLite file there is no other.
        let freezes = FREEZES.into_iter().filter(|_| ledger == Kind::Server);
        let places = crashes.chain(freezes.map(|point| (point, true)));
        let only = std::env::var("DILIGENCE_CRASH_ONLY").ok();
        let wanted = |point: &str| {
            only.as_deref()
                .is_none_or(|only| only.split(',').any(|name| name == point))
        };
        // On a server a normal run plays a quarter: which one rests with the carrier.
        let every = ledger == Kind::File || std::env::var_os("DILIGENCE_CRASH_ALL").is_some();
        let mut all = Vec::new();
        for (point, freezes) in places.filter(|(point, _)| wanted(point)) {
            for carrier in [
                Carrier::Proof,
                Carrier::FindsAndVoids,
                Carrier::Finds,
                Carrier::Mute,
                Carrier::Reprints,
                Carrier::InSteps,
            ] {
                for rebooks in [false, true] {
                    for pass in [1, 3] {
                        let case = Self {
                            point,
                            pass,
                            carrier,
                            rebooks,
                            ledger,
                            freezes,
                        };
                        let chosen = every || case.is_of_a_normal_run();
                        all.extend((chosen && case.is_possible()).then_some(case));
                    }
                }
            }
        }
        all
    }

    /// The first pass, with the policy that is the harder one where the carrier can be asked or not.
    fn is_of_a_normal_run(self) -> bool {
        self.pass == 1 && self.rebooks == matches!(self.carrier, Carrier::Finds | Carrier::Mute)
    }

    /// A carrier that takes nothing back is never asked to, one that cannot be asked never answers, one
    /// alone prints again, one alone books in steps: what else these two meet is like what others meet.
    fn is_possible(self) -> bool {
        let reprints = self.carrier == Carrier::Reprints;
        let in_steps = self.carrier == Carrier::InSteps;
        match self.point {
            "relabelled" => reprints && self.pass == 1,
            "step-kept" => in_steps,
            "answered" | "looked-up" | "outcome-kept" if reprints || in_steps => true,
            _ if reprints || in_steps => false,
            // A server keeps them with the outcome.
            "labels-kept" => self.ledger == Kind::File,
            "void-claimed" | "voided" => self.carrier == Carrier::FindsAndVoids && self.pass == 1,
            "looked-up" => self.carrier != Carrier::Mute,
            "dead-copied" => self.pass == 1,
            _ => true,
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.freezes { "freezes" } else { "dies" };
        let policy = if self.rebooks { "rebook" } else { "park" };
        write!(
            f,
            "{end} at {}:{} ({:?}, {policy}, {:?})",
            self.point, self.pass, self.carrier, self.ledger
        )
    }
}
