//! A made-up carrier that is good, or has one sin: the kit must pass the first and find each other.

mod stub;

use serde_json::{Value, json};

pub(super) use stub::{deaf, stub};

use crate::ability::Abilities;
use crate::carrier::{Carrier, Find, Track, Void};
use crate::faults::{Fault, Meaning, Said, WhoActs, judge};
use crate::json;
use crate::label::{Label, LabelFormat};
use crate::moment::Moment;
use crate::profile::{Product, Profile, Reach, SecretField};
use crate::request::{Auth, Body, Effect, Escaping, Method, Request, Response, secret_place};
use crate::shipment::{Contract, Intent, Parcel, ServiceOption, Shipment};
use crate::step::{
    BookedParcel, Booking, FoundShipment, Memo, Problem, Refusal, Search, Step, VoidAnswer, Why,
};
use crate::stub::pdf;
use crate::text;
use crate::tracking::{Status, TrackedShipment, TrackingEvent};

/// What is wrong with a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sin {
    None,
    IgnoresTheProduct,
    TakesAnyProduct,
    IgnoresOptions,
    TakesAnyOption,
    RefusesItsOptions,
    IgnoresTheFormat,
    TakesAnyFormat,
    CutsTheReference,
    LooksForAnythingElse,
    CutsText,
    NamesNoField,
    RepeatsText,
    DropsAddressLines,
    TakesAnyLength,
    UsesAnUndeclaredSecret,
    ForgetsItsSecret,
    LetsSecretsBeForged,
    BooksOnAnySuccess,
    RefusesWhatItCannotRead,
    FindsNothingInGarbage,
    VoidsOnAnySuccess,
    ForgetsTheParcels,
    RefusesSpoiltAnswers,
    BelievesBrokenLabels,
    LosesCodes,
    GuessesStatuses,
}

pub(crate) struct Example {
    sin: Sin,
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        code: "17",
        text: "password",
        meaning: Meaning::Unauthorized,
        plain: "the password is wrong",
        who_acts: WhoActs::Transport,
        field: None,
    },
    Fault {
        code: "17",
        text: "",
        meaning: Meaning::Ambiguous,
        plain: "a system error",
        who_acts: WhoActs::Nobody,
        field: None,
    },
    Fault {
        code: "20",
        text: "",
        meaning: Meaning::Rejected,
        plain: "the postal code does not exist",
        who_acts: WhoActs::Shop,
        field: Some("recipient.postal_code"),
    },
];

const fn product(code: &'static str, options: &'static [ServiceOption]) -> Product {
    Product {
        code,
        name: "Example",
        reach: Reach::Anywhere,
        options,
    }
}

static PROFILE: Profile = Profile {
    name: "example",
    title: "Example",
    products: &[product("A", &[ServiceOption::Signature]), product("B", &[])],
    label_formats: &[LabelFormat::Pdf, LabelFormat::Zpl],
    reference_max: 35,
    parcels_max: 9,
    parcel_max_g: 30_000,
    crosses_customs: true,
    secrets: &[SecretField {
        name: "password",
        required: true,
        without: "nothing can be booked",
    }],
    base_url: "https://carrier.example",
    faults: FAULTS,
    ..Profile::USUAL
};

impl Example {
    pub(crate) fn good() -> Self {
        Self::with(Sin::None)
    }

    pub(super) fn with(sin: Sin) -> Self {
        Self { sin }
    }

    /// A good answer to a booking.
    pub(super) fn booked(number: &str) -> Response {
        Response::new(
            201,
            json!({"number": number, "parcels": [{"number": number, "label": "XlhBXlha"}]})
                .to_string(),
        )
    }

    fn has(&self, sin: Sin) -> bool {
        self.sin == sin
    }

    fn supported(&self, intent: &Intent) -> Result<(), Refusal> {
        let product = PROFILE.product(&intent.product);
        if product.is_none() && !self.has(Sin::TakesAnyProduct) {
            return Err(Refusal::one("product", "the carrier has no such product"));
        }
        let formats = PROFILE.label_formats;
        if !formats.contains(&intent.label_format) && !self.has(Sin::TakesAnyFormat) {
            return Err(Refusal::one(
                "label_format",
                "the carrier makes no such label",
            ));
        }
        let parcels = &intent.shipment.parcels;
        let weighs = |parcel: &Parcel| (1..=PROFILE.parcel_max_g).contains(&parcel.weight_g);
        let count = (1..=PROFILE.parcels_max).contains(&parcels.len());
        let fits = count && parcels.iter().all(weighs);
        if !fits && !self.has(Sin::ForgetsTheParcels) {
            return Err(Refusal::one("parcels", "too many, or too heavy"));
        }
        let known = product.map_or(&[][..], |product| product.options);
        let options = &intent.shipment.options;
        let foreign = options.iter().any(|option| !known.contains(option));
        let refused = !options.is_empty() && self.has(Sin::RefusesItsOptions);
        if refused || foreign && !self.has(Sin::TakesAnyOption) {
            return Err(Refusal::one("options", "the product has no such option"));
        }
        Ok(())
    }

    fn fitted(&self, field: &str, given: &str, max: usize) -> Result<String, Problem> {
        match self.sin {
            Sin::CutsText => Ok(given.chars().take(max).collect()),
            Sin::TakesAnyLength | Sin::LetsSecretsBeForged => Ok(given.to_owned()),
            Sin::NamesNoField => text::fit("order", given, max),
            Sin::RepeatsText => text::fit(field, given, max)
                .map_err(|_| Problem::new(field, format!("{given:?} is too long"))),
            _ => text::fit(field, given, max),
        }
    }

    fn street(&self, street: &[String]) -> Result<Vec<String>, Problem> {
        if self.has(Sin::DropsAddressLines) {
            return Ok(street.iter().take(3).cloned().collect());
        }
        text::lines("recipient.street", street, 45, 3)
    }

    fn parcels(&self, shipment: &Shipment) -> Vec<u32> {
        let parcels = shipment.parcels.iter().map(|parcel| parcel.weight_g);
        if self.has(Sin::ForgetsTheParcels) {
            vec![1]
        } else {
            parcels.collect()
        }
    }

    fn written(&self, intent: &Intent) -> Result<Value, Problem> {
        let to = &intent.shipment.consignee;
        let company = to.company.as_deref().unwrap_or_default();
        let unless = |sin, text: &str| if self.has(sin) { "" } else { text }.to_owned();
        let options: Vec<_> = intent
            .shipment
            .options
            .iter()
            .map(|option| option.name())
            .collect();
        let reference = &intent.reference;
        let sent = match self.sin {
            Sin::CutsTheReference => reference.chars().take(20).collect(),
            _ => text::fit("reference", reference, PROFILE.reference_max)?,
        };
        Ok(json!({
            "reference": sent,
            "product": unless(Sin::IgnoresTheProduct, &intent.product),
            "format": unless(Sin::IgnoresTheFormat, intent.label_format.name()),
            "options": unless(Sin::IgnoresOptions, &options.join(" ")),
            "name": self.fitted("recipient.name", &to.name, 45)?,
            "company": self.fitted("recipient.company", company, 45)?,
            "city": self.fitted("recipient.city", &to.city, 45)?,
            "street": self.street(&to.street)?,
            "country": to.country,
            "postal_code": to.postal_code,
            "parcels": self.parcels(&intent.shipment),
            "goods": intent.shipment.items.iter().map(|item| &item.description).collect::<Vec<_>>(),
            "value": intent.shipment.declared_value,
            "account": intent.contract.number,
            "day": intent.hand_over_at.to_string(),
            "password": unless(Sin::ForgetsItsSecret, &secret_place("password")),
        }))
    }

    fn said(&self, answer: &Response) -> Said {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match (body["error"].as_str(), body["message"].as_str()) {
            (Some(_), Some(message)) if self.has(Sin::LosesCodes) => {
                Said::new(answer, None, message)
            }
            (Some(code), Some(message)) => Said::new(answer, Some(code), message),
            _ => Said::unreadable(answer, "an answer of Example"),
        }
    }

    fn field(answer: &Response, name: &str) -> Option<Value> {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        body.get(name).filter(|_| answer.is_success()).cloned()
    }
}

impl Carrier for Example {
    fn profile(&self) -> &'static Profile {
        &PROFILE
    }

    fn book(&self, intent: &Intent) -> Result<Request, Refusal> {
        self.supported(intent)?;
        let written = self.written(intent).map_err(|problem| Refusal {
            problems: vec![problem],
        })?;
        let text = written.to_string();
        let kind = "application/json";
        // forged marks: as many places as somebody typed
        let marks = text.matches(&secret_place("password")).count();
        let secrets = vec![
            "password";
            if self.has(Sin::LetsSecretsBeForged) {
                marks
            } else {
                1
            }
        ];
        let body = match self.sin {
            Sin::ForgetsItsSecret => Body::text(kind, text),
            _ => Body::with_secrets(kind, &text, Escaping::Json, &secrets)?,
        };
        Ok(request(Method::Post, Effect::Books, vec![], body))
    }

    fn read_booking(&self, _: Option<&Memo>, answer: &Response) -> Step<Booking> {
        let number = Self::field(answer, "number");
        let number = number.as_ref().and_then(Value::as_str);
        if number.is_none() && answer.is_success() && self.has(Sin::RefusesWhatItCannotRead) {
            let said = Said::new(answer, Some("20"), "not readable");
            return judge(FAULTS, said).on_booking();
        }
        let Some(number) = number
            .or(Some("?").filter(|_| answer.is_success() && self.has(Sin::BooksOnAnySuccess)))
        else {
            return judge(FAULTS, self.said(answer)).on_booking();
        };
        if self.has(Sin::RefusesSpoiltAnswers) && !answer.body.ends_with(b"}") {
            return judge(FAULTS, Said::new(answer, Some("20"), "not readable")).on_booking();
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let parcel = |parcel: &Value| {
            let label = parcel["label"].as_str().unwrap_or_default();
            let label = if self.has(Sin::BelievesBrokenLabels) {
                Label::from_bytes(pdf(&text_in(parcel, "number")))
            } else {
                Label::from_base64(label)
            };
            BookedParcel::new(text_in(parcel, "number"), label)
        };
        let parcels = json::list(&body, "parcels").iter().map(parcel).collect();
        Step::Done(Booking::new(number, parcels))
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities::default().finds(self).voids(self).tracks(self)
    }
}

fn text_in(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

impl Track for Example {
    fn track(&self, _: &Contract, numbers: &[&str]) -> Request {
        let numbers = vec![("number", numbers.join(","))];
        let mut request = request(Method::Get, Effect::Reads, numbers, Body::Empty);
        request.path = "/events".to_owned();
        request
    }

    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        let Some(Value::Array(events)) = Self::field(answer, "events") else {
            return Err(judge(FAULTS, self.said(answer)).on_read());
        };
        let otherwise = if self.has(Sin::GuessesStatuses) {
            Status::Delivered
        } else {
            Status::Unknown
        };
        let event = |event: &Value| {
            let at = Moment::read(&text_in(event, "at"))?;
            let table = &[("IN", Status::InTransit), ("OK", Status::Delivered)];
            Some(TrackingEvent::new(
                &text_in(event, "code"),
                table,
                otherwise,
                at,
            ))
        };
        let events = events.iter().filter_map(event).collect();
        Ok(vec![TrackedShipment::of_events("EX1", events)])
    }
}

impl Find for Example {
    fn find(&self, _: &Contract, search: &Search) -> Request {
        let wanted = match self.sin {
            Sin::LooksForAnythingElse => "*".to_owned(),
            _ => search.reference.clone(),
        };
        request(
            Method::Get,
            Effect::Reads,
            vec![("reference", wanted)],
            Body::Empty,
        )
    }

    fn read_found(&self, answer: &Response) -> Result<Vec<FoundShipment>, Why> {
        match Self::field(answer, "found") {
            Some(Value::Array(found)) => {
                let numbers = found.iter().filter_map(Value::as_str).map(str::to_owned);
                Ok(FoundShipment::of_parcels(numbers))
            }
            _ if self.has(Sin::FindsNothingInGarbage) && answer.is_success() => Ok(Vec::new()),
            _ => Err(judge(FAULTS, self.said(answer)).on_read()),
        }
    }
}

impl Void for Example {
    fn void(&self, _: &Contract, number: &str) -> Request {
        let mut request = request(Method::Delete, Effect::Voids, vec![], Body::Empty);
        request.path = format!("/shipments/{number}");
        if self.has(Sin::UsesAnUndeclaredSecret) {
            request.auth = Auth::Header {
                name: "x-key",
                prefix: "",
                secret: "key",
            };
        }
        request
    }

    fn read_void(&self, answer: &Response) -> VoidAnswer {
        let silent = answer.is_success() && answer.body.is_empty();
        if silent || answer.is_success() && self.has(Sin::VoidsOnAnySuccess) {
            return VoidAnswer::Voided;
        }
        judge(FAULTS, self.said(answer)).on_void()
    }
}

fn request(
    method: Method,
    effect: Effect,
    query: Vec<(&'static str, String)>,
    body: Body,
) -> Request {
    Request {
        effect,
        method,
        path: "/shipments".to_owned(),
        query,
        headers: Vec::new(),
        auth: Auth::None,
        body,
    }
}
