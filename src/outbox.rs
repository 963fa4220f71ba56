//! Placeholder until the relay lands.
use bytes::Bytes;
use futures_util::future::BoxFuture;
/// See the relay.
pub trait Outbox: Send + Sync {
    fn unsent<'a>(&'a self, limit: usize) -> BoxFuture<'a, Result<Vec<OutboxRow>, String>>;
    fn sent<'a>(&'a self, ids: Vec<i64>) -> BoxFuture<'a, Result<(), String>>;
}
/// A row.
pub struct OutboxRow {
    pub id: i64,
    pub event_id: String,
    pub routing_key: String,
    pub body: Bytes,
}
