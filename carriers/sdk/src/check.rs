//! Where the problems go while an intent is written down, so that the shop hears of all at once.
//!
//! A field that does not fit stands empty meanwhile; nothing is sent. What a text may hold is said
//! in `text`.

use crate::step::{Problem, Refusal};
use crate::text;

/// The problems found so far.
#[derive(Debug, Default)]
pub struct Check {
    problems: Vec<Problem>,
}

impl Check {
    /// One more.
    pub fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Something is wrong with this field.
    pub fn refuse(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.add(Problem::new(field, message));
    }

    /// Something is wrong with this field unless this holds.
    pub fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.refuse(field, message);
        }
    }

    /// The value; an empty one where there is a problem.
    pub fn keep<T: Default>(&mut self, fitted: Result<T, Problem>) -> T {
        fitted.unwrap_or_else(|problem| {
            self.add(problem);
            T::default()
        })
    }

    /// A text of at most `max` characters, as [`text::fit`] takes it. It may be empty.
    pub fn text(&mut self, field: &str, text: &str, max: usize) -> String {
        self.keep(text::fit(field, text, max))
    }

    /// The same, and it must not be empty.
    pub fn needed(&mut self, field: &str, text: &str, max: usize) -> String {
        let given = !text::clean(text).is_empty();
        self.require(given, field, "is empty, and the carrier needs it");
        self.text(field, text, max)
    }

    /// Whether all is well.
    ///
    /// # Errors
    /// Every problem, in the order in which they were found.
    pub fn done(self) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal {
            problems: self.problems,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_in_the_order_found_and_never_with_its_value() {
        let mut check = Check::default();
        assert_eq!(check.text("recipient.company", "", 5), "");
        assert_eq!(check.needed("recipient.name", " Zoé\n", 5), "Zoé");
        assert_eq!(check.needed("recipient.city", "\t", 5), "");
        assert_eq!(check.text("recipient.email", "zoe@example.com", 5), "");
        check.require(true, "options", "are fine");
        check.require(false, "items", "are missing");
        let refusal = check.done().expect_err("three problems");
        assert_eq!(
            refusal.fields(),
            ["recipient.city", "recipient.email", "items"]
        );
        assert!(!refusal.to_string().contains("zoe"), "{refusal}");
    }

    #[test]
    fn without_a_problem_all_is_well() {
        assert_eq!(Check::default().done(), Ok(()));
    }
}
