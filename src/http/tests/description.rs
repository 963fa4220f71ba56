//! The description of the routes, and the copy of it that is kept.

use super::Counter;

const KEPT: &str = include_str!("../../../docs/openapi.json");

#[tokio::test]
async fn the_kept_description_is_the_one_that_is_served() {
    let counter = Counter::open().await;
    let answer = counter.get("/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    if answer.text() != KEPT {
        let place = std::env::temp_dir().join("diligence-openapi.json");
        std::fs::write(&place, answer.text()).expect("a file");
        panic!(
            "docs/openapi.json is out of date: copy {} there",
            place.display()
        );
    }
}

#[tokio::test]
async fn every_route_is_described_and_only_labels_want_the_token() {
    let counter = Counter::open().await;
    let described = counter.get("/openapi.json").await.json();
    let paths = described["paths"].as_object().expect("paths");
    let names: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["/healthz", "/metrics", "/readyz", "/v1/labels/{id}"]
    );
    for (path, methods) in paths {
        let secured = methods["get"].get("security").is_some();
        assert_eq!(secured, path == "/v1/labels/{id}", "{path}");
    }
}
