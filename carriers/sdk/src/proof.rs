//! How far a carrier's adapter has been proven, and by what. Said by the carrier, shown on its
//! certificate; what the conformance kit checks is the same at every level.

use serde::Serialize;

/// The highest level that was reached. Each one includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "level", content = "by", rename_all = "snake_case")]
pub enum Proof {
    /// Answers written by us are read as they should be; where their shape comes from is in the README.
    Fixtures,
    /// Requests and answers follow the carrier's own description: which one, and its version.
    Description(&'static str),
    /// The carrier's test account has booked, found and taken back: when.
    TestAccount(&'static str),
    /// Real parcels went with it: since when.
    Live(&'static str),
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixtures => f.write_str("fixtures: answers written by us"),
            Self::Description(which) => write!(f, "the carrier's official description: {which}"),
            Self::TestAccount(when) => write!(f, "the carrier's test account answered, {when}"),
            Self::Live(since) => write!(f, "live: real parcels went with it, {since}"),
        }
    }
}
