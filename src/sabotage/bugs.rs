//! Deliberate bugs. Each breaks one rule of the design at the one place that keeps it, so that the
//! suite which claims to watch over that rule can be seen to fail.

/// A bug that can be planted; its name in the environment is in [`Bug::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A time-out after sending counts as "nothing was booked".
    RetryOnTimeout,
    /// An order is acknowledged before it is durable.
    AcknowledgeBeforeCommit,
    /// "Multiple" acknowledges past a delivery that is not durable.
    AcknowledgePastAGap,
    /// A no from an attempt that lost its lease counts for the one that followed it.
    IgnoreTheFence,
    /// A result that comes after the lease is thrown away.
    DropALateResult,
    /// An absent answer counts before the settling time is over.
    SkipTheSettleTime,
    /// One absent answer proves that nothing was booked.
    OneAbsentAnswerIsProof,
    /// A publish that the broker returned counts as confirmed.
    ReturnedIsConfirmed,
    /// The reference of a booking is used again for the next one.
    ReuseTheReference,
    /// A wish to cancel that comes while a booking is under way is forgotten.
    ForgetTheWish,
    /// A younger event of an order may leave before an older one.
    PublishOutOfOrder,
}

impl Bug {
    /// Every bug.
    #[cfg(any(test, feature = "sabotage"))]
    pub const ALL: [Self; 11] = [
        Self::RetryOnTimeout,
        Self::AcknowledgeBeforeCommit,
        Self::AcknowledgePastAGap,
        Self::IgnoreTheFence,
        Self::DropALateResult,
        Self::SkipTheSettleTime,
        Self::OneAbsentAnswerIsProof,
        Self::ReturnedIsConfirmed,
        Self::ReuseTheReference,
        Self::ForgetTheWish,
        Self::PublishOutOfOrder,
    ];

    /// Its name: `retry-on-timeout`.
    #[cfg(any(test, feature = "sabotage"))]
    pub fn name(self) -> &'static str {
        match self {
            Self::RetryOnTimeout => "retry-on-timeout",
            Self::AcknowledgeBeforeCommit => "acknowledge-before-commit",
            Self::AcknowledgePastAGap => "acknowledge-past-a-gap",
            Self::IgnoreTheFence => "ignore-the-fence",
            Self::DropALateResult => "drop-a-late-result",
            Self::SkipTheSettleTime => "skip-the-settle-time",
            Self::OneAbsentAnswerIsProof => "one-absent-answer-is-proof",
            Self::ReturnedIsConfirmed => "returned-is-confirmed",
            Self::ReuseTheReference => "reuse-the-reference",
            Self::ForgetTheWish => "forget-the-wish",
            Self::PublishOutOfOrder => "publish-out-of-order",
        }
    }
}

/// Whether this bug is planted: never, without the feature.
#[cfg(not(any(test, feature = "sabotage")))]
pub const fn planted(_bug: Bug) -> bool {
    false
}

/// Whether this bug is planted: in this thread by a test, or in this process by
/// `DILIGENCE_PLANTED_BUG`.
#[cfg(any(test, feature = "sabotage"))]
pub fn planted(bug: Bug) -> bool {
    #[cfg(test)]
    if HERE.get() == Some(bug) {
        return true;
    }
    from_environment() == Some(bug)
}

#[cfg(any(test, feature = "sabotage"))]
fn from_environment() -> Option<Bug> {
    static PLANTED: std::sync::OnceLock<Option<Bug>> = std::sync::OnceLock::new();
    *PLANTED.get_or_init(|| {
        let name = std::env::var("DILIGENCE_PLANTED_BUG").ok()?;
        Bug::ALL.into_iter().find(|bug| bug.name() == name)
    })
}

#[cfg(test)]
thread_local! {
    static HERE: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Whether this test, all in one thread, fails with this bug.
#[cfg(test)]
pub fn is_noticed_by(bug: Bug, test: fn()) -> bool {
    with(bug, || std::panic::catch_unwind(test).is_err())
}

/// Runs something in this thread with a bug planted, also when it panics.
#[cfg(test)]
pub fn with<T>(bug: Bug, run: impl FnOnce() -> T) -> T {
    struct Uproot;
    impl Drop for Uproot {
        fn drop(&mut self) {
            HERE.set(None);
        }
    }
    HERE.set(Some(bug));
    let _uproot = Uproot;
    run()
}
