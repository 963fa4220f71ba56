//! What a carrier can do beyond booking, and what a doubt costs with it, in plain words.

use crate::carrier::Carrier;
use crate::profile::{Absence, Profile};

/// What it can do beyond booking, by the names of `carriers read`.
#[must_use]
pub fn beyond_booking(carrier: &dyn Carrier) -> Vec<&'static str> {
    [
        ("find", carrier.finding().is_some()),
        ("void", carrier.voiding().is_some()),
        ("label", carrier.relabelling().is_some()),
        ("track", carrier.tracking().is_some()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
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
