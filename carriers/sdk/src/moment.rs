//! When a scan was, in the time of its place and with the offset that the carrier gave, if any.
//!
//! Carriers write `2026-11-24T15:24:57+0200`, `20261124` and `1524`, `24/11/2026` or milliseconds;
//! [`Moment`] reads them all and writes one form.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A moment as a carrier told it. Shown as `YYYY-MM-DDTHH:MM:SS`, with `+02:00` or `Z` when given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    local: DateTime,
    zone: Zone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Untold,
    Utc,
    Offset(Offset),
}

impl Moment {
    /// A moment in one text: ISO 8601, with an offset in any spelling or without; or milliseconds since
    /// 1970, in 12 or 13 digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(pieces) = Pieces::parse(text) {
            return Some(Self {
                local: pieces.date().to_datetime(pieces.time().unwrap_or_default()),
                zone: match pieces.offset() {
                    None => Zone::Untold,
                    Some(PiecesOffset::Numeric(offset)) => Zone::Offset(offset.offset()),
                    Some(_) => Zone::Utc,
                },
            });
        }
        if (12..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::of_epoch_ms(text.parse().ok()?);
        }
        let (date, time) = text.split_once(['T', ' '])?;
        let cut = time.find(['+', '-', 'Z', ' ']).unwrap_or(time.len());
        let (time, offset) = time.split_at_checked(cut)?;
        Self::of(date, time, offset)
    }

    /// A moment in separate fields. Date: `2026-11-24`, `20261124`, `24/11/2026`; time: `15:24:57`,
    /// `15:24`, `152457`, `1524` or nothing; offset: `+01:00`, `+0100`, `+1`, `GMT+01:00`, `Z` or nothing.
    #[must_use]
    pub fn of(date: &str, time: &str, offset: &str) -> Option<Self> {
        Some(Self {
            local: day(date.trim())?.to_datetime(hour(time.trim())?),
            zone: zone(offset.trim())?,
        })
    }

    /// Milliseconds since 1970.
    fn of_epoch_ms(milliseconds: i64) -> Option<Self> {
        let moment = Timestamp::from_millisecond(milliseconds).ok()?;
        Some(Self {
            local: Offset::UTC.to_datetime(moment),
            zone: Zone::Utc,
        })
    }

    /// For sorting; without an offset it is taken as UTC.
    pub(crate) fn instant(self) -> Option<Timestamp> {
        let offset = match self.zone {
            Zone::Offset(offset) => offset,
            Zone::Untold | Zone::Utc => Offset::UTC,
        };
        offset.to_timestamp(self.local).ok()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local.strftime("%Y-%m-%dT%H:%M:%S"))?;
        match self.zone {
            Zone::Untold => Ok(()),
            Zone::Utc => f.write_str("Z"),
            Zone::Offset(offset) => {
                let seconds = offset.seconds();
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.unsigned_abs() / 60;
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = match text.split(['-', '/', '.']).collect::<Vec<_>>().as_slice() {
        [day, month, year] if year.len() == 4 => vec![year, month, day],
        [whole] if whole.len() == 8 => {
            let (year, rest) = whole.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            vec![year, month, day]
        }
        parts => parts.to_vec(),
    };
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Fractions of a second are dropped.
fn hour(text: &str) -> Option<Time> {
    let text = text.split(['.', ',']).next().unwrap_or_default();
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    // a carrier that writes numbers drops the nought before the hour
    let digits = match digits.len() {
        1 | 3 | 5 => format!("0{digits}"),
        _ => digits,
    };
    let two = |at: usize| match digits.get(at..at + 2) {
        Some(part) => part.parse().ok(),
        None => (digits.len() == at.min(digits.len())).then_some(0),
    };
    Time::new(two(0)?, two(2)?, two(4)?, 0).ok()
}

fn zone(text: &str) -> Option<Zone> {
    let text = text.trim_start_matches("GMT").trim_start_matches("UTC");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.trim_start_matches('+')),
    };
    if digits == "Z" {
        return Some(Zone::Utc);
    }
    if digits.is_empty() {
        return Some(Zone::Untold);
    }
    let time = hour(digits)?;
    let ahead = SignedDuration::from_mins(i64::from(time.hour()) * 60 + i64::from(time.minute()));
    let offset = Offset::try_from(if negative { -ahead } else { ahead }).ok()?;
    Some(Zone::Offset(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Moment::read(text).map_or("?".to_owned(), |moment| moment.to_string())
    }

    #[test]
    fn one_text_in_any_spelling_is_written_in_one() {
        for (given, written) in [
            ("2026-11-24T15:24:57+0200", "2026-11-24T15:24:57+02:00"),
            ("2026-11-24T15:24:57.123+02:00", "2026-11-24T15:24:57+02:00"),
            ("2026-11-24T15:24:57-05:30", "2026-11-24T15:24:57-05:30"),
            ("2026-11-24T15:24:57Z", "2026-11-24T15:24:57Z"),
            ("2026-11-24T15:24:57", "2026-11-24T15:24:57"),
            ("2026-11-24 15:24", "2026-11-24T15:24:00"),
            ("24/11/2026 15:24:57", "2026-11-24T15:24:57"),
            ("2026-11-24", "2026-11-24T00:00:00"),
            ("1795534497000", "2026-11-24T15:34:57Z"),
            ("yesterday", "?"),
            ("", "?"),
        ] {
            assert_eq!(read(given), written, "{given}");
        }
    }

    #[test]
    fn separate_fields_are_put_together() {
        for (date, time, offset, written) in [
            ("20261124", "1524", "", "2026-11-24T15:24:00"),
            ("20261124", "093005", "+01:00", "2026-11-24T09:30:05+01:00"),
            ("20261124", "93005", "-5", "2026-11-24T09:30:05-05:00"),
            ("2026-11-24", "", "GMT+01:00", "2026-11-24T00:00:00+01:00"),
            ("24/11/2026", "15:24", "Z", "2026-11-24T15:24:00Z"),
        ] {
            let moment = Moment::of(date, time, offset).expect(date);
            assert_eq!(moment.to_string(), written);
        }
        assert_eq!(Moment::of("20261324", "", ""), None);
        assert_eq!(Moment::of("20261124", "2561", ""), None);
        let epoch = Moment::of_epoch_ms(1_795_534_497_000).expect("a moment");
        assert_eq!(epoch.to_string(), "2026-11-24T15:34:57Z");
    }
}
