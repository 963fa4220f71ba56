//! The conformance kit: one list of checks that every carrier passes, for its tests and for
//! `diligence carriers certify`.
//!
//! It certifies what the gateway relies on: nothing is cut silently, garbage leaves a booking in
//! doubt, a look-up never invents absence, the stub speaks as the carrier reads. It needs no network
//! and knows no carrier. It asserts nothing itself: each check returns a [`Verdict`].

mod addresses;
mod atlas;
mod attempt;
mod catalogue;
mod certificate;
mod changes;
mod counter;
mod dealings;
mod faults;
mod garbage;
mod hostile;
mod journey;
#[cfg(feature = "kit")]
mod matcher;
pub mod people;
#[cfg(feature = "kit")]
mod readers;
mod requests;
#[cfg(feature = "kit")]
mod samples;
mod secrets;
mod spoilt;
mod texts;

pub use addresses::odd_addresses_arrive_whole_or_are_refused_by_field;
pub use atlas::{
    a_code_that_nobody_listed_is_kept_and_not_guessed, every_fault_of_the_atlas_is_read_as_declared,
};
pub use catalogue::{Case, catalogue, reference};
pub use certificate::{Certificate, Checked, Outcome, certify};
pub use changes::{
    the_limits_of_the_profile_are_kept, what_decides_the_parcel_changes_the_request,
};
pub use dealings::{
    a_booking_is_found_by_its_reference, a_label_is_given_again, a_void_takes_back_what_was_booked,
    the_stub_books_what_was_meant, what_goes_wrong_is_read_as_what_it_is,
};
pub use faults::faults_are_read_as_declared;
pub use hostile::{cut_answers_never_book, hostile_answers_never_panic_and_never_book};
pub use journey::events_are_put_in_order_and_unknown_ones_end_nothing;
#[cfg(feature = "kit")]
pub use readers::Readers;
pub use requests::{
    every_label_format_changes_the_request,
    every_product_and_option_changes_the_request_or_is_refused, the_reference_is_sent,
};
#[cfg(feature = "kit")]
pub use samples::{Sample, answers, samples, samples_from_environment, samples_read_by};
pub use secrets::{no_secret_in_a_dry_run, no_secret_leaks};
pub use spoilt::{
    a_broken_label_costs_the_label_only, a_good_answer_that_is_spoilt_is_never_a_no,
    no_number_counts_twice,
};
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

/// A check that ends at the first thing that is wrong.
fn holds(look: impl FnOnce() -> Result<(), String>) -> Verdict {
    look().map_err(|problem| Failures(vec![problem]))
}

#[cfg(test)]
pub(crate) mod example;
