//! Declaring and checking on a real broker.

use super::*;
use crate::bus::topology::{State, Thing, check, declare};

fn states(things: &[Thing]) -> Vec<&State> {
    things.iter().map(|thing| &thing.state).collect()
}

#[tokio::test]
async fn what_is_missing_is_declared_once_and_then_agrees() {
    let broker = Broker::bare().await;
    let before = check(&broker.settings).await.unwrap();
    assert!(
        before
            .things
            .iter()
            .all(|thing| thing.state == State::Missing)
    );
    let first = declare(&broker.settings).await.unwrap();
    assert_eq!(first.complaint(), None);
    assert_eq!(states(&first.things)[0], &State::Declared);
    let second = declare(&broker.settings).await.unwrap();
    assert!(
        second
            .things
            .iter()
            .all(|thing| thing.state == State::Exists)
    );
    let after = check(&broker.settings).await.unwrap();
    assert!(
        after
            .things
            .iter()
            .all(|thing| thing.state == State::Exists)
    );
    assert_eq!(after.things.len(), before.things.len());
}

#[tokio::test]
async fn a_queue_with_other_arguments_is_named_with_the_remedy_and_left_alone() {
    let broker = Broker::bare().await;
    let queue = broker.classic_orders_queue().await;
    let complaint = declare(&broker.settings)
        .await
        .unwrap()
        .complaint()
        .unwrap();
    assert!(complaint.contains(queue), "{complaint}");
    assert!(complaint.contains("topology check"), "{complaint}");
    let checked = check(&broker.settings).await.unwrap();
    let found = checked.things.iter().find(|thing| thing.name == queue);
    assert!(matches!(found.unwrap().state, State::Differs(_)));
}

#[tokio::test]
async fn a_missing_vhost_is_said_so() {
    let broker = Broker::bare().await;
    let nowhere = broker_url().replace("%2f", "no-such-vhost");
    let settings = config::Bus {
        url: Some(SecretString::from(nowhere)),
        ..broker.settings.clone()
    };
    let error = check(&settings).await.unwrap_err().to_string();
    assert!(error.contains("no-such-vhost"), "{error}");
    assert!(error.contains("add_vhost"), "{error}");
    assert!(!error.contains("guest:"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_said_so_and_not_repeated() {
    let broker = Broker::bare().await;
    let settings = config::Bus {
        url: Some(broker_url().replace(":guest@", ":hunter2@").into()),
        ..broker.settings.clone()
    };
    let error = check(&settings).await.unwrap_err().to_string();
    assert!(
        error.contains("User or password in bus.url is wrong"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}
