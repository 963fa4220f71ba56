//! Long and odd addresses of many countries: each arrives whole in the request, or is refused with a
//! field of the recipient's; and the carrier's own stub takes what was sent. All are invented.

use super::attempt::text_of;
use super::catalogue::{Case, addressed};
use super::counter::Counter;
use super::{Failures, Verdict};
use crate::body::unformed;
use crate::carrier::Carrier;
use crate::shipment::{Party, PartyKind};
use crate::step::{Refusal, Step};
use crate::stub::Stub;

/// What is odd; then country, postal code, city, name, street lines between bars.
type Odd = (&'static str, [&'static str; 3], &'static str, &'static str);

#[rustfmt::skip]
const ODD: &[Odd] = &[
    ("a place without a street", ["FR", "48100", "Le Buisson"], "Élise Fabre", "Lieu-dit Les Trois Bornes"),
    ("four lines", ["FR", "13002", "Marseille"], "Sami Benhaddou", "Apt 312 étage 3|Résidence Les Cigales bât. D|27 ter traverse du Four|BP 40117"),
    ("letters after the number", ["FR", "69003", "Lyon"], "Inès Vasseur-d'Hérouville", "3 quater D impasse de l'Hôtel-Dieu"),
    ("Corsica", ["FR", "20166", "Porticcio"], "Ghjulia Paoli", "12 route d'Agosta"),
    ("overseas", ["RE", "97410", "Saint-Pierre"], "Jean-Noël Payet", "45 chemin Bras-Creux"),
    ("Monaco", ["MC", "98000", "Monaco"], "Luca Orsini", "7 rue des Violettes"),
    ("a box number", ["BE", "1050", "Ixelles"], "Wout Peeters", "Drève des Érables 118 bte 4"),
    ("floor and door", ["ES", "28004", "Madrid"], "María Núñez Ibáñez", "C/ del Olmo, 12, 3º 2ª izda."),
    ("ordinals", ["PT", "1250-146", "Lisboa"], "João Conceição", "Av. das Acácias 110, 1.º Dto."),
    ("a province", ["IT", "00185", "Roma"], "Niccolò Città", "Via dell'Olmo 5/B int. 9"),
    ("letters in the postal code", ["NL", "1017 AB", "Amsterdam"], "Sanne de Vries", "Brouwersgang 21-3hg"),
    ("an Eircode", ["IE", "D02 X285", "Dublin 2"], "Aoife O'Shaughnessy", "Flat 4, The Old Mill|18 Lower Quay"),
    ("strokes", ["PL", "90-001", "Łódź"], "Świętosława Żółć", "ul. Dębowa 14/7 m. 3"),
    ("rings", ["SE", "113 30", "Stockholm"], "Åke Öström", "Sjöstigen 4 lgh 1102"),
    ("a sharp s", ["DE", "73525", "Schwäbisch Gmünd"], "Käthe Großmann", "Am Weiß-Straßl 11 c (Hinterhaus)"),
    ("a staircase", ["AT", "1070", "Wien"], "Ägidius Pölzl", "Lindengasse 8/Stg. 2/Tür 14"),
    ("a long city", ["GB", "LL61 5UJ", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"], "Rhys Ap Gwilym", "2 Ffordd Newydd"),
    ("no postal code", ["HK", "", "Hong Kong"], "Kwan Siu Ming", "Flat 12B, 9/F, Block 3, Harbour View"),
    ("no postal code in the desert", ["AE", "", "Dubai"], "Laila Haddad", "Villa 14, Street 27B"),
    ("a state", ["CA", "K1A 0B1", "Ottawa"], "Theo Tremblay", "300-1450 Elm Ave"),
    ("Greek letters", ["GR", "105 57", "Αθήνα"], "Ελένη Παππά", "Οδός Ελαιών 12"),
    ("Japanese letters", ["JP", "100-0001", "東京"], "山田花子", "千代田1-1"),
    ("signs that XML and JSON know", ["FR", "67000", "Strasbourg"], "Dupont & Fils <\"Frères\">", "1 rue de l'Écu & du \"Pont\" \\ cour"),
    ("blanks, tabs and pictures", ["FR", "35000", "Rennes"], "  Zoé \t Le  Goff 🎁 ", "5\u{a0}rue  du Port \u{7}"),
    ("one very long word", ["FR", "59800", "Lille"], "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren", "10 rue Neuve"),
];

fn cases() -> Vec<(Case, &'static Odd)> {
    let case = |odd: &'static Odd| {
        let (what, [country, postal_code, city], name, street) = odd;
        let party = Party {
            name: (*name).to_owned(),
            company: None,
            kind: PartyKind::Private,
            street: street.split('|').map(str::to_owned).collect(),
            postal_code: (*postal_code).to_owned(),
            city: (*city).to_owned(),
            province: province(country),
            country: (*country).to_owned(),
            email: Some("kit@example.com".to_owned()),
            phone: Some("+33639980142".to_owned()),
            language: Some("fr".to_owned()),
        };
        (addressed(what, party), odd)
    };
    ODD.iter().map(case).collect()
}

fn province(country: &str) -> Option<String> {
    let known = [("IT", "RM"), ("CA", "ON"), ("AE", "DU")];
    let known = known.into_iter().find(|(of, _)| *of == country);
    known.map(|(_, province)| province.to_owned())
}

/// Every word of an odd address is in the request, with or without its accents, or the address is
/// refused with a field; and the stub reads it, or refuses it in the carrier's words.
///
/// # Errors
/// Everything that does not hold.
pub fn odd_addresses_arrive_whole_or_are_refused_by_field(
    carrier: &dyn Carrier,
    stub: Stub,
) -> Verdict {
    let mut failures = Failures::default();
    for (case, odd) in cases() {
        for product in carrier.profile().products {
            let counter = Counter::new(carrier, stub);
            let intent = super::attempt::intent(carrier, &case, &counter.contract, product.code);
            match carrier.book(&intent) {
                Err(refusal) => named(case.name, &refusal, &mut failures),
                Ok(request) => {
                    // a form is read as who receives it does
                    let sent = text_of(&request);
                    let sent = format!("{sent}\n{}", unformed(&sent));
                    whole(odd, &sent, &mut failures);
                    match counter.book(&intent).map(|told| told.step) {
                        Ok(Step::Done(_) | Step::Refused(_)) => {}
                        Ok(step) => failures.add(format!(
                            "{}: the stub leaves it {}",
                            case.name,
                            super::attempt::name_of(&step)
                        )),
                        Err(problem) => failures.add(format!("{}: {problem}", case.name)),
                    }
                    break;
                }
            }
        }
    }
    failures.verdict()
}

fn named(case: &str, refusal: &Refusal, failures: &mut Failures) {
    let fields = refusal.fields();
    failures.check(
        !fields.is_empty() && fields.iter().all(|one| !one.is_empty()),
        || format!("{case}: refused without naming a field"),
    );
}

fn whole(odd: &Odd, sent: &str, failures: &mut Failures) {
    let (what, [_, postal_code, city], name, street) = odd;
    let sent = sent.to_lowercase();
    let packed: String = postal_code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let postal = [*postal_code, packed.as_str()];
    failures.check(
        postal
            .iter()
            .any(|code| sent.contains(&code.to_lowercase())),
        || format!("{what}: the postal code is not sent"),
    );
    for text in [name, city, street] {
        let lost = plain_stretches(text).find(|part| !sent.contains(part.as_str()));
        failures.check(lost.is_none(), || {
            format!("{what}: {lost:?} is not sent, and nobody is told")
        });
    }
}

/// The stretches of a text that no transliteration changes, in lower case: `wi`, `tokrzyska` of
/// `Świętokrzyska`. Single letters tell nothing.
fn plain_stretches(text: &str) -> impl Iterator<Item = String> {
    let stretches = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let telling = |part: &&str| part.len() > 1 || part.bytes().all(|b| b.is_ascii_digit());
    stretches
        .filter(|part| !part.is_empty())
        .filter(telling)
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::example::{Example, Sin, stub};
    use super::*;

    #[test]
    fn a_carrier_that_sends_or_refuses_whole_addresses_passes() {
        odd_addresses_arrive_whole_or_are_refused_by_field(&Example::good(), stub)
            .expect("addresses");
    }

    #[test]
    fn an_address_that_loses_a_line_or_a_word_is_found() {
        for sin in [Sin::DropsAddressLines, Sin::CutsText] {
            let verdict =
                odd_addresses_arrive_whole_or_are_refused_by_field(&Example::with(sin), stub);
            let lines = verdict.expect_err("a sin").lines().join("\n");
            assert!(lines.contains("is not sent"), "{sin:?}: {lines}");
        }
    }

    #[test]
    fn what_a_transliteration_changes_is_not_looked_for() {
        let parts: Vec<String> = plain_stretches("Świętokrzyska 14/7 m. à Łódź").collect();
        assert_eq!(parts, ["wi", "tokrzyska", "14", "7"]);
    }
}
