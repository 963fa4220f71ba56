//! Fitting people's words into a carrier's fields: cleaned, split at words, or refused.
//!
//! Nothing is cut silently: a house number on the second line is worth a parcel.

use crate::step::Problem;

/// The text without control characters, pictures and doubled blanks.
///
/// Emoji and private-use characters cannot be printed by a label printer and are dropped.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = true;
        } else if !c.is_control() && !is_picture(c) {
            if blank && !cleaned.is_empty() {
                cleaned.push(' ');
            }
            blank = false;
            cleaned.push(c);
        }
    }
    cleaned
}

fn is_picture(c: char) -> bool {
    matches!(u32::from(c),
        0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x2190..=0x2BFF | 0xFE00..=0xFE0F
        | 0xE000..=0xF8FF | 0xFFF0..=0xFFFF | 0x1F000..=0x1FAFF | 0xE0000..=0x10FFFF)
}

/// The cleaned text, when it is not longer than `max` characters and in Latin letters.
///
/// # Errors
/// Names the field and the limit, never the text.
pub fn fit(field: &str, text: &str, max: usize) -> Result<String, Problem> {
    let text = latin(field, text)?;
    let length = text.chars().count();
    if length > max {
        return Err(Problem::new(
            field,
            format!("{length} characters, the carrier takes {max}"),
        ));
    }
    Ok(text)
}

/// The cleaned text, when every letter is Latin: a label in other letters does not arrive.
///
/// # Errors
/// Names the field.
pub fn latin(field: &str, text: &str) -> Result<String, Problem> {
    let text = clean(text);
    let foreign = |c: char| c.is_alphabetic() && u32::from(c) > 0x024F && !is_latin_extra(c);
    if text.chars().any(foreign) {
        return Err(Problem::new(
            field,
            "holds letters other than Latin, which the carrier cannot print",
        ));
    }
    Ok(text)
}

fn is_latin_extra(c: char) -> bool {
    matches!(u32::from(c), 0x02B0..=0x02FF | 0x1E00..=0x1EFF | 0x2070..=0x209F | 0x2C60..=0x2C7F | 0xFB00..=0xFB06)
}

/// Lays address lines out in at most `count` lines of `max` characters, breaking between words.
///
/// Lines that fit stay as they are; only when one is too long is all text laid out anew.
///
/// # Errors
/// When it needs more lines, or one word is longer than a line.
pub fn lines(
    field: &str,
    given: &[String],
    max: usize,
    count: usize,
) -> Result<Vec<String>, Problem> {
    let mut cleaned = Vec::new();
    for line in given {
        let line = latin(field, line)?;
        if !line.is_empty() {
            cleaned.push(line);
        }
    }
    let fits = cleaned.len() <= count && cleaned.iter().all(|line| line.chars().count() <= max);
    if fits {
        return Ok(cleaned);
    }
    let laid = lay_out(&cleaned.join(" "), max);
    let too_long = laid.iter().any(|line| line.chars().count() > max);
    if laid.len() > count || too_long {
        return Err(Problem::new(
            field,
            format!("does not fit in {count} lines of {max} characters"),
        ));
    }
    Ok(laid)
}

fn lay_out(text: &str, max: usize) -> Vec<String> {
    let mut laid: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let length = word.chars().count();
        match laid.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= max => {
                line.push(' ');
                line.push_str(word);
            }
            _ => laid.push(word.to_owned()),
        }
    }
    laid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_pictures_are_dropped() {
        assert_eq!(clean("Zoé\u{1}\t Lefèvre 🎁 \u{F8F0}"), "Zoé Lefèvre");
    }

    #[test]
    fn a_text_that_is_too_long_is_refused_by_name_not_cut() {
        let problem = fit("recipient.name", &"x".repeat(101), 100).expect_err("too long");
        assert_eq!(problem.field, "recipient.name");
        assert!(!problem.message.contains("xx"));
    }

    #[test]
    fn letters_a_label_cannot_show_are_refused() {
        assert!(latin("recipient.name", "שרה").is_err());
        assert!(latin("recipient.name", "Łukasz Đorđević-Ångström").is_ok());
    }

    #[test]
    fn an_address_is_split_between_words_and_keeps_its_house_number() {
        let given = ["Résidence des Grands Boulevards Bâtiment C escalier 12 bis".to_owned()];
        let laid = lines("recipient.street", &given, 38, 2).expect("two lines");
        assert_eq!(laid.join(" "), given[0]);
        assert!(laid.iter().all(|line| line.chars().count() <= 38));
        assert!(lines("recipient.street", &given, 20, 2).is_err());
    }
}
