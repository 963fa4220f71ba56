//! How long to wait before an order that had no effect is tried again: a function of the durable
//! count of attempts, so a restart neither forgets nor repeats a delay.
//!
//! The only file that knows the `backoff` crate. It decides no deadline: `book_by` does.

use std::time::{Duration, Instant};

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff;

/// Delays that double from the first to the longest, with jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Before the second attempt.
    pub first: Duration,
    /// Never longer, jitter included, unless the carrier asks for more.
    pub max: Duration,
}

impl RetryPolicy {
    /// The delay after `attempt` attempts (1 is the first), at least what the carrier asked for.
    ///
    /// Half of it up or down is chance, so that orders that failed together come back apart.
    #[must_use]
    pub fn delay(&self, attempt: u32, retry_after: Option<Duration>) -> Duration {
        self.with_jitter(attempt, 0.5)
            .max(retry_after.unwrap_or_default())
    }

    fn with_jitter(&self, attempt: u32, jitter: f64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let interval = self.first.saturating_mul(1 << doublings).min(self.max);
        // made anew for every delay: the crate's own state is a clock that a restart loses
        let mut backoff = ExponentialBackoff {
            current_interval: interval,
            initial_interval: interval,
            randomization_factor: jitter,
            multiplier: 2.0,
            max_interval: self.max,
            // its default ends all retries after 15 minutes
            max_elapsed_time: None,
            start_time: Instant::now(),
            clock: backoff::SystemClock::default(),
        };
        // it adds jitter after its cap: half of its longest delays are longer than `max`
        backoff
            .next_backoff()
            .map_or(self.max, |delay| delay.min(self.max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        first: Duration::from_secs(5),
        max: Duration::from_secs(300),
    };

    #[test]
    fn delays_double_up_to_the_longest_and_never_end() {
        let seconds = |attempt| POLICY.with_jitter(attempt, 0.0).as_secs();
        let first: Vec<u64> = (1..=8).map(seconds).collect();
        assert_eq!(first, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(seconds(0), 5);
        assert_eq!(seconds(u32::MAX), 300);
    }

    #[test]
    fn jitter_spreads_delays_but_never_past_the_longest() {
        let delays: Vec<Duration> = (0..200).map(|_| POLICY.delay(20, None)).collect();
        assert!(delays.iter().all(|delay| *delay <= POLICY.max));
        assert!(delays.iter().all(|delay| *delay >= POLICY.max / 2));
        assert!(delays.iter().any(|delay| *delay < POLICY.max));
    }

    #[test]
    fn the_carrier_may_ask_for_more_but_not_for_less() {
        let hour = Duration::from_secs(3600);
        assert_eq!(POLICY.delay(1, Some(hour)), hour);
        assert!(POLICY.delay(7, Some(Duration::from_secs(1))) >= POLICY.max / 2);
    }

    #[test]
    fn a_policy_of_nothing_waits_for_nothing() {
        let none = RetryPolicy {
            first: Duration::ZERO,
            max: Duration::ZERO,
        };
        assert_eq!(none.delay(3, None), Duration::ZERO);
    }
}
