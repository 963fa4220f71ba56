//! Labels drawn by hand: small, valid, and with the tracking number on them, so that no two
//! parcels have the same one.

use std::fmt::Write;
use std::io;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::label::LabelFormat;

/// A label in this format that shows `number`.
#[must_use]
pub fn label(format: LabelFormat, number: &str) -> Vec<u8> {
    match format {
        LabelFormat::Pdf => pdf(number),
        LabelFormat::Zpl => zpl(number),
        LabelFormat::Epl => format!("N\nA50,50,0,4,1,1,N,\"{number}\"\nP1\n").into_bytes(),
        LabelFormat::Gif => gif(number),
        LabelFormat::Png => png(number).unwrap_or_default(),
        LabelFormat::Xml => format!("<label><number>{number}</number></label>").into_bytes(),
    }
}

/// A page of 10 x 15 cm in PDF.
#[must_use]
pub fn pdf(number: &str) -> Vec<u8> {
    pdf_with(number, "")
}

/// The same page, padded with a comment to exactly `bytes`; as it is when that is too few.
#[must_use]
pub fn pdf_of_size(number: &str, bytes: usize) -> Vec<u8> {
    // the padding moves `startxref`, whose digits take room themselves
    let mut page = pdf(number);
    let mut padding = bytes.saturating_sub(page.len());
    while padding > 0 {
        page = pdf_with(number, &"0".repeat(padding));
        match page.len().checked_sub(bytes) {
            None | Some(0) => break,
            Some(excess) => padding = padding.saturating_sub(excess),
        }
    }
    page
}

fn pdf_with(number: &str, padding: &str) -> Vec<u8> {
    let shown: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let drawing = format!("BT /F1 18 Tf 20 390 Td (Stub label {shown}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 283 425] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{drawing}\nendstream",
            drawing.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut page = String::from("%PDF-1.4\n");
    let mut index = String::from("0000000000 65535 f \n");
    for (number, object) in (1..).zip(&objects) {
        // writing to a string cannot fail
        _ = writeln!(index, "{:010} 00000 n ", page.len());
        _ = write!(page, "{number} 0 obj\n{object}\nendobj\n");
    }
    if !padding.is_empty() {
        _ = writeln!(page, "%{padding}");
    }
    let start = page.len();
    let count = objects.len() + 1;
    _ = write!(
        page,
        "xref\n0 {count}\n{index}trailer\n<< /Size {count} /Root 1 0 R >>\n\
         startxref\n{start}\n%%EOF\n"
    );
    page.into_bytes()
}

/// A label in ZPL with a Code 128 barcode.
#[must_use]
pub fn zpl(number: &str) -> Vec<u8> {
    format!(
        "^XA^CI28^FO50,50^A0N,40,40^FDStub label {number}^FS\
         ^FO50,120^BCN,120,Y,N,N^FD{number}^FS^XZ\n"
    )
    .into_bytes()
}

/// One white pixel, and the number as a comment.
fn gif(number: &str) -> Vec<u8> {
    let comment: Vec<u8> = number.bytes().take(255).collect();
    let mut image = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00\x21\xfe".to_vec();
    image.push(u8::try_from(comment.len()).unwrap_or(u8::MAX));
    image.extend(comment);
    image.extend(b"\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b");
    image
}

/// One white pixel, and the number as a text chunk.
fn png(number: &str) -> io::Result<Vec<u8>> {
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::default());
    io::Write::write_all(&mut pixels, &[0, 0xff])?;
    let text = [b"Title\x00".as_slice(), number.as_bytes()].concat();
    let chunks: [(&[u8], Vec<u8>); 4] = [
        (b"IHDR", vec![0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        (b"tEXt", text),
        (b"IDAT", pixels.finish()?),
        (b"IEND", Vec::new()),
    ];
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        let length = u32::try_from(data.len()).map_err(io::Error::other)?;
        let mut sum = Crc::new();
        sum.update(kind);
        sum.update(&data);
        image.extend(length.to_be_bytes());
        image.extend(kind);
        image.extend(data);
        image.extend(sum.sum().to_be_bytes());
    }
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Label;

    #[test]
    fn every_format_is_what_it_says_whole_and_different_for_each_parcel() {
        for format in [
            LabelFormat::Pdf,
            LabelFormat::Zpl,
            LabelFormat::Epl,
            LabelFormat::Gif,
            LabelFormat::Png,
        ] {
            let made = Label::from_bytes(label(format, "XY1")).expect("a label");
            assert_eq!(made.format, format);
            assert!(made.is_whole(), "{format}");
            assert_ne!(made.bytes, label(format, "XY2"), "{format}");
        }
    }

    #[test]
    fn the_index_of_a_pdf_points_at_its_objects() {
        for size in [0, 5_000] {
            let page = String::from_utf8(pdf_of_size("XY1", size)).expect("text");
            let (_, tail) = page.split_once("startxref\n").expect("startxref");
            let start: usize = tail.lines().next().expect("line").parse().expect("offset");
            let index: Vec<&str> = page[start..].lines().collect();
            assert_eq!(index[0], "xref");
            for number in 1..=5 {
                let at: usize = index[2 + number][..10].parse().expect("offset");
                assert!(page[at..].starts_with(&format!("{number} 0 obj")));
            }
        }
    }

    #[test]
    fn a_pdf_is_padded_to_the_byte() {
        for size in [1_000, 9_999, 10_000, 10_001, 30_000, 100_003] {
            assert_eq!(pdf_of_size("XY1", size).len(), size);
        }
        assert_eq!(pdf_of_size("XY1", 10), pdf("XY1"));
    }
}
