//! Every mode on loopback, before a server that answers `question` by `an answer of 22 bytes.`.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const QUESTION: &[u8] = b"question";
const ANSWER: &[u8] = b"an answer of 22 bytes.";

/// A server that counts the questions it got, and a proxy before it.
async fn start() -> (Proxy, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let proxy = Proxy::start(listener.local_addr().expect("address"));
    let questions = Arc::new(AtomicUsize::new(0));
    let count = questions.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("accepted");
            let count = count.clone();
            tokio::spawn(async move {
                let mut question = [0; QUESTION.len()];
                while stream.read_exact(&mut question).await.is_ok() {
                    count.fetch_add(1, Ordering::SeqCst);
                    if stream.write_all(ANSWER).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (proxy.await.expect("started"), questions)
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect(proxy.addr()).await.expect("connected")
}

async fn ask(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    stream.write_all(QUESTION).await?;
    let mut answer = vec![0; ANSWER.len()];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// Reads what still comes, and how it ends.
async fn rest(stream: &mut TcpStream) -> (Vec<u8>, io::Result<usize>) {
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).await;
    (answer, end)
}

fn is_reset(end: &io::Result<usize>) -> bool {
    end.as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
}

#[tokio::test]
async fn it_passes_questions_and_answers_on_one_connection() {
    let (proxy, questions) = start().await;
    let mut stream = connect(&proxy).await;
    for _ in 0..3 {
        assert_eq!(ask(&mut stream).await.expect("answered"), ANSWER);
    }
    assert_eq!(questions.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn refusing_closes_the_port_resets_open_connections_and_can_be_undone() {
    let (proxy, questions) = start().await;
    let mut open = connect(&proxy).await;
    ask(&mut open).await.expect("answered");
    proxy.set(Mode::Refuse).await.expect("closed");
    let refused = TcpStream::connect(proxy.addr()).await.expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert!(is_reset(&rest(&mut open).await.1));
    proxy.set(Mode::Pass).await.expect("open again");
    ask(&mut connect(&proxy).await).await.expect("answered");
    assert_eq!(questions.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_reset_happens_before_upstream_hears_of_it() {
    let (proxy, questions) = start().await;
    let mut kept = connect(&proxy).await;
    ask(&mut kept).await.expect("answered");
    proxy.set(Mode::Reset).await.expect("set");
    for stream in [&mut kept, &mut connect(&proxy).await] {
        assert!(ask(stream).await.is_err());
    }
    proxy.set(Mode::Pass).await.expect("set");
    ask(&mut connect(&proxy).await).await.expect("answered");
    assert_eq!(questions.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_request_arrives_and_its_answer_is_lost_in_a_reset() {
    let (proxy, questions) = start().await;
    proxy.set(Mode::ResetAfterRequest).await.expect("set");
    let mut stream = connect(&proxy).await;
    stream.write_all(QUESTION).await.expect("sent");
    let (answer, end) = rest(&mut stream).await;
    assert!(answer.is_empty() && is_reset(&end));
    assert_eq!(questions.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_black_hole_lets_nothing_through_and_the_connection_stays_blind() {
    let (proxy, questions) = start().await;
    proxy.set(Mode::Blackhole).await.expect("set");
    let mut stream = connect(&proxy).await;
    stream.write_all(QUESTION).await.expect("sent");
    proxy.swallowed(8).await;
    proxy.set(Mode::Pass).await.expect("set");
    stream.write_all(QUESTION).await.expect("sent");
    proxy.swallowed(16).await;
    proxy.set(Mode::Refuse).await.expect("set");
    assert!(rest(&mut stream).await.0.is_empty());
    assert_eq!(questions.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_request_arrives_and_its_answer_never_comes() {
    let (proxy, questions) = start().await;
    proxy.set(Mode::ForwardThenBlackhole).await.expect("set");
    let mut stream = connect(&proxy).await;
    stream.write_all(QUESTION).await.expect("sent");
    proxy.swallowed(22).await;
    assert_eq!(questions.load(Ordering::SeqCst), 1);
    let mut byte = [0];
    let nothing = stream.try_read(&mut byte).expect_err("nothing to read");
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    proxy.set(Mode::Refuse).await.expect("set");
    assert!(rest(&mut stream).await.0.is_empty());
}

#[tokio::test]
async fn an_answer_in_drops_arrives_whole_and_late() {
    let (proxy, _) = start().await;
    let every = Duration::from_millis(5);
    let drip = Mode::Drip { bytes: 6, every };
    proxy.set(drip).await.expect("set");
    let mut stream = connect(&proxy).await;
    let asked = std::time::Instant::now();
    assert_eq!(ask(&mut stream).await.expect("answered"), ANSWER);
    assert!(asked.elapsed() >= 4 * every);
}

#[tokio::test]
async fn half_an_answer_ends_without_an_error() {
    let (proxy, questions) = start().await;
    proxy.set(Mode::CutAfter { bytes: 9 }).await.expect("set");
    let mut stream = connect(&proxy).await;
    stream.write_all(QUESTION).await.expect("sent");
    let (answer, end) = rest(&mut stream).await;
    assert_eq!(answer, b"an answer");
    assert_eq!(end.expect("closed"), 9);
    assert_eq!(questions.load(Ordering::SeqCst), 1);
}
