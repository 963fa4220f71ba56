//! The end of a service: SIGTERM or Ctrl-C asks it to drain. A second one does not hurry it:
//! what is on the wire is worth waiting for.

use tokio_util::sync::CancellationToken;
use tracing::info;

/// A token that is cancelled by SIGTERM or SIGINT.
///
/// # Errors
/// When the signals cannot be watched.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        info!("asked to stop: nothing new is taken, what is on the wire is finished");
        asked.cancel();
    });
    Ok(stop)
}
