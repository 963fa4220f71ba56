//! The file bus: the conformance suite, and what only files do.

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::*;
use crate::bus::conformance::clerk::Clerk;
use crate::bus::conformance::{Stage, suite};

struct Files {
    folder: tempfile::TempDir,
    read: AtomicUsize,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            read: AtomicUsize::new(0),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn write_orders(&self, text: &str) {
        std::fs::write(self.path("orders"), text).unwrap();
    }

    async fn read_all(&self, handler: Arc<Clerk>) -> Result<(), BusError> {
        self.bus().consume(handler, CancellationToken::new()).await
    }
}

impl Stage for Files {
    fn bus(&self) -> Arc<dyn Bus> {
        Arc::new(FileBus::new(
            self.path("orders"),
            Some(self.path("events")),
            self.path("dead"),
        ))
    }

    async fn put(&self, order: &str) {
        let mut orders = self.lines("orders");
        orders.push(order.to_owned());
        self.write_orders(&orders.join("\n"));
    }

    async fn event(&self) -> String {
        let next = self.read.fetch_add(1, Ordering::SeqCst);
        self.lines("events")[next].clone()
    }

    async fn dead(&self) -> (String, Option<String>, String) {
        let line: Value = loop {
            match self.lines("dead").first() {
                Some(line) => break serde_json::from_str(line).unwrap(),
                None => tokio::task::yield_now().await,
            }
        };
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        (text("reason").unwrap(), text("path"), text("body").unwrap())
    }
}

#[tokio::test]
async fn files_are_a_bus() {
    suite(&Files::new()).await;
}

#[tokio::test]
async fn a_dead_line_is_kept_with_its_number_and_blank_lines_count() {
    let files = Files::new();
    files.write_orders("1\n\nnot json\n2\n");
    let clerk = Clerk::new(|order, _| match order {
        "not json" => Verdict::Dead {
            reason: "expected an object".into(),
            path: None,
        },
        _ => Verdict::Durable,
    });
    files.read_all(Arc::clone(&clerk)).await.unwrap();
    let kept: Value = serde_json::from_str(&files.lines("dead")[0]).unwrap();
    assert_eq!(kept["line"], 3);
    assert_eq!(kept["body"], "not json");
    assert_eq!(clerk.times("2"), 1);
    let mode = std::fs::metadata(files.path("dead")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600, "an address may stand in it");
}

#[tokio::test]
async fn run_again_it_reads_everything_again_and_appends() {
    let files = Files::new();
    files.write_orders("1\n2");
    let clerk = Clerk::new(|_, _| Verdict::Durable);
    for run in ["first", "second"] {
        files.read_all(Arc::clone(&clerk)).await.unwrap();
        let told = crate::bus::conformance::event(run, "shipment.booked");
        files.bus().publish(&told).await.unwrap();
    }
    assert_eq!(clerk.times("2"), 2);
    assert_eq!(files.lines("events").len(), 2);
}

#[tokio::test]
async fn a_missing_orders_file_is_named() {
    let clerk = Clerk::new(|_, _| Verdict::Durable);
    let error = Files::new().read_all(clerk).await.unwrap_err();
    assert!(matches!(error, BusError::File(_)));
    assert!(error.to_string().contains("/orders"), "{error}");
}

#[test]
fn a_bare_line_says_itself_what_it_is_and_an_envelope_is_left_to_the_decoder() {
    let types = |line: &'static str| {
        let delivery = delivery(&Bytes::from_static(line.as_bytes()));
        (delivery.amqp_type, delivery.routing_key)
    };
    let untyped = (None, "order.paid".to_owned());
    let bare_order = r#"{"order_id":"1","recipient":{"type":"private"}}"#;
    assert_eq!(types(bare_order), untyped);
    let cancelled = r#"{"type":"order.cancelled","order_id":"1"}"#;
    assert_eq!(types(cancelled).0.as_deref(), Some("order.cancelled"));
    let envelope = r#"{"specversion":"1.0","type":"order.cancelled","data":{}}"#;
    assert_eq!(types(envelope), untyped);
    assert_eq!(types("no json"), untyped);
}
