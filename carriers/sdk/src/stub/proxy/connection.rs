//! One connection through the proxy. The mode is looked up for every piece that arrives, so a
//! connection that a client keeps alive feels a change of mode too.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::Mode;

/// What is to become of a connection.
enum Fate {
    Goes,
    Closes,
    Resets,
}

/// Carries bytes both ways until the mode, or one of the sides, ends it.
pub(super) async fn run(
    client: TcpStream,
    upstream: SocketAddr,
    mut mode: watch::Receiver<Mode>,
    swallowing: watch::Sender<u64>,
) {
    if matches!(*mode.borrow_and_update(), Mode::Reset | Mode::Refuse) {
        return reset(&client);
    }
    let Ok(upstream) = TcpStream::connect(upstream).await else {
        return reset(&client);
    };
    let mut connection = Connection {
        client,
        upstream,
        mode,
        swallowing,
        answered: 0,
        blind: false,
    };
    // an error on either side ends both: that is what the other side would see without a proxy
    if matches!(connection.carry().await, Ok(Fate::Resets)) {
        reset(&connection.client);
    }
}

/// Makes the close that follows a reset: not so with split halves, whose drop sends an orderly end. A socket that refuses the option is closed all the same.
fn reset(client: &TcpStream) {
    _ = client.set_zero_linger();
}

struct Connection {
    client: TcpStream,
    upstream: TcpStream,
    mode: watch::Receiver<Mode>,
    swallowing: watch::Sender<u64>,
    answered: usize,
    /// A connection that lost a piece of a message makes no sense again, whatever the mode.
    blind: bool,
}

impl Connection {
    async fn carry(&mut self) -> io::Result<Fate> {
        let (mut asked, mut answer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
        let mut upstream_open = true;
        loop {
            let fate = tokio::select! {
                changed = self.mode.changed() => match changed {
                    Ok(()) if *self.mode.borrow_and_update() == Mode::Refuse => Fate::Resets,
                    Ok(()) => Fate::Goes,
                    Err(_) => Fate::Closes,
                },
                size = self.client.read(&mut asked) => {
                    match asked.get(..size?) {
                        None | Some([]) => Fate::Closes,
                        Some(piece) => self.ask(piece).await?,
                    }
                }
                size = self.upstream.read(&mut answer), if upstream_open => {
                    match answer.get(..size?) {
                        None | Some([]) => {
                            upstream_open = false;
                            if self.blind { Fate::Goes } else { Fate::Closes }
                        }
                        Some(piece) => self.answer(piece).await?,
                    }
                }
            };
            if !matches!(fate, Fate::Goes) {
                return Ok(fate);
            }
        }
    }

    async fn ask(&mut self, piece: &[u8]) -> io::Result<Fate> {
        let mode = *self.mode.borrow();
        match mode {
            Mode::Refuse | Mode::Reset => return Ok(Fate::Resets),
            Mode::Blackhole => self.swallow(piece),
            _ if self.blind => self.swallow(piece),
            _ => self.upstream.write_all(piece).await?,
        }
        Ok(Fate::Goes)
    }

    async fn answer(&mut self, piece: &[u8]) -> io::Result<Fate> {
        let mode = *self.mode.borrow();
        match mode {
            Mode::Refuse | Mode::Reset | Mode::ResetAfterRequest => return Ok(Fate::Resets),
            Mode::Blackhole | Mode::ForwardThenBlackhole => self.swallow(piece),
            _ if self.blind => self.swallow(piece),
            Mode::Pass => self.client.write_all(piece).await?,
            Mode::Drip { bytes, every } => {
                for drop in piece.chunks(bytes.max(1)) {
                    tokio::time::sleep(every).await;
                    self.client.write_all(drop).await?;
                }
            }
            Mode::CutAfter { bytes } => {
                let left = bytes.saturating_sub(self.answered);
                let through = piece.get(..left).unwrap_or(piece);
                self.client.write_all(through).await?;
                if through.len() < piece.len() {
                    return Ok(Fate::Closes);
                }
            }
        }
        self.answered += piece.len();
        Ok(Fate::Goes)
    }

    fn swallow(&mut self, piece: &[u8]) {
        self.blind = true;
        let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.swallowing
            .send_modify(|count| *count = count.saturating_add(size));
    }
}
