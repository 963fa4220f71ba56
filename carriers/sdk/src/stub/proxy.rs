//! A TCP proxy for the faults below HTTP, which a stub server cannot make: nothing listens, the
//! answer is lost, comes in drops, or breaks off.
//!
//! It knows no HTTP: bytes from the client are the request, bytes from upstream the answer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

mod connection;

/// What the proxy does with every connection, open ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Lets everything through.
    Pass,
    /// Listens no more: connecting is refused. Open connections are reset.
    Refuse,
    /// Accepts, then resets before a byte reaches upstream.
    Reset,
    /// Lets the request through, and resets when its answer begins: the answer is lost.
    ResetAfterRequest,
    /// Accepts and reads; nothing reaches upstream, nothing comes back.
    Blackhole,
    /// Lets the request through and swallows its answer; the connection stays open.
    ForwardThenBlackhole,
    /// Lets the answer through in drops.
    Drip {
        /// Bytes at a time.
        bytes: usize,
        /// Time between two drops.
        every: Duration,
    },
    /// Closes after so many bytes of the connection's answers.
    CutAfter {
        /// How many bytes get through.
        bytes: usize,
    },
}

/// A running proxy on a free port of loopback; it stops, and resets nothing, when dropped.
pub struct Proxy {
    address: SocketAddr,
    changes: mpsc::Sender<Change>,
    swallowed: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

struct Change {
    mode: Mode,
    done: oneshot::Sender<io::Result<()>>,
}

impl Proxy {
    /// Starts in [`Mode::Pass`].
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn start(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (changes, wanted) = mpsc::channel(1);
        let (mode, _) = watch::channel(Mode::Pass);
        let (swallowing, swallowed) = watch::channel(0);
        let house = House {
            address,
            upstream,
            mode,
            swallowing,
            wanted,
        };
        let task = tokio::spawn(house.run(listener));
        Ok(Self {
            address,
            changes,
            swallowed,
            task,
        })
    }

    /// Where clients connect.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Changes the mode. When this returns, the port is closed ([`Mode::Refuse`]) or open again,
    /// and no further byte is treated in the old way, but for a drop that is on its way.
    ///
    /// # Errors
    /// When the port, closed by [`Mode::Refuse`], was taken by another process meanwhile.
    pub async fn set(&self, mode: Mode) -> io::Result<()> {
        let (done, answer) = oneshot::channel();
        let change = Change { mode, done };
        let gone = || io::Error::other("the proxy has stopped");
        self.changes.send(change).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Waits until at least so many bytes were swallowed since the start, in either direction: the
    /// moment to let the client die, when its answer has certainly been given and lost.
    pub async fn swallowed(&self, bytes: u64) {
        let mut swallowed = self.swallowed.clone();
        // an error means that the proxy has stopped: nothing more will be swallowed
        _ = swallowed.wait_for(|count| *count >= bytes).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The task that owns the listener and every connection.
struct House {
    address: SocketAddr,
    upstream: SocketAddr,
    mode: watch::Sender<Mode>,
    swallowing: watch::Sender<u64>,
    wanted: mpsc::Receiver<Change>,
}

impl House {
    async fn run(mut self, listener: TcpListener) {
        let mut listener = Some(listener);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                change = self.wanted.recv() => {
                    let Some(Change { mode, done }) = change else { return };
                    self.mode.send_replace(mode);
                    // whoever asked may have given up waiting
                    _ = done.send(self.open_or_close(&mut listener).await);
                }
                client = accept(listener.as_ref()) => {
                    let mode = self.mode.subscribe();
                    let swallowing = self.swallowing.clone();
                    connections.spawn(connection::run(client, self.upstream, mode, swallowing));
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn open_or_close(&self, listener: &mut Option<TcpListener>) -> io::Result<()> {
        if *self.mode.borrow() == Mode::Refuse {
            *listener = None;
        } else if listener.is_none() {
            *listener = Some(TcpListener::bind(self.address).await?);
        }
        Ok(())
    }
}

/// The next client; never, while nothing listens.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        // a client that is gone before it was accepted is no fault of the listener
        if let Ok((client, _)) = listener.accept().await {
            return client;
        }
    }
}

#[cfg(test)]
mod tests;
