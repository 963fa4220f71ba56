//! How full our queues are, and whether somebody takes from them. Looks at the broker's own counts;
//! no message is touched.

use std::time::Duration;

use lapin::Connection;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;

use super::Hosts;
use super::fault::{code, explain, reply, short, silence};
use crate::bus::BusError;
use crate::config;

/// A queue as the broker counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Depth {
    /// Messages that wait.
    pub messages: u32,
    /// Who takes from it.
    pub consumers: u32,
}

/// Our queues; none: there is no such queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Depths {
    /// Orders that come in.
    pub orders: Option<Depth>,
    /// Messages that nobody could read.
    pub dead: Option<Depth>,
    /// Events that nobody was bound to.
    pub unrouted: Option<Depth>,
}

/// Asks the broker.
///
/// # Errors
/// When it cannot be reached, or does not let us look.
pub async fn depths(settings: &config::Bus) -> Result<Depths, BusError> {
    let limit = Duration::from_millis(settings.timeout_ms);
    let connection = Hosts::new(settings)?.connect("diligence status").await?;
    let look = async |queue| depth(&connection, queue, limit).await;
    Ok(Depths {
        orders: look(&settings.orders_queue).await?,
        dead: look(&settings.dead_queue).await?,
        unrouted: look(&settings.unrouted_queue).await?,
    })
}

/// A queue that is not there closes the channel, so each look has its own.
async fn depth(
    connection: &Connection,
    queue: &str,
    limit: Duration,
) -> Result<Option<Depth>, BusError> {
    let doing = format!("looking at the queue {queue}");
    let name = short(queue)?;
    let looking = async {
        let channel = connection.create_channel().await?;
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        channel
            .queue_declare(name, options, FieldTable::default())
            .await
    };
    match tokio::time::timeout(limit, looking).await {
        Ok(Ok(queue)) => Ok(Some(Depth {
            messages: queue.message_count(),
            consumers: queue.consumer_count(),
        })),
        Ok(Err(error)) if reply(&error).is_some_and(|(said, _)| said == code::NOT_FOUND) => {
            Ok(None)
        }
        Ok(Err(error)) => Err(BusError::Broker(explain(&doing, &error))),
        Err(_) => Err(BusError::Broker(silence(&doing, limit))),
    }
}
