//! Labels: what the bytes are, not what a field calls them. Their content is personal data.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::PAD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::xml::Element;

/// Standard base64, many bytes at once where the processor can.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
))]
static BASE64: LazyLock<base64::engine::Simd> =
    LazyLock::new(|| base64::engine::Simd::standard(PAD));
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
)))]
static BASE64: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, PAD));

/// A label's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelFormat {
    /// PDF.
    Pdf,
    /// Zebra's printer language.
    Zpl,
    /// PNG image.
    Png,
    /// GIF image.
    Gif,
    /// Eltron's printer language.
    Epl,
    /// The carrier's own XML, to be drawn with its stylesheet before it can be printed.
    Xml,
}

impl LabelFormat {
    /// The name used in configuration and events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Zpl => "zpl",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Epl => "epl",
            Self::Xml => "xml",
        }
    }

    /// All formats.
    pub const ALL: [Self; 6] = [
        Self::Pdf,
        Self::Zpl,
        Self::Png,
        Self::Gif,
        Self::Epl,
        Self::Xml,
    ];

    /// What these bytes are, by their first ones. Never XML: every answer and every page of a gateway
    /// in between would be a label.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let start = bytes.trim_ascii_start();
        if start.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"GIF8") {
            Some(Self::Gif)
        } else if start.starts_with(b"^XA") || start.starts_with(b"~") || start.starts_with(b"CT~~")
        {
            Some(Self::Zpl)
        } else if is_epl(start) {
            Some(Self::Epl)
        } else {
            None
        }
    }
}

/// Whether it clears the drawing (`N` alone on a line) after nothing but settings: a capital letter
/// and its values, as `R0,0` or `I8,A,1`.
fn is_epl(bytes: &[u8]) -> bool {
    let setting = |line: &[u8]| {
        line.first().is_none_or(u8::is_ascii_uppercase)
            && line.len() < 20
            && line
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b',')
    };
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let after_settings = lines.find(|line| *line == b"N" || !setting(line));
    after_settings == Some(b"N") && bytes.contains(&b'\n')
}

impl std::fmt::Display for LabelFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A label that can be printed. `Debug` shows no content: it carries an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Label {
    /// What the bytes are.
    pub format: LabelFormat,
    /// The bytes, which are not copied with it.
    pub bytes: Bytes,
}

impl std::fmt::Debug for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Label({}, {} bytes)", self.format, self.bytes.len())
    }
}

impl Label {
    /// A label from its bytes; `None` when they are no label of a known format.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        LabelFormat::of(&bytes).map(|format| Self {
            format,
            bytes: bytes.into(),
        })
    }

    /// A label from standard base64, in one line or several; `None` when it does not decode.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        // as it is first: looking for blanks takes longer than decoding
        let bytes = BASE64.decode(text).or_else(|_| {
            let packed: String = text.split_ascii_whitespace().collect();
            BASE64.decode(packed)
        });
        let bytes = bytes.ok()?;
        Self::from_bytes(bytes)
    }

    /// The label of a carrier that gives XML; `None` when it is not well-formed to its end. The carrier
    /// says which document it is.
    #[must_use]
    pub fn from_xml(bytes: &[u8]) -> Option<Self> {
        Element::read(bytes).map(|_| Self {
            format: LabelFormat::Xml,
            bytes: Bytes::copy_from_slice(bytes),
        })
    }

    /// Whether the end is there too: half a label must not reach a printer.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let tail = self.bytes.trim_ascii_end();
        match self.format {
            LabelFormat::Pdf => {
                let from = tail.len().saturating_sub(1024);
                tail.get(from..)
                    .is_some_and(|end| end.windows(5).any(|five| five == b"%%EOF"))
            }
            LabelFormat::Zpl => tail.ends_with(b"^XZ"),
            LabelFormat::Png => tail.windows(4).any(|four| four == b"IEND"),
            LabelFormat::Gif => self.bytes.ends_with(b"\x3b"),
            LabelFormat::Epl => true,
            LabelFormat::Xml => tail.ends_with(b">"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_what_the_bytes_are() {
        assert_eq!(LabelFormat::of(b"%PDF-1.4"), Some(LabelFormat::Pdf));
        assert_eq!(LabelFormat::of(b"\n^XA^FO"), Some(LabelFormat::Zpl));
        assert_eq!(LabelFormat::of(b"<html>"), None);
        for (bytes, format) in [
            ("N\nA50,50,0,4,1,1,N,\"1\"\nP1\n", Some(LabelFormat::Epl)),
            (
                "R0,0\r\nZT\r\nI8,A,1\r\n\r\nN\r\nA1,1",
                Some(LabelFormat::Epl),
            ),
            ("N", None),
            ("Service unavailable\nN\n", None),
            ("R0,0\r\n<N>\r\nN\r\n", None),
        ] {
            assert_eq!(LabelFormat::of(bytes.as_bytes()), format, "{bytes}");
        }
    }

    #[test]
    fn broken_base64_is_no_label() {
        assert!(Label::from_base64("JVBERi0xLjQ=.").is_none());
        assert!(Label::from_base64("JVBE\nRi0x\r\nLjQ=").is_some());
        assert!(Label::from_base64("").is_none());
    }

    #[test]
    fn half_a_label_is_not_whole() {
        let half = Label::from_bytes(b"%PDF-1.4 1 0 obj".to_vec()).expect("a pdf");
        assert!(!half.is_whole());
        let whole = Label::from_bytes(b"^XA^FDx^FS^XZ\n".to_vec()).expect("zpl");
        assert!(whole.is_whole());
    }
}
