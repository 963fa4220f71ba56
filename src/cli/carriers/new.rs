//! `carriers new`: a folder for a carrier that is not there yet. It compiles, books with nobody in a
//! made-up wire format, is certified, and carries its own to-do list; and it is registered.
//!
//! The template's files stand beside this one and are read when this program is built. Placeholders
//! are names that could be a carrier's: `template-name`, `Template Title`, `TemplateType`.

mod registration;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::ending::{Ending, Failure};
use super::super::output;

/// `diligence carriers new ...`
#[derive(Args)]
pub struct Arguments {
    /// Its name in configuration: `dpd-france`
    #[arg(value_parser = name)]
    name: String,
    /// The name people use; made from the other one unless given
    #[arg(long)]
    title: Option<String>,
    /// How its requests are written
    #[arg(long, value_enum)]
    format: Format,
    /// How a request proves who sends it
    #[arg(long, value_enum, default_value_t = Authentication::Basic)]
    auth: Authentication,
    /// The source tree
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    tree: PathBuf,
}

/// How requests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Xml,
    Form,
}

/// How a request proves who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Authentication {
    Basic,
    Oauth2,
    Header,
    Body,
}

/// What every carrier's folder has: its path there, and its template.
const ALWAYS: [(&str, &str); 6] = [
    ("Cargo.toml", include_str!("new/template/Cargo.toml")),
    ("README.md", include_str!("new/template/README.md")),
    ("src/lib.rs", include_str!("new/template/lib.rs")),
    ("src/profile.rs", include_str!("new/template/profile.rs")),
    ("src/faults.rs", include_str!("new/template/faults.rs")),
    (
        "tests/conformance.rs",
        include_str!("new/template/conformance.rs"),
    ),
];

/// Requests and stub, in one format.
macro_rules! asked {
    ($format:literal) => {
        [
            (
                "src/wire.rs",
                include_str!(concat!("new/template/", $format, "/wire.rs")),
            ),
            (
                "src/mapping.rs",
                include_str!(concat!("new/template/", $format, "/mapping.rs")),
            ),
            (
                "src/stub.rs",
                include_str!(concat!("new/template/", $format, "/stub.rs")),
            ),
        ]
    };
}

/// Readers of answers and answers on file, in one format.
macro_rules! told {
    ($format:literal) => {
        [
            (
                "src/booking.rs",
                include_str!(concat!("new/template/", $format, "/answers/booking.rs")),
            ),
            (
                "src/tracking.rs",
                include_str!(concat!("new/template/", $format, "/answers/tracking.rs")),
            ),
            (
                "fixtures/expected.json",
                include_str!(concat!("new/template/", $format, "/fixtures/expected.json")),
            ),
            (
                concat!("fixtures/booked.", $format),
                include_str!(concat!(
                    "new/template/",
                    $format,
                    "/fixtures/booked.",
                    $format
                )),
            ),
            (
                concat!("fixtures/refused.", $format),
                include_str!(concat!(
                    "new/template/",
                    $format,
                    "/fixtures/refused.",
                    $format
                )),
            ),
            (
                concat!("fixtures/found.", $format),
                include_str!(concat!(
                    "new/template/",
                    $format,
                    "/fixtures/found.",
                    $format
                )),
            ),
            (
                concat!("fixtures/tracked.", $format),
                include_str!(concat!(
                    "new/template/",
                    $format,
                    "/fixtures/tracked.",
                    $format
                )),
            ),
        ]
    };
}

/// Where the profile says how calls prove who sends them.
const AUTH_PLACE: &str = "/* auth */\n";

/// Writes the folder and registers the carrier.
///
/// # Errors
/// When this is no source tree, or it has such a carrier.
pub fn run(arguments: &Arguments) -> Result<Ending, Failure> {
    let name = arguments.name.as_str();
    let folder = arguments.tree.join("carriers").join(name);
    if folder.exists() {
        let place = folder.display();
        return Err(Failure::usage(format!("{place} is there already")));
    }
    let names = Names::of(name, arguments.title.as_deref());
    let registration = registration::Registration::of(&arguments.tree, name, &names.kind)?;
    for (path, template) in templates(arguments.format) {
        let text = template.replace(AUTH_PLACE, authentication(arguments.auth));
        written(&folder.join(path), &names.put_into(&text))?;
    }
    registration.write()?;
    output::line(&next_steps(name))?;
    Ok(Ending::Done)
}

fn name(text: &str) -> Result<String, String> {
    let letters = |part: &str| {
        let mut letters = part.bytes();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if text.split('-').all(letters) && text != "sdk" {
        return Ok(text.to_owned());
    }
    Err("write it in lower-case letters and digits, words parted by -: dpd-france".to_owned())
}

fn templates(format: Format) -> Vec<(&'static str, &'static str)> {
    let (asked, told) = match format {
        Format::Json => (asked!("json"), told!("json")),
        Format::Xml => (asked!("xml"), told!("xml")),
        // a form is answered in JSON
        Format::Form => (asked!("form"), told!("json")),
    };
    ALWAYS.into_iter().chain(asked).chain(told).collect()
}

/// What the profile says of it, without the line that says what the template's file is.
fn authentication(auth: Authentication) -> &'static str {
    let file = match auth {
        Authentication::Basic => include_str!("new/template/auth/basic.rs"),
        Authentication::Oauth2 => include_str!("new/template/auth/oauth2.rs"),
        Authentication::Header => include_str!("new/template/auth/header.rs"),
        Authentication::Body => include_str!("new/template/auth/body.rs"),
    };
    file.split_once("\n\n").map_or(file, |(_, rest)| rest)
}

/// The carrier's names in all their spellings.
struct Names {
    name: String,
    title: String,
    /// `DpdFrance`
    kind: String,
}

impl Names {
    fn of(name: &str, title: Option<&str>) -> Self {
        let words: Vec<String> = name.split('-').map(capital).collect();
        Self {
            name: name.to_owned(),
            title: title.map_or_else(|| words.join(" "), str::to_owned),
            kind: words.concat(),
        }
    }

    fn put_into(&self, template: &str) -> String {
        template
            .replace("template-name", &self.name)
            .replace("template_name", &self.name.replace('-', "_"))
            .replace("Template Title", &self.title)
            .replace("TemplateType", &self.kind)
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
    format!("{}{rest}", first.to_uppercase())
}

fn written(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| {
        let place = path.display();
        Failure::failed(format!("{place} cannot be written: {}", error.kind()))
    })
}

fn next_steps(name: &str) -> String {
    format!(
        "carriers/{name} is there and registered. It compiles and is certified, in a made-up wire format:\n  \
         cargo fmt && cargo test -p carrier-{name}\n\
         What is to be done, in the order one works, stands in carriers/{name}/README.md. In the end:\n  \
         cargo run -- carriers certify {name}\n  \
         cargo run -- carriers page {name} > docs/carriers/{name}.md"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_is_named_in_lower_case_words() {
        for good in ["gls", "dpd-france", "carrier2"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        for bad in ["", "GLS", "dpd_france", "dpd-", "-x", "2go", "sdk", "../x"] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_placeholder_is_left_in_any_format() {
        let names = Names::of("dpd-france", None);
        for format in Format::value_variants() {
            for auth in Authentication::value_variants() {
                for (path, template) in templates(*format) {
                    let text = names.put_into(&template.replace(AUTH_PLACE, authentication(*auth)));
                    for left in ["template", "Template", "/*"] {
                        assert!(!text.contains(left), "{left} in {path}");
                    }
                }
            }
        }
    }
}
