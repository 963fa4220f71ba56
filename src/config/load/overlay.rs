//! The environment over the file: `DILIGENCE__ACCOUNTS__DHL__PASSWORD` sets that account's password.
//!
//! Two underscores part the names. An entry of a list is named by its `id` (with `_` for `-` and
//! `.`) or by its number from 0.

use toml::{Table, Value};

use crate::config::Finding;

/// What our variables start with.
pub(super) const PREFIX: &str = "DILIGENCE__";

/// One variable laid over the file.
pub(super) struct Overlay {
    /// The variable's name.
    pub(super) variable: String,
    /// The key it set, as errors write it: `accounts[1].password`.
    pub(super) path: String,
    steps: Vec<Step>,
    text: String,
    is_text: bool,
}

enum Step {
    Key(String),
    Place(usize),
}

impl Overlay {
    /// Reads the text as TOML, when that was not done before and it is TOML.
    pub(super) fn read_as_toml(&mut self, tree: &mut Value) -> bool {
        let read = toml::from_str::<Table>(&format!("value = {}", self.text));
        let value = read.ok().and_then(|mut table| table.remove("value"));
        match (value, target(tree, &self.steps)) {
            (Some(value), Some(target)) if self.is_text => {
                *target = value;
                self.is_text = false;
                true
            }
            _ => false,
        }
    }
}

fn target<'tree>(tree: &'tree mut Value, steps: &[Step]) -> Option<&'tree mut Value> {
    let mut value = tree;
    for step in steps {
        value = match step {
            Step::Key(key) => value.get_mut(key.as_str())?,
            Step::Place(place) => value.get_mut(*place)?,
        };
    }
    Some(value)
}

/// Sets every variable's key to its text.
pub(super) fn lay(
    tree: &mut Value,
    environment: &[(String, String)],
) -> Result<Vec<Overlay>, Finding> {
    let mut overlays = Vec::new();
    for (variable, text) in environment {
        if let Some(names) = variable.strip_prefix(PREFIX) {
            overlays.push(lay_one(tree, variable, names, text)?);
        }
    }
    Ok(overlays)
}

fn lay_one(tree: &mut Value, variable: &str, names: &str, text: &str) -> Result<Overlay, Finding> {
    let mut names: Vec<&str> = names.split("__").collect();
    let last = names.pop().unwrap_or_default().to_lowercase();
    let mut steps = Vec::new();
    let mut path = String::new();
    let mut value = tree;
    for name in names {
        let next = descend(value, name).ok_or_else(|| no_such_place(variable, name))?;
        value = next.1;
        step(&mut path, &next.0);
        steps.push(next.0);
    }
    let Some(table) = value.as_table_mut().filter(|_| !last.is_empty()) else {
        return Err(no_such_place(variable, &last));
    };
    // The variable replaces the file's value in either form, the secret itself or its file.
    match last.strip_suffix("_file") {
        Some(secret) => table.remove(secret),
        None => table.remove(&format!("{last}_file")),
    };
    table.insert(last.clone(), Value::String(text.to_owned()));
    let last = Step::Key(last);
    step(&mut path, &last);
    steps.push(last);
    Ok(Overlay {
        variable: variable.to_owned(),
        path,
        steps,
        text: text.to_owned(),
        is_text: true,
    })
}

/// The table or list entry of this name; a table that is not there yet is made.
fn descend<'tree>(value: &'tree mut Value, name: &str) -> Option<(Step, &'tree mut Value)> {
    match value {
        Value::Table(table) => {
            let known = table.keys().find(|key| variable_form(key) == name);
            let key = known.cloned().unwrap_or_else(|| name.to_lowercase());
            let entry = table.entry(key.clone());
            let next = entry.or_insert_with(|| Value::Table(Table::new()));
            Some((Step::Key(key), next))
        }
        Value::Array(entries) => {
            let named = |entry: &Value| {
                let id = entry.get("id").and_then(Value::as_str);
                id.is_some_and(|id| variable_form(id) == name)
            };
            let place = entries.iter().position(named).or(name.parse().ok())?;
            Some((Step::Place(place), entries.get_mut(place)?))
        }
        _ => None,
    }
}

fn variable_form(name: &str) -> String {
    name.to_uppercase().replace(['-', '.'], "_")
}

fn step(path: &mut String, step: &Step) {
    match step {
        Step::Key(key) if path.is_empty() => path.push_str(key),
        Step::Key(key) => {
            path.push('.');
            path.push_str(key);
        }
        Step::Place(place) => path.push_str(&format!("[{place}]")),
    }
}

fn no_such_place(variable: &str, name: &str) -> Finding {
    Finding::error(
        format!("environment variable {variable}"),
        format!("the configuration has no table or entry {name} for it"),
        "name a section, then an entry by its id: DILIGENCE__ACCOUNTS__DHL__PASSWORD",
    )
}
