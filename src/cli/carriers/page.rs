//! `carriers page`: a carrier's page for people, in Markdown, made from its certificate, its profile
//! and its error atlas. The pages in `docs/carriers/` are made so, and a test keeps them fresh.

use std::fmt::Write;

use carrier_sdk::kit::{Certificate, Outcome};
use carrier_sdk::{Fault, Meaning, Profile};

use super::super::ending::{Ending, Failure};
use super::super::output;
use super::list::reach;
use super::{carrier, certify};

/// Prints the page of the carrier with this name.
///
/// # Errors
/// When there is none.
pub fn run(name: &str) -> Result<Ending, Failure> {
    let page = of(carrier(name)?.profile(), &certify::of(name)?);
    output::line(page.trim_end())?;
    Ok(Ending::Done)
}

fn of(profile: &Profile, certificate: &Certificate) -> String {
    let name = profile.name;
    let can = std::iter::once("book").chain(certificate.can.iter().copied());
    let parts = [
        format!("# {}\n\n", profile.title),
        format!(
            "Made by `diligence carriers page {name}`; do not edit. What is behind it stands in \
             [`carriers/{name}/README.md`](../../carriers/{name}/README.md).\n\n"
        ),
        format!("- It can {}.\n", can.collect::<Vec<_>>().join(", ")),
        format!("- A doubt: {}\n", certificate.doubt),
        format!("- Proven by {}.\n", certificate.proof),
        limits(profile),
        products(profile),
        account(profile),
        checks(certificate),
        atlas(certificate.atlas),
    ];
    parts.concat()
}

fn limits(profile: &Profile) -> String {
    let formats = profile.label_formats.iter().map(|format| format.name());
    format!(
        "- Labels: {}. A booking takes up to {} parcels of {} g each; our reference has room for {} \
         characters.\n",
        formats.collect::<Vec<_>>().join(", "),
        profile.parcels_max,
        profile.parcel_max_g,
        profile.reference_max
    )
}

fn products(profile: &Profile) -> String {
    let rows = profile.products.iter().map(|product| {
        let options = product.options.iter().map(|option| option.name());
        [
            format!("`{}`", product.code),
            product.name.to_owned(),
            reach(product.reach).to_owned(),
            options.collect::<Vec<_>>().join(", "),
        ]
    });
    table("Products", ["Code", "Name", "Goes", "Options"], rows)
}

fn account(profile: &Profile) -> String {
    let secrets = profile.secrets.iter().map(|secret| {
        let needed = if secret.required {
            "needed"
        } else {
            "may be missing"
        };
        let kind = format!("secret, {needed}");
        [
            format!("`{}`", secret.name),
            kind,
            format!("without it: {}", secret.without),
        ]
    });
    let settings = profile.settings.iter().map(|setting| {
        let name = format!("`{}`", setting.name);
        [name, "setting".to_owned(), setting.purpose.to_owned()]
    });
    table(
        "What an account says",
        ["Name", "", ""],
        secrets.chain(settings),
    )
}

fn checks(certificate: &Certificate) -> String {
    let rows = certificate.checks.iter().map(|checked| {
        let outcome = match &checked.outcome {
            Outcome::Holds => "holds".to_owned(),
            Outcome::Fails(lines) => format!("**fails**: {}", lines.join("; ")),
            Outcome::NothingToCheck(lacking) => format!("nothing to check: {lacking}"),
        };
        [checked.what.to_owned(), outcome]
    });
    let name = certificate.carrier;
    let heading = format!("What `diligence carriers certify {name}` checks");
    table(&heading, ["What must hold", ""], rows)
}

/// The table that the reader of answers uses; so it cannot lie.
fn atlas(faults: &[Fault]) -> String {
    let rows = faults.iter().map(|fault| {
        let field = fault.field.map(|field| format!(" (`{field}`)"));
        [
            code(fault),
            format!("{}{}", fault.plain, field.unwrap_or_default()),
            known(fault.meaning).to_owned(),
            fault.who_acts.in_words().to_owned(),
        ]
    });
    let headings = ["It says", "Which means", "The parcel", "Who acts"];
    table("Error atlas", headings, rows)
        + "\nThe first row that matches counts. A code that is not listed is judged by the HTTP \
           status; on a booking everything ambiguous is in doubt.\n"
}

fn code(fault: &Fault) -> String {
    match (fault.code, fault.text) {
        ("", "") => "anything else".to_owned(),
        (code, "") => format!("`{code}`"),
        ("", text) => format!("“{text}”"),
        (code, text) => format!("`{code}` with “{text}”"),
    }
}

/// What is known of a parcel whose booking was answered so.
fn known(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Rejected => "not booked; this shipment is refused",
        Meaning::Unauthorized => "not booked; the account is paused",
        Meaning::Throttled | Meaning::NotProcessed => "not booked; tried again",
        Meaning::NotFound => "not known to the carrier",
        Meaning::TooLate => "too late for a void; of a booking, in doubt",
        Meaning::Ambiguous => "in doubt: looked up before anything else",
    }
}

fn table<const N: usize>(
    heading: &str,
    headings: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut text = format!(
        "\n## {heading}\n\n| {} |\n|{}\n",
        headings.join(" | "),
        "---|".repeat(N)
    );
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        // writing to a String does not fail
        writeln!(text, "| {} |", cells.join(" | ")).ok();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::registry;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/carriers")
    }

    /// The command that makes the carrier's page anew, where it is not fresh. It must be certified.
    fn stale(profile: &Profile) -> Option<String> {
        let name = profile.name;
        let certificate = certify::of(name).expect("registered");
        certificate.verdict().expect(name);
        let page = std::fs::read_to_string(folder().join(format!("{name}.md")));
        let fresh = page.unwrap_or_default().trim_end() == of(profile, &certificate).trim_end();
        (!fresh).then(|| format!("cargo run -- carriers page {name} > docs/carriers/{name}.md"))
    }

    #[test]
    fn every_carrier_is_certified_and_its_page_is_fresh() {
        let stale: Vec<String> = std::thread::scope(|scope| {
            let looks = registry::profiles();
            let looks: Vec<_> = looks
                .into_iter()
                .map(|profile| scope.spawn(move || stale(profile)))
                .collect();
            let found = looks
                .into_iter()
                .map(|look| look.join().expect("a certificate"));
            found.flatten().collect()
        });
        assert!(
            stale.is_empty(),
            "pages that are not fresh; run\n{}",
            stale.join("\n")
        );
    }

    #[test]
    fn no_page_is_about_a_carrier_that_is_gone() {
        for entry in std::fs::read_dir(folder())
            .expect("docs/carriers")
            .flatten()
        {
            let file = entry.file_name().to_string_lossy().into_owned();
            let name = file.trim_end_matches(".md");
            assert!(registry::carrier(name).is_some(), "docs/carriers/{file}");
        }
    }
}
