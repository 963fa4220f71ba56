//! Growing pauses between tries, with a cap and jitter, for reconnecting and publishing again.

use std::time::Duration;

/// The pauses of one row of tries: each about twice the last, at most the cap, each at a random
/// point of its upper half, so that many workers do not come back in step.
#[derive(Debug, Clone)]
pub struct Pauses {
    first: Duration,
    cap: Duration,
    next: Duration,
}

impl Pauses {
    /// Pauses from `first` up to `cap`.
    pub fn new(first: Duration, cap: Duration) -> Self {
        Self {
            first,
            cap,
            next: first,
        }
    }

    /// How long to wait before the next try.
    pub fn longer(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.cap);
        pause.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// Something succeeded: begin with the first pause again.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_cap_and_start_anew_after_a_success() {
        let mut pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(1));
        for whole in [200, 400, 800, 1000, 1000] {
            let pause = pauses.longer();
            assert!(pause <= Duration::from_millis(whole), "{pause:?} > {whole}");
            assert!(
                pause >= Duration::from_millis(whole / 2),
                "{pause:?} < half of {whole}"
            );
        }
        pauses.reset();
        assert!(pauses.longer() <= Duration::from_millis(200));
    }
}
