//! Reads `diligence.toml`, lays the environment over it and fetches secrets from their files.
//!
//! The TOML crate's own error texts quote the line they are about, secret and all. They are never
//! shown: an error here says where, which key, and what is wanted. Whether the values make sense
//! together is asked in `config/check.rs`.

mod fault;
mod overlay;
mod secret_files;
#[cfg(test)]
mod tests;

use std::path::Path;

use toml::{Table, Value};

use super::{Config, Finding};
use fault::Source;
use overlay::Overlay;

/// Reads the file and lays the environment (see [`environment`]) over it.
///
/// # Errors
/// Place, fault and remedy; never a value.
pub fn load(path: &Path, environment: &[(String, String)]) -> Result<Config, Finding> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("the configuration cannot be read: {}", error.kind());
        Finding::error(&name, message, "check the path and who may read the file")
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&name, &text, folder, environment)
}

/// The variables of this process that are meant for us: `DILIGENCE__BUS__URL`.
#[must_use]
pub fn environment() -> Vec<(String, String)> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        // A value that is no Unicode cannot be a setting; std::env::vars would panic on it.
        Some((name.into_string().ok()?, value.into_string().ok()?))
    });
    variables
        .filter(|(name, _)| name.starts_with(overlay::PREFIX))
        .collect()
}

/// Reads a configuration from its text; `name` is what errors call it, and files of secrets are
/// looked for from `folder`.
///
/// # Errors
/// Place, fault and remedy; never a value.
pub fn parse(
    name: &str,
    text: &str,
    folder: &Path,
    environment: &[(String, String)],
) -> Result<Config, Finding> {
    let source = Source { name, text };
    let table: Table = toml::from_str(text).map_err(|error| source.syntax(&error))?;
    let mut tree = Value::Table(table);
    write_dates_as_text(&mut tree);
    let mut overlays = overlay::lay(&mut tree, environment)?;
    secret_files::fetch(&mut tree, folder, &source, &overlays)?;
    typed(tree, &mut overlays, &source)
}

/// Turns the tree into the configuration.
///
/// A variable's value is text until its key turns out to want something else: only then is it read
/// as TOML. The other way round a password `0012` or `1e5` would lose its digits.
fn typed(
    mut tree: Value,
    overlays: &mut [Overlay],
    source: &Source<'_>,
) -> Result<Config, Finding> {
    loop {
        let error = match serde_path_to_error::deserialize(tree.clone()) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        let place = error.path().to_string();
        let overlay = overlays.iter_mut().find(|overlay| overlay.path == place);
        let reread = overlay.is_some_and(|overlay| overlay.read_as_toml(&mut tree));
        if !reread {
            return Err(source.wrong_value(&error, overlays));
        }
    }
}

/// `closed = [2026-12-25]` and `cut_off = 17:30` read as well without quotes as with them.
fn write_dates_as_text(value: &mut Value) {
    match value {
        Value::Datetime(moment) => *value = Value::String(moment.to_string()),
        Value::Array(values) => values.iter_mut().for_each(write_dates_as_text),
        Value::Table(table) => table
            .iter_mut()
            .for_each(|(_, value)| write_dates_as_text(value)),
        _ => {}
    }
}
