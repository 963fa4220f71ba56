//! Places where the process can be made to die or to freeze: one for each row of the table of crash
//! points (`docs/reliability.md`).
//!
//! `DILIGENCE_CRASH_AT=name:n` ends the process at once, without a goodbye, when it passes the place
//! for the n-th time; `DILIGENCE_FREEZE_AT=name:n` stops it there until somebody sends SIGCONT. Each
//! says so on standard error first, for the suite must know that the place was reached.

/// A place, named after what has just been done and what has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A delivery was taken, nothing is committed.
    Delivered,
    /// An order is committed, its message not acknowledged.
    Accepted,
    /// The acknowledgement was handed to the connection.
    Acknowledged,
    /// A transaction is written, `COMMIT` not yet said.
    BeforeCommit,
    /// `COMMIT` was answered, nobody has heard of it.
    AfterCommit,
    /// The intent is durable, nothing is sent.
    Claimed,
    /// A connection takes a request, which did not leave yet.
    Leaving,
    /// The answer of a carrier is read, nothing of it is kept.
    Answered,
    /// Labels of a carrier's answer lie beside the ledger, nothing else of it is kept.
    LabelsKept,
    /// An outcome is kept, what follows from it is not begun.
    OutcomeKept,
    /// A further step of a booking is durable, its request not sent.
    StepKept,
    /// A look-up was answered, nothing of it is kept.
    LookedUp,
    /// A label was fetched again, it is not kept.
    Relabelled,
    /// A void is durable, nothing is sent.
    VoidClaimed,
    /// A void was answered, nothing of it is kept.
    Voided,
    /// A label is in the print folder, that is not kept.
    Printed,
    /// An event is about to be published.
    BeforePublish,
    /// An event is confirmed, it is not marked as sent.
    Confirmed,
    /// The copy of a dead message is confirmed, the message not acknowledged.
    DeadCopied,
    /// Personal data was erased, what follows is not.
    Erased,
}

/// Passes a place: nothing, without the feature.
#[cfg(not(feature = "sabotage"))]
pub const fn pass(_point: Point) {}

/// Passes a place, if it is not the one where this process is to end or to stop.
#[cfg(feature = "sabotage")]
pub fn pass(point: Point) {
    armed::pass(point);
}

#[cfg(feature = "sabotage")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::time::{Duration, Instant};

    use super::Point;

    struct Trap {
        at: String,
        pass: u64,
        passed: AtomicU64,
    }

    impl Trap {
        fn from_environment(name: &str) -> Option<Self> {
            let text = std::env::var(name).ok()?;
            let (at, pass) = text.split_once(':').unwrap_or((&text, "1"));
            Some(Self {
                at: at.to_owned(),
                pass: pass.parse().unwrap_or(1),
                passed: AtomicU64::new(0),
            })
        }

        fn springs(&self, point: Point) -> bool {
            self.at == point.name() && self.passed.fetch_add(1, Ordering::SeqCst) + 1 == self.pass
        }
    }

    /// Somebody is about to stop the process. Nobody looks at a lease meanwhile: a request whose lease was
    /// looked at and which is not written yet cannot be kept back (`docs/reliability.md`), and is not what
    /// is tried here.
    static STOPPING: AtomicBool = AtomicBool::new(false);
    /// So long those have to write who looked before: on a busy machine their threads wait for a turn.
    const A_WRITE: Duration = Duration::from_secs(1);
    const A_MOMENT: Duration = Duration::from_millis(1);

    pub fn pass(point: Point) {
        static CRASH: OnceLock<Option<Trap>> = OnceLock::new();
        static FREEZE: OnceLock<Option<Trap>> = OnceLock::new();
        let sprung = |trap: &'static OnceLock<Option<Trap>>, name| {
            let trap = trap.get_or_init(|| Trap::from_environment(name));
            trap.as_ref().is_some_and(|trap| trap.springs(point))
        };
        if sprung(&CRASH, "DILIGENCE_CRASH_AT") {
            tracing::error!("crash point {}", point.name());
            std::process::abort();
        }
        while point == Point::Leaving && STOPPING.load(Ordering::SeqCst) {
            std::thread::park_timeout(A_MOMENT);
        }
        if sprung(&FREEZE, "DILIGENCE_FREEZE_AT") {
            STOPPING.store(true, Ordering::SeqCst);
            let looked = Instant::now();
            while looked.elapsed() < A_WRITE {
                std::thread::park_timeout(A_MOMENT);
            }
            tracing::error!("freeze point {}", point.name());
            // To this thread, which takes it before the call returns. A signal to the process goes to
            // whichever thread takes it first, and this one ran on past its place meanwhile.
            nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP).ok();
            STOPPING.store(false, Ordering::SeqCst);
        }
    }

    impl Point {
        /// Its name: `before-commit`.
        fn name(self) -> &'static str {
            match self {
                Self::Delivered => "delivered",
                Self::Accepted => "accepted",
                Self::Acknowledged => "acknowledged",
                Self::BeforeCommit => "before-commit",
                Self::AfterCommit => "after-commit",
                Self::Claimed => "claimed",
                Self::Leaving => "leaving",
                Self::Answered => "answered",
                Self::LabelsKept => "labels-kept",
                Self::OutcomeKept => "outcome-kept",
                Self::StepKept => "step-kept",
                Self::LookedUp => "looked-up",
                Self::Relabelled => "relabelled",
                Self::VoidClaimed => "void-claimed",
                Self::Voided => "voided",
                Self::Printed => "printed",
                Self::BeforePublish => "before-publish",
                Self::Confirmed => "confirmed",
                Self::DeadCopied => "dead-copied",
                Self::Erased => "erased",
            }
        }
    }
}
