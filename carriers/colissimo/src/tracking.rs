//! Where a parcel is. Two services of La Poste tell it: the timeline of a company's parcels, which is
//! asked, and the public tracking (Suivi, version 2), whose answers are read too.

use carrier_sdk::json::{at, list, number, text, value_in};
use carrier_sdk::prelude::*;
use serde_json::Value;

use crate::Colissimo;
use crate::faults::{ANSWERS, TRACKING};

impl Track for Colissimo {
    /// The timeline tells of one parcel in a call: the first number counts.
    fn track(&self, contract: &Contract, tracking_numbers: &[&str]) -> Request {
        let number = tracking_numbers.first().copied().unwrap_or_default();
        crate::timeline(contract, number)
    }

    /// Of several parcels those known are told; a fault counts when there is nothing else.
    fn read_tracking(&self, answer: &Response) -> Result<Vec<TrackedShipment>, Why> {
        let body = value_in(&answer.body).unwrap_or_default();
        let told = match &body {
            Value::Array(told) => told.as_slice(),
            body if at(body, "responses").is_some() => list(body, "responses"),
            body => list(body, ""),
        };
        let answers = ANSWERS.by(TRACKING);
        let history = |one| shipment(answer, one).ok_or_else(|| answers.said(answer, one));
        let known = answers.known_among(answer, told.iter().map(history));
        known.or_else(|said| judge(TRACKING, said).on_look_up())
    }
}

/// One parcel's history; none when a fault stands in its place.
fn shipment(answer: &Response, told: &Value) -> Option<TrackedShipment> {
    if !answer.is_success() {
        return None;
    }
    let number = number(told, "shipment/idShip").or_else(|| {
        let done = text(told, "status/0/code").is_some_and(|code| code == "0");
        let parcel = at(told, "parcel").filter(|parcel| parcel.is_object() && done)?;
        Some(number(parcel, "parcelNumber").unwrap_or_default())
    })?;
    Some(HISTORY.of(number, told))
}

const HISTORY: History = History {
    events: "shipment/event|parcel/event",
    codes: STATUSES,
    ..History::USUAL
};

/// Both services' codes. Those of six letters by their words and results in the official plugin's list;
/// notices and codes that it shows to nobody are left out, and change nothing.
#[rustfmt::skip]
const STATUSES: StatusTable = &[
    ("COMCFM DR1 PCHCLI PCHDFT PCHMQT", Status::LabelCreated),
    ("DEPCDR DEPGUI DEPHLD DEPIMP DEPREL DEPSIO ECHCFM ECHCLI PC1 PC2 PCH128 PCHBOR PCHCEI PCHCFM PCHDIS PCHECH PCHEXC", Status::PickedUp),
    ("PCHEXT PCHIND PCHINJ PCHJPO PCHMAN PCHPDS PCHPIS PCHPNC PCHPRE PCHREC PCHS3C PCHSEC PCHSVI PCHTRI", Status::PickedUp),
    ("AARCFM AARDES AARDOU AAREXP AARIMP AARJPO AARREX AARTRA AEC AEC128 AECCFM AECCOU AECEXC AECEXP AECIMP AECIND", Status::InTransit),
    ("AECMAN AECPDS AECPIS AECPNC AECPRE AECS3C AECSEC AECTRC AECTRI DO1 DO2 DO3 DOUAGV DOUDOU DOUEXP DOUFAC DOUPAR", Status::InTransit),
    ("DOUTAX DOUVIS EP1 ET1 ET2 ET3 ET4 FENDES MD2 MLVEXP MLVIMP MLVTRA MLVTRD PABDES PCHEXP PCHIMP PRELIV RENRDV", Status::InTransit),
    ("RENREX RENRPR RSDBPI RSDCNS RSDREL RSTTAF RSTZNL", Status::InTransit),
    ("LIVREL", Status::OutForDelivery),
    ("AARAVI AARBPR AARBRX AARREL AARRLX AG1 LIVAVI LIVCIT LIVRLI NADDES RENAPR RENAVI RENGUI RSTAVI", Status::AvailableForPickup),
    ("DI1 LIVACC LIVBAL LIVBPO LIVCFM LIVCGA LIVDIV LIVGAR LIVRCA LIVRCC LIVRDV LIVRTI LIVVOI LIVVPC", Status::Delivered),
    ("ND1 RDVABS RDVAIN RDVINC RENACP RENARV RENCRV RENFCO RENNRV RENRES RSTACP RSTRES", Status::FailedAttempt),
    ("AACALI AARLIB AARRTG AARTER DOUCOI DOUCOM DOUCRR DOUDDI DOUDDM DOUDVR DOUEOR DOUEXI DOUFCI DOUFCM DOUIDD DOUIIR", Status::Exception),
    ("DOUNIR DOUPRO DOURES ENEAVA ENEDAF ENEDOC ENEMQT ENENCF PCHREN RCDDVY RDVREP RECALI REFCDS REFDDS REFINS REFISO", Status::Exception),
    ("REFLIB REFREN REFSTP RENACO RENAEP RENAIN RENCAD RENCND RENDET RENECO RENINC RENPPL RENREF RENREL RENSCR RENVLM", Status::Exception),
    ("RENVOL RSTCAD RSTEMP RSTPRO RSTREF RSTTRI SCCDES SOLDDR SOLDOC SOLMAR SOLMQD SOLMQT SOLVOL", Status::Exception),
    ("AACEDI DI2 ECHANN ECHCEX ECHDID ECHMQT ECHNCF FENRET LIVEXP LIVREO PABRET RCDABS RCDCPE RCDDES RCDDOC RCDNPA", Status::Returned),
    ("RCDPDS RCDREA RCDREL RCDRET RE1 REFALI REFCEX REFDEX RENALI RENAVA RENBEC RENDES RENDID RENDOC RENEDI RENEMB", Status::Returned),
    ("RENEXP RENHER RENNPA RENOUV RENRPE RENRPP RENSHD RENSNC RENSRB RENTAX RENXXX SCCEXP", Status::Returned),
];
