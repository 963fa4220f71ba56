//! A handler for tests: it gives verdicts by a rule, remembers what it saw, and can be made to dwell
//! on an order.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{Semaphore, watch};

use crate::bus::{Delivery, Handler, Verdict};

type Rule = dyn Fn(&str, usize) -> Verdict + Send + Sync;

/// Its rule is given the order and how often it has been seen, this time included.
pub struct Clerk {
    rule: Box<Rule>,
    seen: watch::Sender<HashMap<String, usize>>,
    dwells_on: Option<&'static str>,
    released: Semaphore,
    not_ready: AtomicUsize,
    in_vain: AtomicUsize,
}

impl Clerk {
    pub fn new(rule: impl Fn(&str, usize) -> Verdict + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self::dwelling(None, rule))
    }

    /// Everything is durable, but the batch with `order` in it is not done before [`Self::release`].
    pub fn dwelling_on(order: &'static str) -> Arc<Self> {
        Arc::new(Self::dwelling(Some(order), |_, _| Verdict::Durable))
    }

    fn dwelling(
        dwells_on: Option<&'static str>,
        rule: impl Fn(&str, usize) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self {
            rule: Box::new(rule),
            seen: watch::Sender::default(),
            dwells_on,
            released: Semaphore::new(0),
            not_ready: AtomicUsize::new(0),
            in_vain: AtomicUsize::new(0),
        }
    }

    /// From now on the dwelling is over, also for repeats.
    pub fn release(&self) {
        self.released.close();
    }

    /// The next so many questions whether it is ready are answered with no.
    pub fn refuse_to_be_ready(&self, times: usize) {
        self.not_ready.store(times, Ordering::SeqCst);
    }

    pub fn ready_in_vain(&self) -> usize {
        self.in_vain.load(Ordering::SeqCst)
    }

    pub async fn seen_times(&self, order: &str, times: usize) {
        let mut seen = self.seen.subscribe();
        let enough = |seen: &HashMap<String, usize>| seen.get(order).copied() >= Some(times);
        seen.wait_for(enough).await.expect("the clerk lives");
    }

    pub fn times(&self, order: &str) -> usize {
        self.seen.borrow().get(order).copied().unwrap_or(0)
    }

    fn note(&self, order: &str) -> usize {
        let mut times = 0;
        self.seen.send_modify(|seen| {
            let count = seen.entry(order.to_owned()).or_default();
            *count += 1;
            times = *count;
        });
        times
    }
}

impl Handler for Clerk {
    fn handle<'a>(&'a self, batch: Vec<Delivery>) -> BoxFuture<'a, Vec<Verdict>> {
        async move {
            let orders: Vec<_> = batch
                .iter()
                .map(|delivery| String::from_utf8_lossy(&delivery.body).into_owned())
                .collect();
            let times: Vec<_> = orders.iter().map(|order| self.note(order)).collect();
            if orders
                .iter()
                .any(|order| Some(order.as_str()) == self.dwells_on)
            {
                // Only ever ends by being closed.
                _ = self.released.acquire().await;
            }
            let verdict = |(order, times): (&String, usize)| (self.rule)(order, times);
            orders.iter().zip(times).map(verdict).collect()
        }
        .boxed()
    }

    fn ready<'a>(&'a self) -> BoxFuture<'a, bool> {
        let less = |left: usize| left.checked_sub(1);
        let refused = self
            .not_ready
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok();
        if refused {
            self.in_vain.fetch_add(1, Ordering::SeqCst);
        }
        async move { !refused }.boxed()
    }
}
