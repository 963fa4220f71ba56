//! A new carrier's line in the root `Cargo.toml` and its line in `src/registry.rs`, each where it
//! belongs by name. Both files are read before anything is written.

use std::path::{Path, PathBuf};

use crate::cli::ending::Failure;

/// Two files as they will be.
pub struct Registration {
    files: [(PathBuf, String); 2],
}

impl Registration {
    /// Reads both files and puts the lines in.
    ///
    /// # Errors
    /// When this is no source tree of ours, or the carrier is registered already.
    pub fn of(tree: &Path, name: &str, kind: &str) -> Result<Self, Failure> {
        let code = format!("carrier_{}", name.replace('-', "_"));
        let manifest = format!("carrier-{name} = {{ path = \"carriers/{name}\" }}");
        let registry = format!("    (&{code}::{kind}, {code}::stub::answer),");
        let file = |path: &str, line: &str, start: &str| {
            let path = tree.join(path);
            let place = path.display();
            let text = std::fs::read_to_string(&path).map_err(|error| {
                let why = error.kind();
                Failure::usage(format!(
                    "{place} cannot be read ({why}): run it in the source tree"
                ))
            })?;
            let text = with_line(&text, line, start).ok_or_else(|| {
                Failure::usage(format!("{place} lists no carriers to stand among"))
            })?;
            Ok::<_, Failure>((path, text))
        };
        Ok(Self {
            files: [
                file("Cargo.toml", &manifest, "carrier-")?,
                file("src/registry.rs", &registry, "    (&carrier_")?,
            ],
        })
    }

    /// Writes both.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self) -> Result<(), Failure> {
        for (path, text) in &self.files {
            std::fs::write(path, text).map_err(|error| {
                let place = path.display();
                Failure::failed(format!("{place} cannot be written: {}", error.kind()))
            })?;
        }
        Ok(())
    }
}

/// The text with this line among those that start so and name a path or crate, in their order.
fn with_line(text: &str, line: &str, start: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let alike =
        |one: &str| one.starts_with(start) && one.ends_with(['}', ',']) && !one.contains("sdk");
    let last = lines.iter().rposition(|one| alike(one))?;
    let before = lines.iter().position(|one| alike(one) && *one > line);
    lines.insert(before.unwrap_or(last + 1), line);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_where_it_belongs_by_name() {
        let text =
            "carrier-sdk.workspace = true\ncarrier-b = { path }\ncarrier-d = { path }\n# end\n";
        let with = |line| with_line(text, line, "carrier-").expect("among them");
        assert!(with("carrier-a = {}").contains("true\ncarrier-a = {}\ncarrier-b"));
        assert!(with("carrier-c = {}").contains("\ncarrier-c = {}\ncarrier-d"));
        assert!(with("carrier-e = {}").contains("carrier-d = { path }\ncarrier-e = {}\n# end\n"));
        assert_eq!(with_line("nothing", "carrier-a = {}", "carrier-"), None);
    }
}
