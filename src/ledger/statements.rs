//! Statements that take as many members as there are: rows to insert, keys to look for, ids to mark.
//!
//! To a server a statement costs more than a member, and one that was prepared before costs less than a
//! new one. So there are few sizes, each spelled once; what is left over goes in by the next larger
//! size, filled up with what changes nothing. SQLite takes members one by one.

use std::fmt::Write;
use std::sync::OnceLock;

use super::rows::{Cell, Table};
use super::schema::Dialect;

/// 1, 2, 4, ... 64, the most members that a dialect may have.
const SIZES: usize = 7;

/// The texts of a statement, by dialect and size.
pub struct Texts([[OnceLock<String>; SIZES]; 2]);

impl Texts {
    /// None is spelled yet.
    pub const fn new() -> Self {
        Self([const { [const { OnceLock::new() }; SIZES] }; 2])
    }

    fn of(
        &'static self,
        words: &Dialect,
        size: usize,
        spell: impl FnOnce() -> String,
    ) -> &'static str {
        let [plain, numbered] = &self.0;
        let texts = if words.numbered { numbered } else { plain };
        let place = size.trailing_zeros().try_into().unwrap_or(usize::MAX);
        texts.get(place).map_or("", |text| text.get_or_init(spell))
    }
}

/// Sizes of pieces that so much work is split into. The last one may be larger than what is left.
pub fn pieces(words: &Dialect, count: usize) -> impl Iterator<Item = usize> + use<> {
    let whole = std::iter::repeat_n(words.members, count / words.members);
    let left = count % words.members;
    whole.chain((left > 0).then(|| left.next_power_of_two()))
}

impl Table {
    /// `INSERT` of so many rows; those without a first cell are not there.
    pub fn insert(&'static self, words: &Dialect, rows: usize) -> &'static str {
        self.texts.of(words, rows, || self.spell(words, rows))
    }

    fn spell(&self, words: &Dialect, rows: usize) -> String {
        let mut values = "VALUES ".to_owned();
        for row in 0..rows {
            let comma = if row == 0 { "" } else { "," };
            values.push_str(comma);
            push_places(&mut values, words, row * self.columns, self.columns);
        }
        let Self { into, then, .. } = self;
        if rows == 1 {
            return format!("INSERT INTO {into} {values} {then}");
        }
        format!(
            "INSERT INTO {into} SELECT * FROM ({values}) AS given WHERE column1 IS NOT NULL {then}"
        )
    }

    /// Fills up to so many rows.
    pub fn fill(&self, values: &mut Vec<Cell>, rows: usize) {
        let blank: Vec<Cell> = values.iter().take(self.columns).map(Cell::blank).collect();
        while values.len() < rows * self.columns && !blank.is_empty() {
            values.extend(blank.iter().cloned());
        }
    }
}

/// A statement with a `{list}` at its end, and no other value but perhaps one before it.
pub struct Listing {
    template: &'static str,
    texts: Texts,
}

impl Listing {
    /// With this text.
    pub const fn new(template: &'static str) -> Self {
        Self {
            template,
            texts: Texts::new(),
        }
    }

    /// With so many places in its list.
    pub fn of(&'static self, words: &Dialect, count: usize) -> &'static str {
        self.texts.of(words, count, || {
            let before = usize::from(self.template.contains("$1"));
            let mut list = String::new();
            push_places(&mut list, words, before, count);
            let text = self.template.replace("{list}", &list);
            let text = text.replace("{held}", words.held);
            if words.numbered {
                text
            } else {
                text.replace("$1", "?")
            }
        })
    }

    /// Fills up to so many values: the last one twice is the last one.
    pub fn fill(values: &mut Vec<Cell>, count: usize) {
        if let Some(last) = values.last().cloned() {
            values.resize(count, last);
        }
    }
}

fn push_places(text: &mut String, words: &Dialect, after: usize, count: usize) {
    text.push('(');
    for place in 1..=count {
        let comma = if place == 1 { "" } else { "," };
        text.push_str(comma);
        if words.numbered {
            // Writing to a String cannot fail.
            write!(text, "${}", after + place).ok();
        } else {
            text.push('?');
        }
    }
    text.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::rows::NUMBERS;
    use crate::ledger::{queries, schema};

    #[test]
    fn a_statement_has_a_place_for_every_cell_of_every_row() {
        let then = "ON CONFLICT (number, key, n) DO NOTHING";
        assert_eq!(
            NUMBERS.insert(&schema::SQLITE, 2),
            format!(
                "INSERT INTO numbers (number, key, n) SELECT * FROM (VALUES (?,?,?),(?,?,?)) AS given \
                 WHERE column1 IS NOT NULL {then}"
            )
        );
        assert_eq!(
            NUMBERS.insert(&schema::SQLITE, 1),
            format!("INSERT INTO numbers (number, key, n) VALUES (?,?,?) {then}")
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn where_places_have_numbers_they_rise_from_row_to_row() {
        let text = NUMBERS.insert(&schema::POSTGRES, 2);
        assert!(text.contains("($1,$2,$3),($4,$5,$6)"), "{text}");
        assert_eq!(
            queries::SENT.of(&schema::POSTGRES, 2),
            "UPDATE outbox SET sent_at = $1 WHERE id IN ($2,$3)"
        );
    }

    #[test]
    fn a_list_comes_after_the_other_value() {
        assert_eq!(
            queries::SENT.of(&schema::SQLITE, 2),
            "UPDATE outbox SET sent_at = ? WHERE id IN (?,?)"
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn work_is_split_into_few_sizes_and_nothing_is_left_out() {
        let sizes: Vec<usize> = pieces(&schema::POSTGRES, 203).collect();
        assert_eq!(sizes, [64, 64, 64, 16]);
        assert_eq!(pieces(&schema::POSTGRES, 0).next(), None);
    }

    #[test]
    fn a_file_is_given_one_at_a_time() {
        let sizes: Vec<usize> = pieces(&schema::SQLITE, 3).collect();
        assert_eq!(sizes, [1, 1, 1]);
        assert_eq!(
            queries::LIVES.of(&schema::SQLITE, 1),
            "SELECT key, life, due_at FROM orders WHERE key IN (?)"
        );
    }

    #[test]
    fn what_fills_a_statement_up_changes_nothing() {
        let mut values = vec![Cell::from("1Z"), Cell::from("fr/A/1"), Cell::from(1_i64)];
        NUMBERS.fill(&mut values, 4);
        assert_eq!(values.len(), 12);
        let missing = values
            .iter()
            .skip(3)
            .all(|cell| matches!(cell, Cell::Number(None) | Cell::Text(None)));
        assert!(missing);
    }
}
