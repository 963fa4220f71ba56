//! What a carrier can do beyond booking, and what a doubt costs with it, in plain words.

use crate::carrier::{Carrier, Continue, Find, Relabel, Track, Void};
use crate::profile::{Absence, Profile};

/// What a carrier can do beyond a booking in one step, as it says itself. What it does not name, it
/// lacks.
#[derive(Clone, Copy, Default)]
pub struct Abilities<'carrier> {
    pub(crate) continuing: Option<&'carrier dyn Continue>,
    pub(crate) finding: Option<&'carrier dyn Find>,
    pub(crate) voiding: Option<&'carrier dyn Void>,
    pub(crate) relabelling: Option<&'carrier dyn Relabel>,
    pub(crate) tracking: Option<&'carrier dyn Track>,
}

impl std::fmt::Debug for Abilities<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Abilities({:?})", self.beyond_booking())
    }
}

impl<'carrier> Abilities<'carrier> {
    /// And it books in several steps.
    #[must_use]
    pub fn continues(mut self, carrier: &'carrier dyn Continue) -> Self {
        self.continuing = Some(carrier);
        self
    }

    /// And it finds a booking by our own reference.
    #[must_use]
    pub fn finds(mut self, carrier: &'carrier dyn Find) -> Self {
        self.finding = Some(carrier);
        self
    }

    /// And it takes a booking back.
    #[must_use]
    pub fn voids(mut self, carrier: &'carrier dyn Void) -> Self {
        self.voiding = Some(carrier);
        self
    }

    /// And it gives the label of a booking again.
    #[must_use]
    pub fn relabels(mut self, carrier: &'carrier dyn Relabel) -> Self {
        self.relabelling = Some(carrier);
        self
    }

    /// And it tells where a parcel is.
    #[must_use]
    pub fn tracks(mut self, carrier: &'carrier dyn Track) -> Self {
        self.tracking = Some(carrier);
        self
    }

    fn beyond_booking(&self) -> Vec<&'static str> {
        [
            ("find", self.finding.is_some()),
            ("void", self.voiding.is_some()),
            ("label", self.relabelling.is_some()),
            ("track", self.tracking.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, there)| there.then_some(name))
        .collect()
    }
}

/// What it can do beyond booking, by the names of `carriers read`.
#[must_use]
pub fn beyond_booking(carrier: &dyn Carrier) -> Vec<&'static str> {
    carrier.abilities().beyond_booking()
}

/// What becomes of a booking whose answer was lost.
#[must_use]
pub fn price_of_doubt(carrier: &dyn Carrier) -> String {
    let voids = carrier.voiding().is_some();
    in_words(carrier.profile(), carrier.finding().is_some(), voids)
}

fn in_words(profile: &Profile, finds: bool, voids: bool) -> String {
    let mut text = match (finds, profile.absence) {
        (false, _) => "Bookings cannot be looked up: every doubt waits for a person.".to_owned(),
        (true, Absence::Proof { after }) => format!(
            "Settles by itself: a booking not found {} s after it was sent does not exist.",
            after.as_secs()
        ),
        (true, Absence::Evidence) => {
            "A booking that is found is taken over. One that is not found may still \
             appear: a person decides, or when_in_doubt = \"rebook\" books anew."
                .to_owned()
        }
    };
    text += if voids {
        " One too many can be voided."
    } else {
        " One too many cannot be voided: it is chased on the invoice."
    };
    for secret in profile.secrets.iter().filter(|secret| !secret.required) {
        text += &format!(" Without {}: {}.", secret.name, secret.without);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::example::Example;

    #[test]
    fn what_a_doubt_costs_hangs_on_looking_up_and_on_what_absence_means() {
        let mut profile = Example::good().profile().clone();
        assert!(in_words(&profile, true, true).contains("may still appear"));
        profile.absence = Absence::Proof {
            after: std::time::Duration::from_secs(600),
        };
        assert!(in_words(&profile, true, true).contains("600 s"));
        assert!(in_words(&profile, false, false).contains("waits for a person"));
        assert!(in_words(&profile, false, false).contains("cannot be voided"));
    }
}
