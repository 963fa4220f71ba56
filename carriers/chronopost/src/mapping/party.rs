//! People and addresses in Chronopost's fields: two address lines of 38, names of 100.
//!
//! Without a company the person stands in both name fields, for both are mandatory. What the
//! driver should know has no field of its own; it shares the address lines.

use carrier_sdk::check::Check;
use carrier_sdk::shipment::{self, Intent};
use carrier_sdk::step::Problem;
use carrier_sdk::text::{clean, lines};

use crate::wire::Party;

const LINES: usize = 2;
const LINE_MAX: usize = 38;
const NAME_MAX: usize = 100;
const PHONE_MAX: usize = 17;

/// Who sends.
pub(super) fn shipper(check: &mut Check, intent: &Intent) -> Party {
    let civility = intent.contract.setting("civility").unwrap_or("M");
    let known = ["M", "E", "L"].contains(&civility);
    check.require(known, "account.civility", "is none of M, E, L");
    Party {
        role: "shipper",
        civility: Some(civility.to_owned()),
        ..party(check, "ship_from", &intent.shipment.shipper, None)
    }
}

/// Who receives.
pub(super) fn recipient(check: &mut Check, intent: &Intent) -> Party {
    let shipment = &intent.shipment;
    let instructions = shipment.instructions.as_deref();
    let party = party(check, "recipient", &shipment.consignee, instructions);
    let pre_alert = intent.contract.setting("pre_alert");
    let known = matches!(pre_alert, None | Some("email"));
    check.require(known, "account.pre_alert", "knows only: email");
    let announced = pre_alert.is_some() && !party.email.is_empty();
    Party {
        role: "recipient",
        pre_alert: if announced { "22" } else { "0" },
        ..party
    }
}

fn party(
    check: &mut Check,
    who: &str,
    party: &shipment::Party,
    instructions: Option<&str>,
) -> Party {
    let mut text = |name: &str, text: Option<&str>, max| {
        check.text(&format!("{who}.{name}"), text.unwrap_or_default(), max)
    };
    let person = text("name", Some(&party.name), NAME_MAX);
    let company = text("company", party.company.as_deref(), NAME_MAX);
    let zip_code = text("postal_code", Some(&party.postal_code), 9);
    let city = text("city", Some(&party.city), 50);
    let email = text("email", party.email.as_deref(), 80);
    let phone = check.keep(dialled(who, party.phone.as_deref().unwrap_or_default()));
    let mut lines = address(check, who, &party.street, instructions).into_iter();
    let [adress1, adress2] = [(); LINES].map(|()| lines.next().unwrap_or_default());
    let blank = |text: &String| clean(text).is_empty();
    let (named, placed) = (!blank(&party.name), !party.street.iter().all(blank));
    check.require(named, &format!("{who}.name"), "is needed");
    check.require(placed, &format!("{who}.street"), "is needed");
    Party {
        role: "",
        adress1,
        adress2,
        city,
        civility: None,
        contact_name: person.clone(),
        country: party.country.clone(),
        email,
        mobile_phone: Some(phone.clone())
            .filter(|phone| may_be_mobile(phone))
            .unwrap_or_default(),
        name: [company, person.clone()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default(),
        name2: person,
        phone,
        pre_alert: "0",
        zip_code,
    }
}

/// The street, and the instructions in the room it leaves. Where both do not fit, both are named:
/// either may be shortened.
fn address(
    check: &mut Check,
    who: &str,
    street: &[String],
    instructions: Option<&str>,
) -> Vec<String> {
    let field = format!("{who}.street");
    let street = check.keep(lines(&field, street, LINE_MAX, LINES));
    let Some(instructions) = instructions.filter(|_| !street.is_empty()) else {
        return street;
    };
    // the street in one line leaves the other to the instructions, where both are short
    let together = [street.join(" "), instructions.to_owned()];
    for field in [field, format!("{who}.instructions")] {
        match lines(&field, &together, LINE_MAX, LINES) {
            Ok(laid) => return laid,
            Err(problem) => check.add(problem),
        }
    }
    together.to_vec()
}

/// The number in digits, as dialled in France: `0612345678`, `0049301234567`.
fn dialled(who: &str, phone: &str) -> Result<String, Problem> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let dialled = match digits.strip_prefix("33") {
        _ if !phone.trim().starts_with('+') => digits,
        Some(national) => format!("0{}", national.trim_start_matches('0')),
        None => format!("00{digits}"),
    };
    if dialled.len() > PHONE_MAX {
        let message = format!("has more than {PHONE_MAX} digits");
        return Err(Problem::new(format!("{who}.phone"), message));
    }
    Ok(dialled)
}

/// French mobiles begin with 06 and 07; abroad nobody can tell, so that both fields have it.
fn may_be_mobile(dialled: &str) -> bool {
    ["06", "07", "00"]
        .iter()
        .any(|start| dialled.starts_with(start))
}
