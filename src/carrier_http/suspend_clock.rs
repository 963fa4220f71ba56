//! A clock that goes on while the machine sleeps, for the end of a lease.
//!
//! `Instant` stands still during a suspension: a worker that wakes up after an hour would believe
//! in a lease that another worker has long taken over.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Time since the machine was started, suspensions included.
#[must_use]
pub fn boot_now() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    // the kernel gives no negative time since the start
    Duration::try_from(clock_gettime(clock)).unwrap_or(Duration::MAX)
}

/// A moment by which a call must have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Duration);

impl Deadline {
    /// The end of a lease of this length that begins now. Take it before the claim is sent to the
    /// ledger, not after: the lease runs from there.
    #[must_use]
    pub fn after(lease: Duration) -> Self {
        Self(boot_now().saturating_add(lease))
    }

    /// What is left of it; zero when it has passed.
    #[must_use]
    pub fn left(self) -> Duration {
        self.0.saturating_sub(boot_now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_runs_down_and_stops_at_zero() {
        let minute = Deadline::after(Duration::from_secs(60)).left();
        assert!(minute <= Duration::from_secs(60) && minute > Duration::from_secs(50));
        assert_eq!(Deadline::after(Duration::ZERO).left(), Duration::ZERO);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_clock_is_the_one_that_counts_suspension() {
        let text = std::fs::read_to_string("/proc/uptime").expect("uptime");
        let seconds: f64 = text
            .split(' ')
            .next()
            .expect("two")
            .parse()
            .expect("number");
        let difference = (boot_now().as_secs_f64() - seconds).abs();
        assert!(difference < 5.0, "{difference} s apart");
    }
}
