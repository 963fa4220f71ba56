//! Where the problems go while an intent is written down, so that the shop hears of all at once.
//!
//! A field that does not fit stands empty meanwhile; nothing is sent. What a text may hold is said
//! in `text`.

use std::ops::RangeInclusive;

use rust_decimal::Decimal;

use crate::geography::is_national;
use crate::party::{Address, digits, given};
use crate::profile::{Profile, Reach};
use crate::request::Request;
use crate::shipment::{Contract, Intent, Money, ServiceOption, Shipment, Size};
use crate::step::{Problem, Refusal};
use crate::text;

/// The problems found so far.
#[derive(Debug, Default)]
pub struct Check {
    problems: Vec<Problem>,
}

impl Check {
    /// Starts with what follows from the profile alone: the product is known, goes there and has the
    /// options; number and weight of the parcels; the label's format; our reference fits; the account's
    /// settings are what they may be.
    #[must_use]
    pub fn of(profile: &Profile, intent: &Intent) -> Self {
        let mut check = Self::default();
        check.product(profile, intent);
        let papers = profile.crosses_customs || !intent.shipment.crosses_customs();
        let message = "is behind a customs border, and the papers for it are not written here";
        check.require(papers, "recipient.country", message);
        let parcels = &intent.shipment.parcels;
        if parcels.is_empty() || parcels.len() > profile.parcels_max {
            let max = profile.parcels_max;
            check.refuse("parcels", format!("a booking takes 1 to {max} parcels"));
        }
        for (index, parcel) in parcels.iter().enumerate() {
            if parcel.weight_g == 0 || parcel.weight_g > profile.parcel_max_g {
                let message = format!("the carrier takes parcels up to {} g", profile.parcel_max_g);
                check.refuse(format!("parcels[{index}].weight_g"), message);
            }
        }
        if !profile.label_formats.contains(&intent.label_format) {
            let formats = profile.label_formats.iter().map(|format| format.name());
            let formats = formats.collect::<Vec<_>>().join(" and ");
            check.refuse(
                "label_format",
                format!("the carrier makes {formats} labels"),
            );
        }
        let reference = check.needed("reference", &intent.reference, profile.reference_max);
        let whole = reference.is_empty() || reference == intent.reference;
        check.require(whole, "reference", "holds characters that cannot be sent");
        for setting in profile
            .settings
            .iter()
            .filter(|setting| !setting.one_of.is_empty())
        {
            check.setting(&intent.contract, setting.name, setting.one_of);
        }
        check
    }

    /// The request that is written for this intent, when everything fits: what follows from the profile,
    /// and what the writer finds.
    ///
    /// # Errors
    /// Every problem, in the order in which they were found.
    pub fn written(
        profile: &Profile,
        intent: &Intent,
        write: impl FnOnce(&mut Self, &Intent) -> Request,
    ) -> Result<Request, Refusal> {
        let mut check = Self::of(profile, intent);
        let request = write(&mut check, intent);
        check.done().map(|()| request)
    }

    fn product(&mut self, profile: &Profile, intent: &Intent) {
        let Some(product) = profile.product(&intent.product) else {
            return self.refuse("service", "the carrier has no product with this code");
        };
        let shipment = &intent.shipment;
        let (from, to) = (&shipment.shipper.country, &shipment.consignee.country);
        match product.reach {
            Reach::National if !is_national(from, to) => {
                self.refuse("service", "the product stays within the country");
            }
            Reach::International if from == to => {
                self.refuse("service", "the product goes to other countries");
            }
            _ => {}
        }
        for option in &shipment.options {
            if !product.options.contains(option) {
                let message = format!("{} is not offered with this product", option.name());
                self.refuse("options", message);
            }
        }
    }

    /// The declared value where insurance is asked for; it is refused without one.
    pub fn insured<'shipment>(
        &mut self,
        shipment: &'shipment Shipment,
    ) -> Option<&'shipment Money> {
        if !shipment.options.contains(&ServiceOption::Insurance) {
            return None;
        }
        let value = shipment.declared_value.as_ref();
        let value =
            value.filter(|value| value.amount.is_sign_positive() && !value.amount.is_zero());
        let message = "is missing, and insurance needs it";
        self.require(value.is_some(), "declared_value", message);
        value
    }

    /// The same, for carriers that insure each parcel by a value of its own: an order has one for all.
    pub fn insured_alone(&mut self, shipment: &Shipment) -> Option<Money> {
        let insured = self.insured(shipment).cloned();
        let alone = insured.is_none() || shipment.parcels.len() < 2;
        let message = "each parcel is insured by its own value: book insured parcels one by one";
        self.require(alone, "options", message);
        insured
    }

    /// The declared value in cents of the only currency that a carrier takes; 0 where it is for no
    /// purpose. Refused when it is missing, nothing, or no whole number of cents; and for several
    /// parcels: an order has one value for all, and nobody can tell how much is in which.
    pub fn cents(&mut self, shipment: &Shipment, purpose: Option<&str>, currency: &str) -> Decimal {
        let Some(purpose) = purpose else {
            return Decimal::ZERO;
        };
        if shipment.parcels.len() > 1 {
            self.refuse("declared_value", "is taken for one parcel in a booking");
            return Decimal::ZERO;
        }
        let value = shipment.declared_value.as_ref();
        let value = value.filter(|value| value.currency == currency);
        let cents = value.and_then(Money::cents);
        if let Some(cents) = cents.filter(|cents| *cents > Decimal::ZERO) {
            return cents;
        }
        let message = format!("{purpose} needs a positive amount in {currency} and whole cents");
        self.refuse("declared_value", message);
        Decimal::ZERO
    }

    /// The carrier's code of the one option that was chosen, else `otherwise`. Two of them exclude
    /// each other.
    pub fn choice<'code>(
        &mut self,
        shipment: &Shipment,
        codes: &[(ServiceOption, &'code str)],
        otherwise: &'code str,
    ) -> &'code str {
        match shipment.codes(codes).as_slice() {
            [] => otherwise,
            [code] => code,
            _ => {
                let names = codes.iter().map(|(option, _)| option.name());
                let names = names.collect::<Vec<_>>().join(" and ");
                self.refuse("options", format!("{names} exclude each other"));
                otherwise
            }
        }
    }

    /// A number of at most `max` digits, as it is.
    pub fn digits(&mut self, field: &str, text: &str, max: usize) -> String {
        let fits = (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        self.require(
            fits,
            field,
            &format!("is not a number of up to {max} digits"),
        );
        text.to_owned()
    }

    /// The contract's number, of at most `max` digits.
    pub fn account(&mut self, contract: &Contract, max: usize) -> String {
        self.digits("account.account_number", &contract.number, max)
    }

    /// What the driver should know, in a field of its own; empty where nothing is told.
    pub fn instructions(&mut self, shipment: &Shipment, max: usize) -> String {
        let told = shipment.instructions.as_deref().unwrap_or_default();
        self.text("recipient.instructions", told, max)
    }

    /// The reference that people read on the label.
    pub fn printed(&mut self, shipment: &Shipment, max: usize) -> String {
        self.text("label_reference", &shipment.label_reference, max)
    }

    /// Whom the carrier calls: the party, else this number; refused where there is neither.
    pub fn phone(
        &mut self,
        place: &str,
        address: &Address,
        otherwise: Option<&str>,
        max: usize,
    ) -> String {
        let phone = given(&address.phone).or(otherwise).unwrap_or_default();
        self.needed(&format!("{place}.phone"), phone, max)
    }

    /// The same in digits, for a carrier that wants so many of them.
    pub fn phone_digits(
        &mut self,
        place: &str,
        address: &Address,
        otherwise: &str,
        many: RangeInclusive<usize>,
    ) -> String {
        let phone = digits(given(&address.phone).unwrap_or(otherwise));
        let least = many.start();
        let message =
            format!("is missing or has fewer than {least} digits, and the carrier needs it");
        let enough = many.contains(&phone.len());
        self.require(enough, &format!("{place}.phone"), &message);
        phone
    }

    /// The size of every parcel, or the account's `default_length_mm`, `default_width_mm` and
    /// `default_height_mm`; a side that is in neither is refused.
    pub fn sizes(&mut self, intent: &Intent) -> Vec<Size> {
        let default = default_size(&intent.contract);
        let mut sizes = Vec::new();
        for (index, parcel) in intent.shipment.parcels.iter().enumerate() {
            let size = parcel.size.or(default).unwrap_or_default();
            let sides = [
                ("length_mm", size.length_mm),
                ("width_mm", size.width_mm),
                ("height_mm", size.height_mm),
            ];
            for (side, value) in sides {
                if value == 0 {
                    let field = format!("parcels[{index}].{side}");
                    self.refuse(field, "is missing, and the carrier needs it");
                }
            }
            sizes.push(size);
        }
        sizes
    }

    /// A setting of the account that must be one of these; the first is the default.
    pub fn setting<'known>(
        &mut self,
        contract: &Contract,
        name: &str,
        known: &[&'known str],
    ) -> &'known str {
        let Some(given) = contract.setting(name) else {
            return known.first().copied().unwrap_or_default();
        };
        let found = known.iter().find(|known| **known == given);
        if found.is_none() {
            let field = format!("account.{name}");
            self.refuse(field, format!("is none of {}", known.join(", ")));
        }
        found.copied().unwrap_or_default()
    }

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

fn default_size(contract: &Contract) -> Option<Size> {
    let side = |name| contract.setting(name)?.trim().parse().ok();
    Some(Size {
        length_mm: side("default_length_mm")?,
        width_mm: side("default_width_mm")?,
        height_mm: side("default_height_mm")?,
    })
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
