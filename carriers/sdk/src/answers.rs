//! How a carrier's answers are read, as data: whose they are, what says yes, where it stands what went
//! wrong and what that means. The rules that hold for every carrier stand here, once.
//!
//! What an answer holds beside that, the carrier reads: it gives the readers as closures.

use std::borrow::Cow;

use serde_json::Value;

use crate::faults::{Fault, Said, judge};
use crate::label::Label;
use crate::request::Response;
use crate::step::{Booking, Step, VoidAnswer, Why};
use crate::told::{Told, names};

/// The answers of a carrier, or of one of its services.
pub struct Answers<Document: 'static = Value> {
    /// Whose they are, as people say it: `UPS`.
    pub of: &'static str,
    /// What each fault means.
    pub faults: &'static [Fault],
    /// Where code and words of a fault stand: a path, and what both are called there. The first place
    /// that has both counts, else the first with words, else the first with a code. Several words at
    /// one place are one message.
    pub places: &'static [(&'static str, &'static str, &'static str)],
    /// Names of the headers that hold a fault's code and words, whatever the body is; looked at first.
    pub headers: (&'static str, &'static str),
    /// What went wrong where no path tells it; looked at before the places.
    pub oddly: fn(&Response, &Document) -> Option<Said>,
    /// Whether an answer says yes.
    pub is_yes: fn(&Response, &Document) -> bool,
}

impl<Document> Clone for Answers<Document> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Document> Copy for Answers<Document> {}

impl<Document> std::fmt::Debug for Answers<Document> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answers({}, {} faults)", self.of, self.faults.len())
    }
}

impl<Document: Told> Answers<Document> {
    /// Answers that say yes by their status; a carrier names what differs.
    pub const USUAL: Self = Self {
        of: "the carrier",
        faults: &[],
        places: &[],
        headers: ("", ""),
        oddly: |_, _| None,
        is_yes: |answer, _| answer.is_success(),
    };

    /// The same, with faults that mean something else: of another service of the carrier's.
    #[must_use]
    pub const fn by(self, faults: &'static [Fault]) -> Self {
        Self { faults, ..self }
    }

    /// What an answer says went wrong.
    #[must_use]
    pub fn said(&self, answer: &Response, told: &Document) -> Said {
        let said = self.tells(answer, told);
        said.unwrap_or_else(|| self.unreadable(answer))
    }

    fn tells(&self, answer: &Response, told: &Document) -> Option<Said> {
        let first = self.said_in_headers(answer);
        let oddly = first.or_else(|| (self.oddly)(answer, told));
        oddly.or_else(|| self.said_at_a_place(answer, told))
    }

    fn said_in_headers(&self, answer: &Response) -> Option<Said> {
        let (code, words) = self.headers;
        let code = answer.header(code);
        let words = answer.header(words).or(code)?;
        Some(Said::new(answer, code, words))
    }

    fn said_at_a_place(&self, answer: &Response, told: &Document) -> Option<Said> {
        let texts = |place: &str, called: &str| {
            let named = names(called).filter(|name| !name.is_empty());
            let paths = named.map(|name| format!("{place}/{name}"));
            let mut texts = paths.map(|path| owned(told.texts(&path)));
            texts.find(|texts| !texts.is_empty()).unwrap_or_default()
        };
        let told = self.places.iter().filter_map(|(place, code, words)| {
            let (codes, words) = (texts(place, code), texts(place, words));
            let there = (words.is_empty(), codes.is_empty());
            (there != (true, true)).then_some((there, codes, words))
        });
        let (_, codes, words) = told.min_by_key(|(there, ..)| *there)?;
        let code = codes.first().map(String::as_str);
        Some(Said::new(answer, code, words.join("; ")))
    }

    fn unreadable(&self, answer: &Response) -> Said {
        Said::unreadable(answer, &format!("an answer of {}", self.of))
    }

    /// An answer, to be read.
    pub fn read<'answer>(&self, answer: &'answer Response) -> Reading<'answer, Document> {
        let told = Document::open(answer).ok_or_else(|| {
            let in_headers = self.said_in_headers(answer);
            in_headers.unwrap_or_else(|| self.unreadable(answer))
        });
        self.read_in(answer, told)
    }

    /// The same of a document that is found otherwise: in an envelope, or as a part.
    pub const fn read_in<'answer>(
        &self,
        answer: &'answer Response,
        told: Result<Document, Said>,
    ) -> Reading<'answer, Document> {
        Reading {
            answers: *self,
            answer,
            told,
        }
    }

    /// Of several things that were asked for in one call, those that are known, in their order.
    ///
    /// # Errors
    /// Where nothing is known, the first fault that is no absence; else an absence.
    pub fn known_among<T>(
        &self,
        answer: &Response,
        told: impl IntoIterator<Item = Result<T, Said>>,
    ) -> Result<Vec<T>, Said> {
        let (mut known, mut absent, mut fault) = (Vec::new(), None, None);
        for one in told {
            match one {
                Ok(one) => known.push(one),
                Err(said) if self.is_absence(&said) => absent = absent.or(Some(said)),
                Err(said) => fault = fault.or(Some(said)),
            }
        }
        if !known.is_empty() {
            return Ok(known);
        }
        Err(fault.or(absent).unwrap_or_else(|| self.unreadable(answer)))
    }

    /// Whether the carrier says in its own words that it knows no such thing.
    fn is_absence(&self, said: &Said) -> bool {
        let judged = judge(self.faults, said.clone());
        judged.on_look_up::<()>().is_ok()
    }
}

fn owned(texts: Vec<Cow<'_, str>>) -> Vec<String> {
    texts.into_iter().map(Cow::into_owned).collect()
}

/// An answer that is being read.
#[derive(Debug)]
pub struct Reading<'answer, Document: 'static> {
    answers: Answers<Document>,
    answer: &'answer Response,
    told: Result<Document, Said>,
}

impl<Document: Told> Reading<'_, Document> {
    /// The document, when it says yes.
    ///
    /// # Errors
    /// What it says instead.
    pub fn good(self) -> Result<Document, Said> {
        let told = self.told?;
        if (self.answers.is_yes)(self.answer, &told) {
            return Ok(told);
        }
        Err(self.answers.said(self.answer, &told))
    }

    /// What became of a booking. A booking that can be read was made, whatever else is missing or broken
    /// around it; beside a no it is in doubt.
    pub fn booking(self, read: impl FnOnce(&Document) -> Option<Booking>) -> Step<Booking> {
        let answers = self.answers;
        let told = match self.told {
            Ok(told) => told,
            Err(said) => return judge(answers.faults, said).on_booking(),
        };
        let is_yes = (answers.is_yes)(self.answer, &told);
        let said = || answers.tells(self.answer, &told);
        match (read(&told), is_yes) {
            (Some(booking), true) => Step::Done(booking),
            (Some(_), false) => {
                let code = said().and_then(|said| said.code);
                Step::in_doubt(code.as_deref(), "the answer says no and holds a number")
            }
            (None, _) => match said() {
                Some(said) => judge(answers.faults, said).on_booking(),
                // whatever the status is
                None if is_yes => Step::in_doubt(None, "the answer says yes and holds no number"),
                None => judge(answers.faults, answers.unreadable(self.answer)).on_booking(),
            },
        }
    }

    /// What a good answer tells; a fault is never an absence.
    ///
    /// # Errors
    /// [`Why`] it tells nothing.
    pub fn told<T>(self, read: impl FnOnce(&Document) -> Result<T, Said>) -> Result<T, Why> {
        let faults = self.answers.faults;
        let told = self.good().and_then(|told| read(&told));
        told.map_err(|said| judge(faults, said).on_read())
    }

    /// What a good answer knows of what was asked for; nothing where the carrier says that it knows
    /// none.
    ///
    /// # Errors
    /// [`Why`] it tells nothing.
    pub fn known<T>(
        self,
        read: impl FnOnce(&Document) -> Result<Vec<T>, Said>,
    ) -> Result<Vec<T>, Why> {
        let faults = self.answers.faults;
        let told = self.good().and_then(|told| read(&told));
        told.or_else(|said| judge(faults, said).on_look_up())
    }

    /// Everything that a good answer lists at this path, with the number that stands in it. What the
    /// carrier does not know is left out; for any other fault with a code, for one without a number, and
    /// without the list, the whole tells nothing.
    ///
    /// # Errors
    /// [`Why`] it tells nothing.
    pub fn listed<T>(
        self,
        (path, number): (&str, &str),
        read: impl Fn(String, &Document) -> T,
    ) -> Result<Vec<T>, Why> {
        let (answers, answer) = (self.answers, self.answer);
        self.known(|told| {
            if !told.has_list(path) {
                return Err(answers.said(answer, told));
            }
            let mut known = Vec::new();
            for one in told.list(path) {
                // words alone may be anything that is told of it
                let fault = answers
                    .tells(answer, one)
                    .filter(|said| said.code.is_some());
                match (fault, one.number(number)) {
                    (None, Some(number)) => known.push(read(number, one)),
                    (Some(said), _) if answers.is_absence(&said) => {}
                    (Some(said), _) => return Err(said),
                    (None, None) => return Err(answers.unreadable(answer)),
                }
            }
            Ok(known)
        })
    }

    /// The one label that a good answer holds.
    ///
    /// # Errors
    /// [`Why`] it holds none, or none that is whole.
    pub fn label(self, read: impl FnOnce(&Document) -> Option<Label>) -> Result<Label, Why> {
        let (answers, answer) = (self.answers, self.answer);
        self.told(|told| {
            let said = || answers.tells(answer, told);
            let none = || said().unwrap_or_else(|| Said::unreadable(answer, "one whole label"));
            read(told).ok_or_else(none)
        })
    }

    /// What became of a void: what a good answer says of it, else why it failed.
    pub fn void(self, read: impl FnOnce(&Document) -> Option<VoidAnswer>) -> VoidAnswer {
        let (answers, answer) = (self.answers, self.answer);
        let said = match self.good() {
            Ok(told) => match read(&told) {
                Some(answered) => return answered,
                None => answers.said(answer, &told),
            },
            Err(said) => said,
        };
        judge(answers.faults, said).on_void()
    }
}

#[cfg(test)]
mod tests;
