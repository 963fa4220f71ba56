//! The breaker: after failures in a row it pauses a lane of an account, then lets one probe through.
//!
//! Bookings and reads have a breaker each, so that a refusal to look up never pauses booking. It
//! counts lost calls and 5xx answers only; a carrier that says no is in good health.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Failures in a row that open it.
const FAILURES_TO_OPEN: u32 = 5;
/// The first pause; each failed probe doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// One lane's breaker.
pub(super) struct Breaker {
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, times: u32 },
    Probing { times: u32 },
}

/// A lane as it is seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneView {
    /// Calls go through.
    Flowing,
    /// Paused for this long still; after that, one probe.
    Paused(Duration),
    /// One probe is under way.
    Probing,
}

impl Breaker {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: watch::Sender::new(State::Closed { failures: 0 }),
        })
    }

    /// Leave for one call, if it may be made now.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Pass> {
        let mut leave = None;
        self.state.send_if_modified(|state| {
            leave = match *state {
                State::Closed { .. } => Some(false),
                State::Open { until, times } if until <= Instant::now() => {
                    *state = State::Probing { times };
                    Some(true)
                }
                State::Open { .. } | State::Probing { .. } => None,
            };
            false // whoever waits, waits for the probe's result
        });
        leave.map(|probe| Pass {
            breaker: Arc::clone(self),
            probe,
        })
    }

    /// Waits until [`Breaker::enter`] may succeed.
    pub(super) async fn ready(&self) {
        let mut changes = self.state.subscribe();
        loop {
            let state = *changes.borrow_and_update();
            let paused = match state {
                State::Closed { .. } => return,
                State::Open { until, .. } if until <= Instant::now() => return,
                State::Open { until, .. } => Some(until),
                State::Probing { .. } => None,
            };
            let alarm = async {
                match paused {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = alarm => {}
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
        }
    }

    pub(super) fn view(&self) -> LaneView {
        match *self.state.borrow() {
            State::Closed { .. } => LaneView::Flowing,
            State::Open { until, .. } => {
                LaneView::Paused(until.saturating_duration_since(Instant::now()))
            }
            State::Probing { .. } => LaneView::Probing,
        }
    }

    fn record(&self, probe: bool, healthy: Option<bool>) {
        self.state.send_if_modified(|state| {
            let next = match (*state, healthy) {
                (State::Probing { .. }, Some(true)) if probe => State::Closed { failures: 0 },
                (State::Probing { times }, Some(false)) if probe => open(times.saturating_add(1)),
                // not used: the next one may probe at once
                (State::Probing { times }, None) if probe => State::Open {
                    until: Instant::now(),
                    times,
                },
                (State::Closed { .. }, Some(true)) => State::Closed { failures: 0 },
                (State::Closed { failures }, Some(false)) if failures + 1 >= FAILURES_TO_OPEN => {
                    open(1)
                }
                (State::Closed { failures }, Some(false)) => State::Closed {
                    failures: failures + 1,
                },
                // a call from before it opened tells nothing new
                _ => return false,
            };
            *state = next;
            true
        });
    }
}

fn open(times: u32) -> State {
    let doublings = times.saturating_sub(1).min(8);
    let pause = FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE);
    State::Open {
        until: Instant::now() + pause,
        times,
    }
}

/// Leave for one call. Dropped without a report it was not used.
pub(super) struct Pass {
    breaker: Arc<Breaker>,
    probe: bool,
}

impl Pass {
    /// Reports how the line stood; none: the call tells nothing of the line.
    pub(super) fn report(mut self, healthy: Option<bool>) {
        self.breaker.record(self.probe, healthy);
        self.probe = false;
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.record(true, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Arc<Breaker>, times: u32) {
        for _ in 0..times {
            breaker.enter().expect("open to calls").report(Some(false));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_pause_the_lane_and_fewer_do_not() {
        let breaker = Breaker::new();
        fail(&breaker, 4);
        breaker.enter().expect("leave").report(Some(true));
        fail(&breaker, 4);
        assert_eq!(breaker.view(), LaneView::Flowing);
        fail(&breaker, 1);
        assert_eq!(breaker.view(), LaneView::Paused(FIRST_PAUSE));
        assert!(breaker.enter().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_pause_one_probe_goes_and_its_success_opens_the_lane() {
        let breaker = Breaker::new();
        fail(&breaker, 5);
        breaker.ready().await;
        let probe = breaker.enter().expect("the probe");
        assert_eq!(breaker.view(), LaneView::Probing);
        assert!(breaker.enter().is_none());
        probe.report(Some(true));
        assert_eq!(breaker.view(), LaneView::Flowing);
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_double_up_to_a_minute_while_probes_fail() {
        let breaker = Breaker::new();
        fail(&breaker, 5);
        for seconds in [5, 10, 20, 40, 60, 60] {
            assert_eq!(
                breaker.view(),
                LaneView::Paused(Duration::from_secs(seconds))
            );
            breaker.ready().await;
            fail(&breaker, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_was_not_used_wakes_the_next() {
        let breaker = Breaker::new();
        fail(&breaker, 5);
        breaker.ready().await;
        let probe = breaker.enter().expect("the probe");
        let waiting = tokio::spawn({
            let breaker = Arc::clone(&breaker);
            async move { breaker.ready().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(probe);
        waiting.await.expect("woken");
        assert!(breaker.enter().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn calls_from_before_the_pause_neither_end_nor_prolong_it() {
        let breaker = Breaker::new();
        let early = [breaker.enter(), breaker.enter()].map(|pass| pass.expect("leave"));
        fail(&breaker, 5);
        let [good, bad] = early;
        good.report(Some(true));
        bad.report(Some(false));
        assert_eq!(breaker.view(), LaneView::Paused(FIRST_PAUSE));
    }
}
