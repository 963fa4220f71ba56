//! From Chronopost's answers to ours: the second half of the translation.

use carrier_sdk::faults::{Said, judge};
use carrier_sdk::label::Label;
use carrier_sdk::request::Response;
use carrier_sdk::step::{
    BookedParcel, Booking, Cause, Evidence, FoundShipment, Step, VoidAnswer, Why,
};
use carrier_sdk::tracking::{Status, TrackedShipment, TrackingEvent};
use jiff::Timestamp;
use jiff::fmt::temporal::{Pieces, PiecesOffset};

use crate::faults;
use crate::wire::{self, Return};

/// What became of a booking. A number that can be read is a booking, with or without its label.
pub(crate) fn booking(answer: &Response) -> Step<Booking> {
    let told = match Return::read(answer, "shippingMultiParcelV5") {
        Ok(told) => told,
        Err(said) => return judge(faults::FAULTS, said).on_booking(),
    };
    let parcels: Vec<BookedParcel> = told
        .result_multi_parcel_value
        .iter()
        .filter_map(parcel)
        .collect();
    match (told.error(), parcels.first()) {
        (None, Some(first)) => Step::Done(Booking {
            tracking_number: first.tracking_number.clone(),
            shipment_id: None,
            tracking_url: None,
            parcels,
            charge: None,
            estimated_delivery: None,
        }),
        (None, None) => in_doubt(None, "the answer says yes and holds no parcel number"),
        (Some(_), None) => judge(faults::FAULTS, said(answer, &told)).on_booking(),
        (Some(code), Some(_)) => {
            in_doubt(Some(code), "the answer holds an error and a parcel number")
        }
    }
}

fn parcel(booked: &wire::Booked) -> Option<BookedParcel> {
    Some(BookedParcel {
        tracking_number: filled(&booked.skybill_number)?,
        label: Label::from_base64(booked.pdf_etiquette.trim()),
    })
}

fn in_doubt<T>(code: Option<&str>, message: &str) -> Step<T> {
    Step::Unknown(Evidence {
        code: code.map(str::to_owned),
        message: message.to_owned(),
    })
}

fn said(answer: &Response, told: &Return) -> Said {
    let message = filled(&told.error_message).unwrap_or_else(|| "no message".to_owned());
    Said::new(answer, told.error(), message)
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The parcels under a reference, as one shipment: Chronopost lists parcels, not bookings.
pub(crate) fn found(answer: &Response) -> Result<Vec<FoundShipment>, Why> {
    let Some(told) = read_only(answer, "trackWithSenderRef")? else {
        return Ok(Vec::new());
    };
    let mut numbers: Vec<String> = Vec::new();
    for parcel in &told.list_parcel {
        numbers.extend(filled(&parcel.skybill_number).filter(|number| !numbers.contains(number)));
    }
    let shipment = numbers.first().map(|first| FoundShipment {
        tracking_number: first.clone(),
        parcels: numbers
            .iter()
            .map(|number| BookedParcel {
                tracking_number: number.clone(),
                label: None,
            })
            .collect(),
    });
    Ok(shipment.into_iter().collect())
}

/// An answer to a question; `None` when Chronopost knows nothing of the number or reference.
fn read_only(answer: &Response, operation: &str) -> Result<Option<Return>, Why> {
    let said = match Return::read(answer, operation) {
        Ok(told) if told.says_yes() => return Ok(Some(told)),
        Ok(told) if told.error().is_some() => said(answer, &told),
        Ok(_) => Said::unreadable(answer, "Chronopost's answer: it has no error code"),
        Err(said) => said,
    };
    let from_chronopost = said.code.is_some();
    let why = judge(faults::TRACKING, said).on_read();
    if from_chronopost && why.cause == Cause::NotFound {
        return Ok(None);
    }
    Err(why)
}

/// What became of a cancellation.
pub(crate) fn voided(answer: &Response) -> VoidAnswer {
    let said = match Return::read(answer, "cancelSkybill") {
        Ok(told) if told.says_yes() => return VoidAnswer::Voided,
        Ok(told) if told.error() == Some("3") => return VoidAnswer::TooLate,
        Ok(told) if told.error().is_some() => said(answer, &told),
        Ok(_) => Said::unreadable(answer, "Chronopost's answer: it has no error code"),
        Err(said) => said,
    };
    judge(faults::CANCELLING, said).on_void()
}

/// Where the parcel is. No events means that Chronopost knows nothing of it, or not yet.
pub(crate) fn tracked(answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
    let Some(told) = read_only(answer, "trackSkybillV2")? else {
        return Ok(Vec::new());
    };
    let list = told.list_event_info_comp;
    if list.events.is_empty() {
        return Ok(Vec::new());
    }
    let mut events: Vec<TrackingEvent> = list.events.iter().map(event).collect();
    let moments: Option<Vec<Timestamp>> =
        events.iter().map(|event| event.at.parse().ok()).collect();
    if moments.is_some() {
        events.sort_by_cached_key(|event| event.at.parse::<Timestamp>().ok());
    }
    Ok(vec![TrackedShipment {
        tracking_number: list.skybill_number.trim().to_owned(),
        status: status(&events),
        events,
    }])
}

fn event(event: &wire::Event) -> TrackingEvent {
    let code = event.code.trim();
    TrackingEvent {
        code: code.to_owned(),
        status: meaning(code).unwrap_or(Status::InTransit),
        at: moment(event.event_date.trim()),
        place: filled(&event.office_label),
    }
}

/// Codes seen live; no complete list is published.
fn meaning(code: &str) -> Option<Status> {
    Some(match code {
        "DC" | "EA" => Status::LabelCreated,
        "DB" | "DY" => Status::PickedUp,
        "SC" | "EC" | "TS" | "O" | "TP" | "T" | "TT" | "EI" | "SJ" | "SD" | "A2" | "IA" | "IS"
        | "RB" => Status::InTransit,
        "TA" => Status::OutForDelivery,
        "AB" => Status::AvailableForPickup,
        "D" => Status::Delivered,
        "P" | "NA" => Status::FailedAttempt,
        "SK" => Status::Exception,
        "R" => Status::Returned,
        // notices: the consignee was informed, or gave an instruction
        "SM" | "CL" => Status::Unknown,
        _ => return None,
    })
}

/// Where the parcel stands after its last event. Notices change nothing, unknown codes nothing
/// final; and once a parcel goes back, its delivery is the one to the shipper.
fn status(events: &[TrackingEvent]) -> Status {
    let mut status = Status::Unknown;
    for event in events {
        let is_final = matches!(status, Status::Delivered | Status::Returned);
        let changes = match meaning(&event.code) {
            Some(Status::Unknown) => false,
            Some(_) => status != Status::Returned,
            None => !is_final,
        };
        if changes {
            status = event.status;
        }
    }
    status
}

/// Date and time to the second, with the offset that Chronopost wrote; as it stands when it is
/// no date.
fn moment(text: &str) -> String {
    let Ok(pieces) = Pieces::parse(text) else {
        return text.to_owned();
    };
    let time = pieces.time().unwrap_or_default().strftime("%H:%M:%S");
    let offset = match pieces.offset() {
        None => String::new(),
        Some(PiecesOffset::Numeric(offset)) => {
            let seconds = offset.offset().seconds();
            let sign = if seconds < 0 { '-' } else { '+' };
            let minutes = seconds.unsigned_abs() / 60;
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        Some(_) => "Z".to_owned(),
    };
    format!("{}T{time}{offset}", pieces.date())
}
