//! What each kind of value in a message must look like: one function a kind, from JSON to our type.
//!
//! A reason says what is wanted, never what was found: values are personal data.

use std::borrow::Cow;

use carrier_sdk::geography::is_country;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

/// Why a value cannot be taken, without the value.
pub(super) type Reason = Cow<'static, str>;

/// Longest text, in characters.
pub(super) const TEXT_MAX: usize = 2_000;

/// Text for people: trimmed, in one line, not blank.
pub(super) fn text(value: &Value) -> Result<String, Reason> {
    let line = line(value)?;
    if line.is_empty() {
        return Err("must not be blank".into());
    }
    Ok(line)
}

/// Text that may be blank: the postal code of a country that has none.
pub(super) fn line(value: &Value) -> Result<String, Reason> {
    let given = string(value)?;
    if given.chars().count() > TEXT_MAX {
        return Err("must not be longer than 2000 characters".into());
    }
    let one_line = given.replace(['\t', '\n', '\r'], " ");
    if one_line.chars().any(char::is_control) {
        return Err("must not hold control characters".into());
    }
    Ok(one_line.trim().to_owned())
}

/// A name for machines of at most `MAX` characters: safe in keys, paths and subjects.
pub(super) fn name<const MAX: usize>(value: &Value) -> Result<String, Reason> {
    let given = string(value)?;
    if !given.bytes().all(is_name_byte) || given.is_empty() || given.len() > MAX {
        return Err(format!("must be 1 to {MAX} of A-Z a-z 0-9 _ . -").into());
    }
    Ok(given.to_owned())
}

/// The shop's name; empty when there is only one shop.
pub(super) fn shop(value: &Value) -> Result<String, Reason> {
    match value.as_str() {
        Some("") => Ok(String::new()),
        _ => name::<32>(value),
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// A whole number from `MIN` up. `850.0` is one: some shops write every number so.
pub(super) fn whole<const MIN: u32>(value: &Value) -> Result<u32, Reason> {
    let fraction = || value.as_f64().filter(|number| number.fract() == 0.0);
    let number = match value.as_u64() {
        Some(number) => u32::try_from(number).ok(),
        None => fraction().and_then(|number| format!("{number:.0}").parse().ok()),
    };
    match number {
        Some(number) if number >= MIN => Ok(number),
        _ => Err(format!("must be a whole number from {MIN} to {}", u32::MAX).into()),
    }
}

/// A moment: RFC 3339 with its offset.
pub(super) fn moment(value: &Value) -> Result<Timestamp, Reason> {
    let given = string(value)?;
    // jiff reads more forms than RFC 3339 (weeks, zone names); one form is enough for a contract.
    let clock = given.get(..19).unwrap_or_default();
    let rest = given.get(19..).unwrap_or_default();
    let offset = rest.trim_start_matches(|letter: char| letter == '.' || letter.is_ascii_digit());
    let offset_shaped = offset == "Z" || is_shaped(offset, "+dd:dd") || is_shaped(offset, "-dd:dd");
    match given.parse() {
        Ok(moment) if offset_shaped && is_shaped(clock, "dddd-dd-ddTdd:dd:dd") => Ok(moment),
        _ => Err("must be a moment with its offset: 2026-11-24T18:00:00+01:00".into()),
    }
}

/// A day: `2026-11-24`.
pub(super) fn day(value: &Value) -> Result<Date, Reason> {
    let given = string(value)?;
    match given.parse() {
        Ok(day) if is_shaped(given, "dddd-dd-dd") => Ok(day),
        _ => Err("must be a day that exists: 2026-11-24".into()),
    }
}

/// Whether the text has this shape; `d` stands for a digit.
fn is_shaped(text: &str, shape: &str) -> bool {
    let alike = |(byte, wanted): (u8, u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        _ => byte == wanted,
    };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(alike)
}

/// An exact amount in a JSON string; a JSON number has passed through binary fractions.
pub(super) fn amount(value: &Value) -> Result<Decimal, Reason> {
    const WANTED: &str = "must be a decimal number in a string: \"129.90\"";
    let given = string(value)?;
    let (units, fraction) = given.split_once('.').unwrap_or((given, "0"));
    let digits = |part: &str, max| (1..=max).contains(&part.len()) && is_digits(part);
    if !digits(units, 15) || !digits(fraction, 6) {
        return Err(WANTED.into());
    }
    // Normalised, so that 129.9 and 129.90 are the same content.
    Decimal::from_str_exact(given)
        .map(|amount| amount.normalize())
        .map_err(|_| WANTED.into())
}

/// ISO 4217 code, by its shape.
pub(super) fn currency(value: &Value) -> Result<String, Reason> {
    let given = string(value)?;
    if given.len() != 3 || !given.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err("must be an ISO 4217 code in capitals: EUR".into());
    }
    Ok(given.to_owned())
}

/// ISO 3166-1 alpha-2 code in force.
pub(super) fn country(value: &Value) -> Result<String, Reason> {
    let given = string(value)?;
    if !is_country(given) {
        return Err("must be an ISO 3166-1 alpha-2 code in capitals: FR".into());
    }
    Ok(given.to_owned())
}

/// ISO 639-1 code, by its shape.
pub(super) fn language(value: &Value) -> Result<String, Reason> {
    let given = string(value)?;
    if given.len() != 2 || !given.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err("must be an ISO 639-1 code in small letters: fr".into());
    }
    Ok(given.to_owned())
}

/// Harmonised System code.
pub(super) fn hs_code(value: &Value) -> Result<String, Reason> {
    let given = string(value)?;
    if !(6..=12).contains(&given.len()) || !is_digits(given) {
        return Err("must be 6 to 12 digits".into());
    }
    Ok(given.to_owned())
}

/// An e-mail address, by its shape: only the mail system knows more.
pub(super) fn email(value: &Value) -> Result<String, Reason> {
    let given = text(value)?;
    let halves = given
        .split_once('@')
        .filter(|(before, after)| !before.is_empty() && !after.is_empty() && !after.contains('@'));
    if halves.is_none() || given.contains(char::is_whitespace) {
        return Err("must be an e-mail address".into());
    }
    Ok(given)
}

/// A phone number in E.164 (`+33612345678`), from the ways people write it.
///
/// French national numbers are taken for a French address; other countries need the `+`.
pub(super) fn phone(value: &Value, country: &str) -> Result<String, Reason> {
    let given = text(value)?;
    // +33 (0)6 ...: the zero is for callers at home and is no part of the number.
    let dialled = given.replace("(0)", "");
    let packed: String = dialled
        .chars()
        .filter(|letter| {
            !matches!(
                letter,
                ' ' | '.' | '-' | '(' | ')' | '/' | '\u{a0}' | '\u{202f}'
            )
        })
        .collect();
    let digits = match packed.strip_prefix('+').or(packed.strip_prefix("00")) {
        Some(digits) => digits.to_owned(),
        None => match packed.strip_prefix('0') {
            Some(national) if country == "FR" && national.len() == 9 => format!("33{national}"),
            _ => String::new(),
        },
    };
    if !(8..=15).contains(&digits.len()) || !is_digits(&digits) || digits.starts_with('0') {
        return Err("must be an international phone number: + and 8 to 15 digits".into());
    }
    Ok(format!("+{digits}"))
}

/// One of these names.
pub(super) fn one_of<T: Copy>(value: &Value, known: &[(&str, T)]) -> Result<T, Reason> {
    let given = string(value)?;
    for (name, meaning) in known {
        if *name == given {
            return Ok(*meaning);
        }
    }
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    Err(format!("must be one of {}", names.join(", ")).into())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn string(value: &Value) -> Result<&str, Reason> {
    value.as_str().ok_or("must be a string".into())
}
