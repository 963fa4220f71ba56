//! Connecting: the hosts of `[bus] url` or `urls`, one after the other.
//!
//! lapin takes one address per connection and would wait for a handshake for ever, so rotation and
//! time-outs are ours. URLs hold a password: only `Host::shown` ever leaves this file.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};
use secrecy::{ExposeSecret, SecretString};

use super::fault::within;
use crate::bus::BusError;
use crate::config;

/// The brokers of one cluster.
pub struct Hosts {
    hosts: Vec<Host>,
    next: AtomicUsize,
    limit: Duration,
}

struct Host {
    uri: AMQPUri,
    /// `amqp://host:port/vhost`
    shown: String,
}

impl Hosts {
    /// Reads the addresses; the heartbeat of the settings stands unless a URL has its own.
    pub fn new(settings: &config::Bus) -> Result<Self, BusError> {
        let addresses = settings.url.iter().chain(&settings.urls);
        let hosts = addresses
            .map(|url| Host::new(url, settings.heartbeat_s))
            .collect::<Result<Vec<_>, _>>()?;
        if hosts.is_empty() {
            return Err(BusError::Settings(
                "[bus] names no broker: set url, or urls for a cluster".into(),
            ));
        }
        Ok(Self {
            hosts,
            next: AtomicUsize::new(0),
            limit: Duration::from_millis(settings.timeout_ms),
        })
    }

    /// Connections with frames of at most so many bytes, unless a URL says so itself. lapin keeps room for
    /// 64 frames on each connection, 8 MiB with the broker's usual 128 KiB. A message's properties have to
    /// fit in one frame, its body need not: only for messages whose properties are ours.
    pub fn with_frames_of(mut self, bytes: u32) -> Self {
        for host in &mut self.hosts {
            host.uri.query.frame_max.get_or_insert(bytes);
        }
        self
    }

    /// Tries each host once, beginning after the one tried last; gives the last error.
    pub async fn connect(&self, name: &str) -> Result<Connection, BusError> {
        let mut last = None;
        for _ in &self.hosts {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.hosts.len();
            let Some(host) = self.hosts.get(turn) else {
                continue;
            };
            match host.connect(name, self.limit).await {
                Ok(connection) => return Ok(connection),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| BusError::Settings("[bus] names no broker".into())))
    }
}

impl Host {
    fn new(url: &SecretString, heartbeat_s: u16) -> Result<Self, BusError> {
        // The parser's own error repeats the URL, password included.
        let mut uri: AMQPUri = url.expose_secret().parse().map_err(|_| {
            BusError::Settings(
                "[bus] url is not of the form amqp://user:password@host:port/vhost \
                 (reserved characters percent-encoded: %2f is the vhost /)"
                    .into(),
            )
        })?;
        if uri.scheme == AMQPScheme::AMQPS && !cfg!(feature = "amqps") {
            return Err(BusError::Settings(
                "[bus] url is amqps, but this program was built without the feature amqps".into(),
            ));
        }
        uri.query.heartbeat.get_or_insert(heartbeat_s);
        let shown = format!(
            "{}://{}:{}/{}",
            uri.scheme, uri.authority.host, uri.authority.port, uri.vhost
        );
        Ok(Self { uri, shown })
    }

    async fn connect(&self, name: &str, limit: Duration) -> Result<Connection, BusError> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let doing = format!("connecting to {}", self.shown);
        let connecting = Connection::connect_uri(self.uri.clone(), properties);
        within(limit, &doing, connecting).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(urls: &[&str]) -> config::Bus {
        config::Bus {
            urls: urls.iter().map(|url| SecretString::from(*url)).collect(),
            timeout_ms: 2_000,
            ..config::Bus::default()
        }
    }

    #[test]
    fn no_error_repeats_the_password() {
        for url in [
            "amqp://shop:hunter2@ho st/x",
            "shop:hunter2",
            "http://shop:hunter2@h/",
        ] {
            let error = Hosts::new(&settings(&[url])).err().expect("refused");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_host_is_shown_without_user_and_password() {
        let hosts = Hosts::new(&settings(&["amqp://shop:hunter2@mq1:5673/prod"])).unwrap();
        assert_eq!(hosts.hosts[0].shown, "amqp://mq1:5673/prod");
        assert_eq!(hosts.hosts[0].uri.query.heartbeat, Some(10));
    }

    #[test]
    fn shorter_frames_stand_unless_the_url_says_so_itself() {
        let urls = ["amqp://mq1", "amqp://mq2?frame_max=65536"];
        let hosts = Hosts::new(&settings(&urls)).unwrap().with_frames_of(8192);
        let frames = hosts.hosts.iter().map(|host| host.uri.query.frame_max);
        assert_eq!(frames.collect::<Vec<_>>(), [Some(8192), Some(65536)]);
    }

    #[test]
    fn no_broker_at_all_is_a_fault_of_the_settings() {
        assert!(matches!(
            Hosts::new(&settings(&[])),
            Err(BusError::Settings(_))
        ));
    }

    #[tokio::test]
    async fn every_host_is_tried_and_the_last_one_named() {
        // Bound and dropped: nothing listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let first = format!("amqp://127.0.0.1:{port}/one");
        let second = format!("amqp://127.0.0.1:{port}/two");
        let hosts = Hosts::new(&settings(&[&first, &second])).unwrap();
        let error = hosts.connect("test").await.unwrap_err().to_string();
        assert!(error.contains("/two"), "{error}");
        assert_eq!(hosts.next.load(Ordering::Relaxed), 2);
    }
}
