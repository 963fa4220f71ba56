//! The conformance kit: one suite that every carrier's tests call.
//!
//! It certifies what the gateway relies on: nothing is cut silently, garbage leaves a booking in
//! doubt, a look-up never invents absence. It needs no network and knows no carrier. It asserts
//! nothing itself: each check returns a [`Verdict`] for the carrier's test to `unwrap`.

mod attempt;
mod catalogue;
mod faults;
mod garbage;
mod hostile;
mod matcher;
mod requests;
mod samples;
mod secrets;
mod texts;

pub use catalogue::{Case, catalogue, reference};
pub use faults::faults_are_read_as_declared;
pub use hostile::{cut_answers_never_book, hostile_answers_never_panic_and_never_book};
pub use requests::{
    every_label_format_changes_the_request,
    every_product_and_option_changes_the_request_or_is_refused, the_reference_is_sent,
};
pub use samples::{Sample, samples, samples_from_environment, samples_read_by};
pub use secrets::no_secret_in_a_dry_run;
pub use texts::text_that_does_not_fit_is_refused_with_its_field;

/// What a check found: nothing, or everything that is wrong.
pub type Verdict = Result<(), Failures>;

/// Everything that a check found wrong, one line each.
#[derive(Default, PartialEq, Eq)]
pub struct Failures(Vec<String>);

impl std::fmt::Debug for Failures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} failures\n- {}", self.0.len(), self.0.join("\n- "))
    }
}

impl Failures {
    /// One line each.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.0
    }

    fn add(&mut self, failure: impl Into<String>) {
        self.0.push(failure.into());
    }

    fn check(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.0.push(otherwise());
        }
    }

    fn verdict(self) -> Verdict {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

#[cfg(test)]
mod example;
