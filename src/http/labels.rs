//! One label by the id that `shipment.booked` told. There is no list: who has no event has no label.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use carrier_sdk::LabelFormat;
use tracing::warn;
use utoipa::ToSchema;

use super::{Problem, Sources, problem};
use crate::labels::PrintFolder;
use crate::ledger::{KeptLabel, LedgerError};
use crate::life::{self, Life, Standing};

/// Neither a browser nor a proxy may keep a consignee's address.
const NOT_TO_BE_KEPT: &str = "private, no-store";

/// The bytes of a label.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code)] // it is described, never made
struct File(Vec<u8>);

/// A label as the carrier made it.
///
/// Its id stands in the event `shipment.booked`.
#[utoipa::path(
    get,
    path = "/v1/labels/{id}",
    operation_id = "label",
    tag = "labels",
    params(("id" = String, Path, description = "The label's id, from `shipment.booked`")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The label, byte for byte; the file name tells order, booking and parcel",
            content((File = "application/pdf"), (File = "image/png"), (File = "image/gif"),
                (File = "application/octet-stream"))),
        (status = 401, description = "The bearer token is missing or wrong", body = Problem),
        (status = 404, description = "There is no such label, or not any more", body = Problem),
        (status = 409, description = "Its booking is not settled: ask again later", body = Problem),
        (status = 410, description = "Its booking is not in force: the label must not be used", body = Problem),
        (status = 503, description = "No token is configured, or the ledger cannot be read", body = Problem)
    )
)]
pub async fn label(
    State(sources): State<Arc<Sources>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = &sources.token else {
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "labels are not given over HTTP: [http] token is not set",
        );
    };
    if !token.is_borne_by(&headers) {
        return unauthorized();
    }
    match find(&sources, &id).await {
        Ok(Some((kept, life))) => match unusable(life.as_ref(), kept.n) {
            None => file(kept),
            Some((status, why)) => problem(status, why),
        },
        Ok(None) => problem(
            StatusCode::NOT_FOUND,
            "there is no label with this id: there never was, or its time was over and it was erased",
        ),
        Err(trouble) => {
            warn!("a label cannot be read: {trouble}");
            problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "the ledger cannot be read at the moment; ask again later",
            )
        }
    }
}

fn unauthorized() -> Response {
    let refused = problem(
        StatusCode::UNAUTHORIZED,
        "send the token of [http] token as `Authorization: Bearer TOKEN`",
    );
    ([(header::WWW_AUTHENTICATE, "Bearer")], refused).into_response()
}

async fn find(
    sources: &Sources,
    id: &str,
) -> Result<Option<(KeptLabel, Option<Life>)>, LedgerError> {
    let Some(kept) = sources.ledger.label(id).await? else {
        return Ok(None);
    };
    let order = sources.ledger.order(&kept.key).await?;
    Ok(Some((kept, order.map(|order| order.life))))
}

/// Why no parcel may leave with a label of this booking, if that is so.
fn unusable(life: Option<&Life>, n: u32) -> Option<(StatusCode, &'static str)> {
    let booking = life.and_then(|life| life.booking(n));
    let being_voided = life.is_some_and(|life| life.state == life::State::Voiding);
    let (status, why) = match booking.map(|booking| booking.standing) {
        Some(Standing::Live) if being_voided => (
            StatusCode::CONFLICT,
            "its booking is being voided; if the carrier refuses that, the label is good again",
        ),
        Some(Standing::Live) => return None,
        Some(Standing::Intended | Standing::InDoubt) | None => (
            StatusCode::CONFLICT,
            "its booking is not settled yet; ask again when it is announced",
        ),
        Some(Standing::Voided) => (
            StatusCode::GONE,
            "its booking was voided: do not ship with it",
        ),
        Some(Standing::Extra | Standing::Stray) => (
            StatusCode::GONE,
            "its booking is not wanted any more: do not ship with it",
        ),
        Some(Standing::Dead) => (
            StatusCode::GONE,
            "its booking does not exist at the carrier's: do not ship with it",
        ),
    };
    Some((status, why))
}

fn file(kept: KeptLabel) -> Response {
    let format = kept.label.format;
    let name = PrintFolder::file_name(&kept.key, kept.n, kept.parcel, format.name());
    let headers = [
        (header::CONTENT_TYPE, content_type(format).to_owned()),
        // of a file name only plain ASCII is left, none of it in need of quoting
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, NOT_TO_BE_KEPT.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, kept.label.bytes).into_response()
}

/// Printer languages are bytes for a printer: as text, somebody would convert them on the way.
fn content_type(format: LabelFormat) -> &'static str {
    match format {
        LabelFormat::Pdf => "application/pdf",
        LabelFormat::Png => "image/png",
        LabelFormat::Gif => "image/gif",
        LabelFormat::Xml => "application/xml",
        LabelFormat::Zpl | LabelFormat::Epl => "application/octet-stream",
    }
}
