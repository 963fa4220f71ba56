//! People and addresses fitted into a carrier's fields, once for all carriers: cleaned, laid out
//! between words, or refused with our field named. What the fields are called there, the carrier says.

use crate::check::Check;
use crate::shipment::Party;
use crate::step::Problem;
use crate::text::{clean, lines};

/// How much room a carrier's fields have, in characters.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// A person's name.
    pub name: usize,
    /// A company's name.
    pub company: usize,
    /// How many address lines there are.
    pub lines: usize,
    /// An address line.
    pub line: usize,
    /// Postal code.
    pub postal_code: usize,
    /// City.
    pub city: usize,
    /// State or province; 0 where the carrier has no field for it: it is left out.
    pub province: usize,
    /// E-mail address.
    pub email: usize,
    /// Telephone number, in digits.
    pub phone: usize,
}

impl Room {
    /// What nearly every carrier takes; a carrier names what differs.
    pub const USUAL: Self = Self {
        name: 35,
        company: 35,
        lines: 3,
        line: 35,
        postal_code: 9,
        city: 35,
        province: 35,
        email: 80,
        phone: 15,
    };
}

/// A party as it fits. What the order does not give is empty. `Debug` shows the country only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The person, else the company.
    pub name: String,
    /// The company.
    pub company: String,
    /// Street and house number, at least one line.
    pub lines: Vec<String>,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// State or province.
    pub province: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// E-mail address.
    pub email: String,
    /// As the order has it: `+33612345678`. See [`digits`] and [`dialled_from`].
    pub phone: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address({}, masked)", self.country)
    }
}

impl Address {
    /// Fits a party: `place` is where it stands in an order, `ship_from` or `recipient`.
    pub fn fit(check: &mut Check, place: &str, party: &Party, room: &Room) -> Self {
        let field = |name: &str| format!("{place}.{name}");
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        let street = field("street");
        let lines = check.keep(lines(&street, &party.street, room.line, room.lines));
        let named_none = party.street.iter().all(|line| clean(line).is_empty());
        check.require(!named_none, &street, "is empty, and the carrier needs it");
        let company = given(&party.company);
        let is_person = !clean(&party.name).is_empty();
        // a company alone stands in both fields
        let company_max = if is_person {
            room.company
        } else {
            room.company.min(room.name)
        };
        let company = check.text(&field("company"), &company, company_max);
        let name = if is_person || company.is_empty() {
            check.needed(&field("name"), &party.name, room.name)
        } else {
            company.clone()
        };
        let phone = given(&party.phone);
        if digits(&phone).len() > room.phone {
            check.refuse(
                field("phone"),
                format!("has more than {} digits", room.phone),
            );
        }
        Self {
            name,
            company,
            lines,
            postal_code: check.text(&field("postal_code"), &party.postal_code, room.postal_code),
            city: check.needed(&field("city"), &party.city, room.city),
            province: match room.province {
                0 => String::new(),
                max => check.text(&field("province"), &given(&party.province), max),
            },
            country: check.needed(&field("country"), &party.country, 2),
            email: check.text(&field("email"), &given(&party.email), room.email),
            phone: clean(&phone),
        }
    }

    /// Whom the parcel is for, first of all: the company, else the person.
    #[must_use]
    pub fn addressee(&self) -> &str {
        if self.company.is_empty() {
            &self.name
        } else {
            &self.company
        }
    }

    /// The person behind a company's name, in a field with less room. One who stands there in full
    /// already may be shorter here, by whole words.
    pub fn contact(&self, check: &mut Check, place: &str, max: usize) -> String {
        let again = self.addressee() == self.name;
        let count = if again { usize::MAX } else { 1 };
        let name = [self.name.clone()];
        let words = check.keep(lines(&format!("{place}.name"), &name, max, count));
        words.into_iter().next().unwrap_or_default()
    }

    /// A line by its place from 0; empty when there is none.
    #[must_use]
    pub fn line(&self, place: usize) -> &str {
        self.lines.get(place).map_or("", String::as_str)
    }

    /// Puts the driver's instructions into the room that the street leaves, for carriers without a
    /// field for them. Where both do not fit, both are named: either may be shortened.
    pub fn add_instructions(
        &mut self,
        check: &mut Check,
        place: &str,
        instructions: Option<&str>,
        room: &Room,
    ) {
        let Some(instructions) = instructions.filter(|_| !self.lines.is_empty()) else {
            return;
        };
        // the street in one line leaves the others to the instructions, where both are short
        let together = [self.lines.join(" "), instructions.to_owned()];
        let mut problems: Vec<Problem> = Vec::new();
        for field in ["street", "instructions"] {
            let field = format!("{place}.{field}");
            match lines(&field, &together, room.line, room.lines) {
                Ok(laid) => {
                    self.lines = laid;
                    return;
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.into_iter().for_each(|problem| check.add(problem));
    }
}

/// The text, when there is one: for members that are left out when empty.
#[must_use]
pub fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Whether a number may be a mobile's, as it is dialled in France: there they begin with 06 and 07, and of
/// numbers abroad nobody can tell.
#[must_use]
pub fn may_be_mobile(dialled: &str) -> bool {
    let starts = ["06", "07", "00"];
    starts.iter().any(|start| dialled.starts_with(start))
}

/// A telephone number in digits only: `33612345678`.
#[must_use]
pub fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// A telephone number as it is dialled in the country with this prefix: from `33`, `0612345678` and
/// `0049301234567`.
#[must_use]
pub fn dialled_from(prefix: &str, phone: &str) -> String {
    let digits = digits(phone);
    if !phone.trim().starts_with('+') {
        return digits;
    }
    match digits.strip_prefix(prefix) {
        Some(national) => format!("0{}", national.trim_start_matches('0')),
        None => format!("00{digits}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipment::PartyKind;

    const ROOM: Room = Room {
        name: 20,
        company: 30,
        lines: 2,
        line: 20,
        postal_code: 9,
        city: 10,
        province: 5,
        email: 20,
        phone: 15,
    };

    fn party() -> Party {
        Party {
            name: "Zoé Lefèvre".to_owned(),
            company: None,
            kind: PartyKind::Private,
            street: vec!["3 rue des Tilleuls".to_owned()],
            postal_code: "75002".to_owned(),
            city: "Paris".to_owned(),
            province: None,
            country: "FR".to_owned(),
            email: None,
            phone: Some("+33 6 12 34 56 78".to_owned()),
            language: None,
        }
    }

    fn refused(party: &Party) -> Vec<String> {
        let mut check = Check::default();
        Address::fit(&mut check, "recipient", party, &ROOM);
        check.done().expect_err("refused").fields()
    }

    #[test]
    fn what_does_not_fit_is_named_by_our_field() {
        let mut party = party();
        party.city = "Saint-Rémy-en-Bouzemont".to_owned();
        party.phone = Some("1".repeat(16));
        party.street = vec!["\u{1}".to_owned()];
        let fields = ["recipient.street", "recipient.phone", "recipient.city"];
        assert_eq!(refused(&party), fields);
    }

    #[test]
    fn a_company_may_stand_for_the_person_and_is_whom_the_parcel_is_for() {
        let mut check = Check::default();
        let person = Address::fit(&mut check, "recipient", &party(), &ROOM);
        assert_eq!(person.addressee(), "Zoé Lefèvre");
        let mut company = party();
        (company.name, company.company) = (String::new(), Some("Atelier".to_owned()));
        let fitted = Address::fit(&mut check, "recipient", &company, &ROOM);
        assert_eq!(
            (fitted.name.as_str(), fitted.addressee()),
            ("Atelier", "Atelier")
        );
        check.done().expect("all fits");
        company.company = None;
        assert_eq!(refused(&company), ["recipient.name"]);
    }

    #[test]
    fn instructions_take_the_room_that_the_street_leaves() {
        let mut check = Check::default();
        let mut address = Address::fit(&mut check, "recipient", &party(), &ROOM);
        address.add_instructions(&mut check, "recipient", Some("Code 4512"), &ROOM);
        assert_eq!(address.lines, ["3 rue des Tilleuls", "Code 4512"]);
        address.add_instructions(&mut check, "recipient", Some("Sonner deux fois"), &ROOM);
        let fields = check.done().expect_err("too much").fields();
        assert_eq!(fields, ["recipient.street", "recipient.instructions"]);
    }

    #[test]
    fn a_telephone_is_dialled_from_a_country() {
        assert_eq!(digits("+33 6 12"), "33612");
        assert_eq!(dialled_from("33", "+33 (0)6 12 34 56 78"), "0612345678");
        assert_eq!(dialled_from("33", "+493023125042"), "00493023125042");
        assert_eq!(dialled_from("33", "06 12"), "0612");
        assert!(may_be_mobile("0612345678") && may_be_mobile("00493012"));
        assert!(!may_be_mobile("0145678901") && !may_be_mobile(""));
    }
}
