//! Chronopost's messages in its own spelling (one `d` in `Adress`), fields in the order of its
//! schema, which is an `xs:sequence`. Decides nothing: `mapping` fills and reads them.
//!
//! Every field is written, empty or 0 where there is nothing, as Chronopost's own plugins do.

use carrier_sdk::faults::Said;
use carrier_sdk::request::{Auth, Body, Effect, Escaping, Method, Request, Response};
use carrier_sdk::soap;
use carrier_sdk::step::Refusal;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

/// One of Chronopost's services below `base_url`.
pub(crate) struct Service {
    pub path: &'static str,
    pub namespace: &'static str,
}

/// Books.
pub(crate) const SHIPPING: Service = Service {
    path: "/shipping-cxf/ShippingServiceWS",
    namespace: "http://cxf.shipping.soap.chronopost.fr/",
};

/// Tracks, finds and cancels.
pub(crate) const TRACKING: Service = Service {
    path: "/tracking-cxf/TrackingServiceWS",
    namespace: "http://cxf.tracking.soap.chronopost.fr/",
};

impl Service {
    /// The request that asks this service, with the given body.
    pub(crate) fn request(&self, effect: Effect, body: Body) -> Request {
        Request {
            effect,
            method: Method::Post,
            path: self.path.to_owned(),
            query: Vec::new(),
            headers: vec![("SOAPAction", "\"\"".to_owned())],
            auth: Auth::None,
            body,
        }
    }

    /// The envelope around an operation, cut at the places of its secrets.
    pub(crate) fn body<T: Serialize>(
        &self,
        operation: &T,
        secrets: &[&'static str],
    ) -> Result<Body, Refusal> {
        let text = soap::envelope("cxf", self.namespace, operation)
            .map_err(|_| Refusal::one("order", "cannot be written as XML"))?;
        Body::with_secrets("text/xml; charset=utf-8", &text, Escaping::Xml, secrets)
    }
}

/// Books one shipment of one or several parcels.
#[derive(Debug, Serialize)]
#[serde(rename = "cxf:shippingMultiParcelV5", rename_all = "camelCase")]
pub(crate) struct Book {
    pub header_value: Header,
    pub shipper_value: Party,
    pub customer_value: Party,
    pub recipient_value: Party,
    pub ref_value: Vec<Reference>,
    pub skybill_value: Vec<Skybill>,
    pub skybill_params_value: SkybillParams,
    pub password: String,
    pub mode_retour: &'static str,
    pub number_of_parcel: usize,
    pub version: &'static str,
    pub multi_parcel: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub account_number: String,
    pub id_emit: &'static str,
    pub sub_account: String,
}

/// A shipper, customer or recipient: the same fields, each named after the role.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub role: &'static str,
    pub adress1: String,
    pub adress2: String,
    pub city: String,
    /// The recipient has none.
    pub civility: Option<String>,
    pub contact_name: String,
    pub country: String,
    pub email: String,
    pub mobile_phone: String,
    pub name: String,
    pub name2: String,
    pub phone: String,
    pub pre_alert: &'static str,
    pub zip_code: String,
}

impl Serialize for Party {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = [
            ("Adress1", Some(self.adress1.as_str())),
            ("Adress2", Some(&self.adress2)),
            ("City", Some(&self.city)),
            ("Civility", self.civility.as_deref()),
            ("ContactName", Some(&self.contact_name)),
            ("Country", Some(&self.country)),
            ("Email", Some(&self.email)),
            ("MobilePhone", Some(&self.mobile_phone)),
            ("Name", Some(&self.name)),
            ("Name2", Some(&self.name2)),
            ("Phone", Some(&self.phone)),
            ("PreAlert", Some(self.pre_alert)),
            ("ZipCode", Some(&self.zip_code)),
        ];
        let named =
            |(name, value): (&str, Option<_>)| Some((format!("{}{name}", self.role), value?));
        serializer.collect_map(fields.into_iter().filter_map(named))
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    pub recipient_ref: String,
    pub shipper_ref: String,
}

/// One parcel. Values are in cents, 0 where there is none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Skybill {
    pub bulk_number: usize,
    pub content1: String,
    pub content2: String,
    pub content3: String,
    pub content4: String,
    pub content5: String,
    pub customs_currency: &'static str,
    pub customs_value: Decimal,
    pub evt_code: &'static str,
    pub insured_currency: &'static str,
    pub insured_value: Decimal,
    pub object_type: &'static str,
    pub product_code: String,
    pub service: &'static str,
    pub ship_date: String,
    pub ship_hour: i8,
    pub skybill_rank: usize,
    pub weight: Decimal,
    pub weight_unit: &'static str,
    pub height: Decimal,
    pub length: Decimal,
    pub width: Decimal,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SkybillParams {
    pub duplicata: &'static str,
    pub mode: String,
    pub with_reservation: u8,
}

/// Looks parcels up by the sender's reference.
#[derive(Debug, Serialize)]
#[serde(rename = "cxf:trackWithSenderRef", rename_all = "camelCase")]
pub(crate) struct Find {
    pub account_number: String,
    pub password: String,
    pub language: &'static str,
    pub senders_ref: String,
}

/// Cancels one parcel.
#[derive(Debug, Serialize)]
#[serde(rename = "cxf:cancelSkybill", rename_all = "camelCase")]
pub(crate) struct Cancel {
    pub account_number: String,
    pub password: String,
    pub language: &'static str,
    pub skybill_number: String,
}

/// Asks where one parcel is.
#[derive(Debug, Serialize)]
#[serde(rename = "cxf:trackSkybillV2", rename_all = "camelCase")]
pub(crate) struct Track {
    pub language: &'static str,
    pub skybill_number: String,
}

/// What every operation returns: the fields of all, each where it has a use. Numbers stay text,
/// because an empty one would make the whole answer unreadable.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Return {
    pub error_code: String,
    pub error_message: String,
    pub status_code: String,
    pub result_multi_parcel_value: Vec<Booked>,
    pub list_parcel: Vec<Numbered>,
    pub list_event_info_comp: Events,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Booked {
    pub skybill_number: String,
    pub pdf_etiquette: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Numbered {
    pub skybill_number: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Events {
    pub events: Vec<Event>,
    pub skybill_number: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Event {
    pub code: String,
    pub event_date: String,
    pub office_label: String,
}

#[derive(Deserialize)]
struct Content {
    #[serde(
        alias = "shippingMultiParcelV5Response",
        alias = "trackWithSenderRefResponse",
        alias = "cancelSkybillResponse",
        alias = "trackSkybillV2Response"
    )]
    response: Option<Returned>,
    #[serde(rename = "Fault")]
    fault: Option<soap::Fault>,
}

#[derive(Deserialize)]
struct Returned {
    #[serde(rename = "return")]
    value: Option<Return>,
}

impl Return {
    /// Reads the answer to `operation`.
    ///
    /// # Errors
    /// What a SOAP fault says, or that the document is another one: without Chronopost's
    /// namespace nothing in it is believed, whatever its elements are called.
    pub(crate) fn read(answer: &Response, operation: &str) -> Result<Self, Said> {
        let unreadable = || Said::unreadable(answer, "Chronopost's answer to this request");
        let (namespace, name) = soap::operation(&answer.body).ok_or_else(unreadable)?;
        let content: Content = soap::read(&answer.body).map_err(|_| unreadable())?;
        if let (soap::ENVELOPE, Some(fault)) = (namespace.as_str(), content.fault) {
            return Err(Said::new(answer, Some(&fault.code), fault.text.trim()));
        }
        let ours = namespace == SHIPPING.namespace || namespace == TRACKING.namespace;
        let asked = name.strip_suffix("Response") == Some(operation);
        content
            .response
            .and_then(|response| response.value)
            .filter(|_| ours && asked)
            .ok_or_else(unreadable)
    }

    /// The code of what went wrong; `None` for 0. Some operations put it in `statusCode`.
    pub(crate) fn error(&self) -> Option<&str> {
        [self.error_code.trim(), self.status_code.trim()]
            .into_iter()
            .find(|code| !code.trim_start_matches('0').is_empty())
    }

    /// Whether it says 0. An answer that says nothing has not said yes.
    pub(crate) fn says_yes(&self) -> bool {
        self.error().is_none() && !self.error_code.trim().is_empty()
    }
}
