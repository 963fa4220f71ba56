//! Rows for people and for machines: the same values as a table and as JSON.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

/// Columns of text where there is no terminal to ask.
pub const DEFAULT_WIDTH: u16 = 100;

/// Something that is a row of a table, and an object in JSON.
pub trait Row: Serialize {
    /// What stands above the cells.
    const HEADINGS: &'static [&'static str];

    /// One text per heading.
    fn cells(&self) -> Vec<String>;
}

/// The rows as a table that is at most `width` columns wide.
pub fn render<R: Row>(rows: &[R], width: u16) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(R::HEADINGS.to_vec());
    for row in rows {
        let cells = row.cells();
        table.add_row(cells.iter().map(|cell| printable(cell)));
    }
    table.trim_fmt()
}

/// A text from outside must not steer the terminal.
fn printable(cell: &str) -> String {
    let plain = |letter: &char| *letter == '\n' || !letter.is_control();
    cell.chars().filter(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Parcel {
        number: &'static str,
    }

    impl Row for Parcel {
        const HEADINGS: &'static [&'static str] = &["Number", "Told"];

        fn cells(&self) -> Vec<String> {
            vec![self.number.to_owned(), "left with the truck ".repeat(9)]
        }
    }

    #[test]
    fn a_table_keeps_within_its_width_and_loses_no_word() {
        let text = render(&[Parcel { number: "XY1" }], 40);
        assert!(
            text.lines().all(|line| line.chars().count() <= 40),
            "{text}"
        );
        assert_eq!(text.matches("truck").count(), 9, "{text}");
        assert!(text.contains("Number") && text.contains("XY1"), "{text}");
    }

    #[test]
    fn a_text_from_outside_cannot_steer_the_terminal() {
        let text = render(
            &[Parcel {
                number: "\u{1b}[31mred\u{7}",
            }],
            60,
        );
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
        assert!(text.contains("red"), "{text}");
    }
}
