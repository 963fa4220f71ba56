//! Calls a second, spread evenly: a carrier that allows 10 a second may count in tenths.
//!
//! Per process: many workers on one account must share its limit out in their configuration.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::{Instant, sleep};

/// One account's rate.
pub(super) struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>,
    clock: TokioClock,
}

impl Rate {
    /// A tenth of a second's calls may leave together: timers have a grain of a millisecond.
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        let together = NonZeroU32::new(per_second.get() / 10).unwrap_or(NonZeroU32::MIN);
        let clock = TokioClock(Instant::now());
        let quota = Quota::per_second(per_second).allow_burst(together);
        Self {
            limiter: RateLimiter::direct_with_clock(quota, clock),
            clock,
        }
    }

    /// Waits for a turn and takes it.
    pub(super) async fn turn(&self) {
        while let Err(not_until) = self.limiter.check() {
            sleep(not_until.wait_time_from(self.clock.now())).await;
        }
    }
}

/// Tokio's clock, so that a test can pause it.
#[derive(Clone, Copy)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn twenty_one_turns_at_ten_a_second_take_two_seconds() {
        let rate = Rate::new(NonZeroU32::new(10).expect("ten"));
        let start = Instant::now();
        for _ in 0..21 {
            rate.turn().await;
        }
        let took = start.elapsed();
        let expected = Duration::from_secs(2);
        assert!(
            took >= expected && took < expected + Duration::from_millis(50),
            "{took:?}"
        );
    }
}
