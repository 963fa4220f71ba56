//! Countries: which codes exist, and between which of them customs papers are needed.

/// ISO 3166-1 alpha-2 codes in force (2026).
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// Members of the EU's single market for goods, and Monaco, which is inside it.
const EUROPEAN_UNION: &str =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK";

/// Whether this is an ISO 3166-1 alpha-2 code in upper case.
#[must_use]
pub fn is_country(code: &str) -> bool {
    is_one_of(COUNTRIES, code)
}

/// Whether goods between these countries need a customs declaration.
///
/// Overseas territories with a code of their own (`GP`, `RE`) need one from the mainland too:
/// they stand outside the EU's fiscal territory.
#[must_use]
pub fn customs_needed(from: &str, to: &str) -> bool {
    let inside = |code: &str| is_one_of(EUROPEAN_UNION, code);
    from != to && !(inside(from) && inside(to))
}

/// Whether a code of two letters is among these, which have one blank between them.
fn is_one_of(codes: &str, code: &str) -> bool {
    let &[first, second] = code.as_bytes() else {
        return false;
    };
    let mut codes = codes.as_bytes().chunks(3);
    codes.any(|known| matches!(known, &[one, other, ..] if one == first && other == second))
}

/// Whether a parcel stays within the country, as carriers see it: Monaco is served by the French post.
#[must_use]
pub fn is_national(from: &str, to: &str) -> bool {
    from == to || matches!((from, to), ("FR", "MC") | ("MC", "FR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customs_are_needed_at_the_border_of_the_union_only() {
        assert!(!customs_needed("FR", "DE"));
        assert!(!customs_needed("CH", "CH"));
        assert!(customs_needed("FR", "CH"));
        assert!(customs_needed("FR", "RE"));
    }

    #[test]
    fn a_country_is_two_upper_case_letters_in_force() {
        assert!(is_country("FR"));
        for wrong in ["fr", "FRANCE", "UK", "XX", "", "F ", "R "] {
            assert!(!is_country(wrong), "{wrong}");
        }
    }
}
