//! The relay against an outbox in memory and a bus that fails on request, on paused time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use tokio::sync::watch;

use super::*;
use crate::bus::{BusError, Handler};

/// Rows as (id, order); `sent` counts its calls.
#[derive(Default)]
struct Rows {
    unsent: Mutex<BTreeMap<i64, String>>,
    marks: watch::Sender<Vec<Vec<i64>>>,
    refuse_marks: Mutex<u32>,
}

impl Rows {
    fn of(rows: &[(i64, &str)]) -> Arc<Self> {
        let outbox = Self::default();
        outbox.add(rows);
        Arc::new(outbox)
    }

    fn add(&self, rows: &[(i64, &str)]) {
        let mut unsent = self.unsent.lock().unwrap();
        unsent.extend(rows.iter().map(|(id, order)| (*id, (*order).to_owned())));
    }

    async fn marked(&self, id: i64) {
        let mut marks = self.marks.subscribe();
        let done = |marks: &Vec<Vec<i64>>| marks.iter().flatten().any(|marked| *marked == id);
        marks.wait_for(done).await.unwrap();
    }
}

impl Outbox for Rows {
    fn unsent<'a>(&'a self, limit: usize) -> BoxFuture<'a, Result<Vec<OutboxRow>, String>> {
        let mut lowest = HashMap::new();
        for (id, order) in self.unsent.lock().unwrap().iter() {
            lowest.entry(order.clone()).or_insert(*id);
        }
        let mut ids: Vec<i64> = lowest.into_values().collect();
        ids.sort_unstable();
        let row = |id: i64| OutboxRow {
            id,
            event_id: id.to_string(),
            routing_key: "shipment.booked".into(),
            body: Bytes::new(),
        };
        let rows = ids.into_iter().take(limit).map(row).collect();
        async { Ok(rows) }.boxed()
    }

    fn sent<'a>(&'a self, ids: Vec<i64>) -> BoxFuture<'a, Result<(), String>> {
        let mut refuse = self.refuse_marks.lock().unwrap();
        if *refuse > 0 {
            *refuse -= 1;
            return async { Err("disk full".to_owned()) }.boxed();
        }
        for id in &ids {
            self.unsent.lock().unwrap().remove(id);
        }
        self.marks.send_modify(|marks| marks.push(ids));
        async { Ok(()) }.boxed()
    }
}

/// Takes an answer from each event's list before it accepts it; an event named silent never answers.
#[derive(Default)]
struct FailingBus {
    answers: Mutex<HashMap<String, Vec<PublishError>>>,
    silent: Option<&'static str>,
    published: watch::Sender<Vec<String>>,
}

impl Bus for FailingBus {
    fn consume<'a>(
        &'a self,
        _: Arc<dyn Handler>,
        _: CancellationToken,
    ) -> BoxFuture<'a, Result<(), BusError>> {
        std::future::pending().boxed()
    }

    fn publish<'a>(&'a self, event: &'a OutgoingEvent) -> BoxFuture<'a, Result<(), PublishError>> {
        self.published
            .send_modify(|published| published.push(event.event_id.clone()));
        if self.silent == Some(event.event_id.as_str()) {
            return std::future::pending().boxed();
        }
        let mut answers = self.answers.lock().unwrap();
        let next = answers.get_mut(&event.event_id).and_then(Vec::pop);
        async move { next.map_or(Ok(()), Err) }.boxed()
    }
}

fn refusing(event: &str, times: usize) -> FailingBus {
    let refusal = PublishError::Refused("a queue is full".into());
    let answers = HashMap::from([(event.to_owned(), vec![refusal; times])]);
    FailingBus {
        answers: Mutex::new(answers),
        ..FailingBus::default()
    }
}

struct Running {
    rows: Arc<Rows>,
    bus: Arc<FailingBus>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

fn run(rows: Arc<Rows>, bus: FailingBus) -> Running {
    let bus = Arc::new(bus);
    let wake = Arc::new(Notify::new());
    let stop = CancellationToken::new();
    let outbox: Arc<dyn Outbox> = rows.clone();
    let to: Arc<dyn Bus> = bus.clone();
    let relaying = relay(outbox, to, Arc::clone(&wake), Spans::none(), stop.clone());
    Running {
        rows,
        bus,
        wake,
        stop,
        task: tokio::spawn(relaying),
    }
}

impl Running {
    /// The events as they were published, after a stop.
    async fn published(self) -> Vec<String> {
        self.stop.cancel();
        self.task.await.unwrap();
        self.bus.published.borrow().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn events_of_one_order_go_out_in_order_and_of_many_together() {
    let running = run(
        Rows::of(&[(1, "a"), (2, "b"), (3, "a"), (4, "a")]),
        FailingBus::default(),
    );
    running.rows.marked(4).await;
    let marks = running.rows.marks.borrow().clone();
    assert_eq!(marks, [vec![1, 2], vec![3], vec![4]]);
    assert_eq!(running.published().await, ["1", "2", "3", "4"]);
}

#[tokio::test(start_paused = true)]
async fn a_failing_order_holds_up_its_own_events_only() {
    let running = run(
        Rows::of(&[(1, "a"), (2, "b"), (3, "a"), (4, "b")]),
        refusing("1", 3),
    );
    running.rows.marked(3).await;
    let published = running.published().await;
    assert_eq!(published, ["1", "2", "4", "1", "1", "1", "3"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_an_answer_does_not_keep_others_from_being_marked() {
    let bus = FailingBus {
        silent: Some("1"),
        ..FailingBus::default()
    };
    let running = run(Rows::of(&[(1, "a"), (2, "b"), (4, "b")]), bus);
    running.rows.marked(4).await;
    running.rows.add(&[(5, "c")]);
    running.wake.notify_one();
    running.rows.marked(5).await;
    assert_eq!(running.published().await, ["1", "2", "4", "5"]);
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_is_away_is_tried_for_all_together_with_growing_pauses() {
    let away = PublishError::Unavailable("nothing listens".into());
    let bus = FailingBus::default();
    for id in ["1", "2"] {
        let answers = vec![away.clone(); 4];
        bus.answers.lock().unwrap().insert(id.into(), answers);
    }
    let started = Instant::now();
    let running = run(Rows::of(&[(1, "a"), (2, "b")]), bus);
    running.rows.marked(2).await;
    // 200, 400, 800 and 1600 ms, each at least half of it
    assert!(started.elapsed() >= Duration::from_millis(1500));
    assert_eq!(running.published().await.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_marked_is_marked_again_and_not_published_again() {
    let rows = Rows::of(&[(1, "a")]);
    *rows.refuse_marks.lock().unwrap() = 3;
    let running = run(rows, FailingBus::default());
    running.rows.marked(1).await;
    assert_eq!(running.published().await, ["1"]);
}

#[tokio::test(start_paused = true)]
async fn new_events_are_found_without_a_wake_up_too() {
    let running = run(Rows::of(&[]), FailingBus::default());
    tokio::time::advance(Duration::from_millis(300)).await;
    running.rows.add(&[(7, "a")]);
    running.rows.marked(7).await;
    assert_eq!(running.published().await, ["7"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_flushes_what_is_left() {
    let rows = Rows::of(&[(1, "a"), (2, "a"), (3, "a")]);
    let running = run(Arc::clone(&rows), refusing("2", 2));
    assert_eq!(running.published().await, ["1", "2", "2", "2", "3"]);
    assert!(rows.unsent.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_ever() {
    let rows = Rows::of(&[(1, "a")]);
    let running = run(Arc::clone(&rows), refusing("1", 1_000));
    let started = Instant::now();
    running.published().await;
    assert_eq!(started.elapsed(), FLUSH_LIMIT);
    assert_eq!(rows.unsent.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn more_than_one_round_goes_out_without_a_pause() {
    let orders: Vec<String> = (0..2_000).map(|order| order.to_string()).collect();
    let rows: Vec<(i64, &str)> = (0..).zip(orders.iter().map(String::as_str)).collect();
    let started = Instant::now();
    let running = run(Rows::of(&rows), FailingBus::default());
    running.rows.marked(1_999).await;
    assert_eq!(running.rows.marks.borrow().len(), 4);
    assert_eq!(started.elapsed(), Duration::ZERO);
    running.published().await;
}
