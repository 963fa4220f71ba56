//! Secrets that stand in files of their own: `password_file = "dhl.password"` gives `password`.

use std::path::Path;

use toml::Value;

use super::fault::Source;
use super::overlay::Overlay;
use crate::config::Finding;

const SUFFIX: &str = "_file";

/// Replaces every `NAME_file` by `NAME` with the file's content.
pub(super) fn fetch(
    tree: &mut Value,
    folder: &Path,
    source: &Source<'_>,
    overlays: &[Overlay],
) -> Result<(), Finding> {
    let wrong = |path: &str, message: String, remedy: &str| {
        Finding::error(source.place(path, overlays), message, remedy)
    };
    walk("", tree, &mut |path, key, table| {
        let path = join(path, key);
        let name = key.strip_suffix(SUFFIX).unwrap_or(key);
        if table.contains_key(name) {
            let message = format!("both {name} and {key} are given");
            return Err(wrong(&path, message, "keep one of them"));
        }
        let Some(file) = table.get(key).and_then(Value::as_str) else {
            return Err(wrong(
                &path,
                "must be the name of a file".into(),
                "write it in quotes",
            ));
        };
        let secret = std::fs::read_to_string(folder.join(file)).map_err(|error| {
            let message = format!("the file with the secret cannot be read: {}", error.kind());
            wrong(
                &path,
                message,
                "check its path (from the configuration's folder) and rights",
            )
        })?;
        // Editors and `echo` end a file with a newline that is no part of the secret.
        let secret = secret.trim_end_matches(['\r', '\n']);
        if secret.is_empty() {
            return Err(wrong(
                &path,
                "the file with the secret is empty".into(),
                "fill it",
            ));
        }
        table.insert(name.to_owned(), Value::String(secret.to_owned()));
        table.remove(key);
        Ok(())
    })
}

type Fetch<'work> = dyn FnMut(&str, &str, &mut toml::Table) -> Result<(), Finding> + 'work;

fn walk(path: &str, value: &mut Value, fetch: &mut Fetch<'_>) -> Result<(), Finding> {
    match value {
        Value::Table(table) => {
            let keys: Vec<String> = table.keys().cloned().collect();
            for key in keys {
                if key.ends_with(SUFFIX) {
                    fetch(path, &key, table)?;
                } else if let Some(value) = table.get_mut(&key) {
                    walk(&join(path, &key), value, fetch)?;
                }
            }
            Ok(())
        }
        Value::Array(values) => {
            for (place, value) in values.iter_mut().enumerate() {
                walk(&format!("{path}[{place}]"), value, fetch)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
