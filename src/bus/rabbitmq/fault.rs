//! Puts broker faults into words that name the remedy, and bounds every wait for the broker.
//!
//! lapin has no time-outs of its own besides the heartbeat: no call of it is awaited bare.

use std::future::Future;
use std::time::Duration;

use lapin::ErrorKind;
use lapin::types::ShortString;

use crate::bus::BusError;
use crate::trust::missing_proof;

/// AMQP reply codes that mean something to an operator.
pub mod code {
    pub const ACCESS_REFUSED: u16 = 403;
    pub const NOT_FOUND: u16 = 404;
    pub const RESOURCE_LOCKED: u16 = 405;
    pub const PRECONDITION_FAILED: u16 = 406;
    pub const NOT_ALLOWED: u16 = 530;
}

/// Awaits a call to the broker for at most `limit`; `doing` names it in the error.
pub async fn within<T>(
    limit: Duration,
    doing: &str,
    call: impl Future<Output = lapin::Result<T>>,
) -> Result<T, BusError> {
    match tokio::time::timeout(limit, call).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(BusError::Broker(explain(doing, &error))),
        Err(_) => Err(BusError::Broker(silence(doing, limit))),
    }
}

/// The text for a broker that says nothing.
pub fn silence(doing: &str, limit: Duration) -> String {
    format!("{doing}: no answer within {} s", limit.as_secs_f32())
}

/// The text for a fault, with the remedy where there is one.
pub fn explain(doing: &str, error: &lapin::Error) -> String {
    let Some((reply_code, text)) = reply(error) else {
        return match distrusted(error) {
            Some(flaw) => format!(
                "{doing}: the broker could not prove who it is: {flaw}. Check the host in bus.url and \
                 the broker's certificate; SSL_CERT_FILE may name a file of the authorities to trust"
            ),
            None => format!("{doing}: {error}"),
        };
    };
    let remedy = match reply_code {
        code::ACCESS_REFUSED if text.contains("Login was refused") => {
            ". User or password in bus.url is wrong; `guest` may only come from the broker's own machine"
        }
        code::ACCESS_REFUSED => {
            ". Grant the user configure, write and read: rabbitmqctl set_permissions -p VHOST USER '.*' '.*' '.*'"
        }
        code::NOT_ALLOWED => {
            ". Create the vhost (rabbitmqctl add_vhost) or grant the user access to it; in bus.url, %2f is the vhost /"
        }
        code::NOT_FOUND => ". `diligence topology check` shows what is missing, `declare` makes it",
        code::PRECONDITION_FAILED => ". `diligence topology check` compares with what is wanted",
        _ => "",
    };
    format!("{doing}: {text}{remedy}")
}

fn distrusted(error: &lapin::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::IOError(error) => missing_proof(&**error),
        _ => None,
    }
}

/// The broker's reply code and text, when it is the broker that complains.
pub fn reply(error: &lapin::Error) -> Option<(u16, &str)> {
    match error.kind() {
        ErrorKind::ProtocolError(fault) => Some((fault.get_id(), fault.get_message().as_str())),
        _ => None,
    }
}

/// AMQP's short string; lapin's own conversion panics above 255 bytes.
pub fn short(text: &str) -> Result<ShortString, BusError> {
    ShortString::try_new(text).map_err(|_| {
        let start: String = text.chars().take(40).collect();
        BusError::Settings(format!(
            "the name {start}... is longer than the 255 bytes that AMQP allows"
        ))
    })
}

#[cfg(test)]
mod tests {
    use lapin::protocol::{AMQPError, AMQPErrorKind};

    use super::*;

    fn broker_says(id: u16, text: &str) -> lapin::Error {
        let kind = AMQPErrorKind::from_id(id).expect("a known code");
        ErrorKind::ProtocolError(AMQPError::new(kind, text.into())).into()
    }

    #[test]
    fn a_refused_login_points_at_the_url() {
        let text = "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN";
        let explained = explain("connecting to amqp://h:1//", &broker_says(403, text));
        assert!(explained.contains("bus.url is wrong"), "{explained}");
    }

    #[test]
    fn a_missing_vhost_says_how_to_make_it() {
        let explained = explain(
            "connecting",
            &broker_says(530, "NOT_ALLOWED - vhost x not found"),
        );
        assert!(explained.contains("add_vhost"), "{explained}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_broker_is_given_up_on() {
        let never = std::future::pending::<lapin::Result<()>>();
        let error = within(Duration::from_secs(10), "opening a channel", never)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "opening a channel: no answer within 10 s"
        );
    }

    #[test]
    fn a_name_too_long_for_amqp_is_an_error_and_no_panic() {
        assert!(short(&"k".repeat(255)).is_ok());
        assert!(matches!(
            short(&"k".repeat(256)),
            Err(BusError::Settings(_))
        ));
    }
}
