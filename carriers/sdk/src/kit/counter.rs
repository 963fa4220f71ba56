//! The counter where a carrier meets its own stub: requests are handed over with made-up secrets and
//! answered at once, without a network, a clock of the kit's or a server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{Timestamp, ToSpan};

use crate::carrier::Carrier;
use crate::request::{Auth, Body, Method, Piece, Request, Response, Signing};
use crate::shipment::{Contract, Intent, Span};
use crate::step::{Booking, Memo, Search, Step};
use crate::stub::{Asked, Bench, FaultRule, Stub, StubFault};
use crate::token::Token;

/// No carrier needs so many steps for one booking.
const STEPS_MAX: usize = 10;

/// A carrier at its stub, with an empty ledger.
pub(super) struct Counter<'kit> {
    pub(super) carrier: &'kit dyn Carrier,
    pub(super) contract: Contract,
    pub(super) bench: Bench,
    stub: Stub,
}

/// What came of a booking: its last step, the answer that was read, and what it was read with.
pub(super) struct Told {
    pub(super) step: Step<Booking>,
    pub(super) answer: Response,
    pub(super) memo: Option<Memo>,
}

impl<'kit> Counter<'kit> {
    pub(super) fn new(carrier: &'kit dyn Carrier, stub: Stub) -> Self {
        Self {
            carrier,
            contract: carrier.profile().specimen.contract(),
            bench: Bench::in_memory(),
            stub,
        }
    }

    /// The same, and every request for this operation goes wrong so.
    pub(super) fn with_fault(
        carrier: &'kit dyn Carrier,
        stub: Stub,
        operation: &str,
        fault: StubFault,
    ) -> Self {
        let counter = Self::new(carrier, stub);
        counter.bench.faults.add(FaultRule {
            operation: Some(operation.to_owned()),
            ..FaultRule::always(fault)
        });
        counter
    }

    /// Books, through all the steps that it takes.
    ///
    /// # Errors
    /// The refusal of the carrier's own mapping, or what is wrong with carrier or stub.
    pub(super) fn book(&self, intent: &Intent) -> Result<Told, String> {
        let mut request = self.carrier.book(intent).map_err(|no| no.to_string())?;
        let mut memo: Option<Memo> = None;
        for _ in 0..STEPS_MAX {
            let answer = self.ask(&request)?;
            match self.carrier.read_booking(memo.as_ref(), &answer) {
                Step::Then(next) => {
                    let steps = self.carrier.continuing();
                    let steps = steps.ok_or("it asks for a next step and cannot take one")?;
                    request = steps.next(&self.contract, &next);
                    memo = Some(next);
                }
                step => return Ok(Told { step, answer, memo }),
            }
        }
        Err(format!("a booking takes more than {STEPS_MAX} steps"))
    }

    /// Books what must be bookable: the booking, with the answer that told it.
    ///
    /// # Errors
    /// What became of it instead.
    pub(super) fn booked(&self, intent: &Intent) -> Result<(Booking, Told), String> {
        let told = self.book(intent)?;
        match &told.step {
            Step::Done(booking) => Ok((booking.clone(), told)),
            Step::Refused(why) | Step::NoEffect(why) => Err(format!(
                "its stub does not book it: {} {}",
                why.code.as_deref().unwrap_or_default(),
                why.message
            )),
            step => Err(format!(
                "its stub's answer is {}",
                super::attempt::name_of(step)
            )),
        }
    }

    /// The stub's answer to a look-up by our reference; `None` where the carrier has none.
    pub(super) fn find(&self, reference: &str) -> Option<Result<Response, String>> {
        let now = Timestamp::now();
        let hour = 1.hour();
        let search = Search {
            reference: reference.to_owned(),
            sent: Span {
                from: now.checked_sub(hour).unwrap_or(now),
                to: now.checked_add(hour).unwrap_or(now),
            },
            label_format: *self.carrier.profile().label_formats.first()?,
        };
        let finding = self.carrier.finding()?;
        Some(self.ask(&finding.find(&self.contract, &search)))
    }

    /// The stub's answer to a request, its secrets filled in and its token fetched.
    pub(super) fn ask(&self, request: &Request) -> Result<Response, String> {
        let mut asked = self.written(request);
        if let Some(wanted) = request.auth.token_request() {
            let answer = self.handed_over(&self.written(&wanted))?;
            let token = Token::read(&answer.body);
            let token = token.ok_or("the stub's token service gives no token")?;
            let bearer = format!("Bearer {}", token.value);
            asked.headers.push(("authorization".to_owned(), bearer));
        }
        self.handed_over(&asked)
    }

    fn handed_over(&self, asked: &Asked) -> Result<Response, String> {
        let reply = (self.stub)(&self.bench, asked).ok_or_else(|| {
            let (method, path) = (&asked.method, &asked.path);
            format!("its stub does not know {method} {path} (below the profile's base_url)")
        })?;
        Ok(Response {
            content_type: Some(reply.answer.content_type.to_owned()),
            ..Response::new(reply.answer.status, reply.answer.body)
        })
    }

    fn written(&self, request: &Request) -> Asked {
        let base = base_path(self.carrier.profile().base_url);
        let path = format!("{base}{}", request.path);
        let body = body_of(&request.body);
        let mut headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect();
        headers.extend(authorization(&request.auth, &request.path, &body));
        if let Body::Text { content_type, .. } = &request.body {
            headers.push(("content-type".to_owned(), (*content_type).to_owned()));
        }
        let query = request.query.iter();
        Asked {
            method: match request.method {
                Method::Get => "GET",
                Method::Post => "POST",
                Method::Put => "PUT",
                Method::Delete => "DELETE",
            }
            .to_owned(),
            path,
            query: query
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            headers,
            body: body.into_bytes(),
        }
    }
}

/// The made-up value of a secret: it needs no escaping anywhere, and is found wherever it leaks.
pub(super) fn secret(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    format!("kit4711{}", letters.collect::<String>())
}

fn body_of(body: &Body) -> String {
    let Body::Text { pieces, .. } = body else {
        return String::new();
    };
    let text = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Secret { name, .. } => secret(name),
    });
    text.collect()
}

fn authorization(auth: &Auth, path: &str, body: &str) -> Option<(String, String)> {
    let (name, value) = match auth {
        // a token is fetched first
        Auth::None | Auth::OAuth2 { .. } => return None,
        Auth::Basic { username, password } => {
            let pair = format!("{}:{}", secret(username), secret(password));
            ("authorization", format!("Basic {}", STANDARD.encode(pair)))
        }
        Auth::Header {
            name,
            prefix,
            secret: key,
        } => (*name, format!("{prefix}{}", secret(key))),
        Auth::Signed(signature) => {
            let secrets: Vec<String> = signature.secrets.iter().map(|name| secret(name)).collect();
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let signed = (signature.sign)(&Signing {
                path,
                body,
                at: Timestamp::now(),
                secrets: &secrets,
            });
            (signature.header, signed)
        }
    };
    Some((name.to_lowercase(), value))
}

/// `/mydhlapi` of `https://express.api.dhl.com/mydhlapi`.
fn base_path(base_url: &str) -> &str {
    let after_scheme = base_url.split_once("://").map_or("", |(_, rest)| rest);
    let path = after_scheme.find('/').and_then(|at| after_scheme.get(at..));
    path.unwrap_or("").trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_is_asked_below_the_path_of_the_carriers_api() {
        assert_eq!(base_path("https://api.example/v1/"), "/v1");
        assert_eq!(base_path("https://api.example"), "");
    }
}
