//! `/openapi.json` and `/docs`.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::Value;
use testkit::app::Database;

use crate::support::start;

/// Every call of the API, by path.
const CALLS: &[(&str, &str)] = &[
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/v1/auth/logout", "post"),
    ("/v1/auth/google", "post"),
    ("/v1/auth/methods", "get"),
    ("/v1/auth/refresh", "post"),
    ("/v1/auth/telegram", "post"),
    ("/v1/me", "delete get"),
    ("/v1/me/devices", "get"),
    ("/v1/me/devices/{id}", "delete"),
    ("/v1/me/export", "get"),
    ("/v1/me/google", "delete get"),
    ("/v1/me/profile", "put"),
    ("/v1/me/push-subscriptions", "post"),
    ("/v1/me/push-subscriptions/{id}", "delete"),
    ("/v1/me/subscription", "get"),
    ("/v1/messages/{id}/regenerate", "post"),
    ("/v1/messages/{id}/stop", "post"),
    ("/v1/messages/{id}/stream", "get"),
    ("/v1/plans", "get"),
    ("/v1/push", "get"),
    ("/v1/sessions", "get post"),
    ("/v1/sessions/{id}", "delete get patch"),
    ("/v1/sessions/{id}/end", "post"),
    ("/v1/sessions/{id}/messages", "get post"),
    ("/v1/users", "post"),
];

/// All values of `$ref` in a document.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[rstest]
#[tokio::test]
async fn the_document_describes_every_call(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (status, headers, document) = app.get("/openapi.json").await;
    assert_eq!((status.as_u16(), headers["content-type"].to_str().unwrap()), (200, "application/json"));
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for (path, methods) in CALLS {
        for method in methods.split(' ') {
            assert!(document["paths"][path][method].is_object(), "{method} {path}");
        }
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let call = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{call}: {id} is taken");
            assert!(operation["summary"].is_string(), "{call}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{call}");
            for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{call} {status}");
                assert!(!response["description"].as_str().unwrap().is_empty(), "{call} {status}");
            }
            let is_open = operation["security"].is_array();
            let takes_tokens = !is_open || ["/v1/auth/refresh", "/v1/auth/google"].contains(&path.as_str());
            assert_eq!(responses.contains_key("401"), takes_tokens, "{call}");
            let declared: BTreeSet<_> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .iter()
                .filter(|p| p["in"] == "path")
                .map(|p| p["name"].as_str().unwrap())
                .collect();
            assert_eq!(declared.contains("id"), path.contains("{id}"), "{call}");
        }
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[rstest]
#[tokio::test]
async fn the_command_prints_the_same_document(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let ran = app.run(&["openapi"]).await.unwrap();
    assert!(ran.success, "{}", ran.stderr);
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed, app.get("/openapi.json").await.2);
}

#[rstest]
#[tokio::test]
async fn the_pages_load_nothing_from_elsewhere(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (status, headers, page) = app.get("/docs/").await;
    assert_eq!(status, 200);
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && !policy.contains("http"), "{policy}");
    let page = page.as_str().unwrap();
    let mut loaded = 0;
    for attribute in ["src=\"", "href=\""] {
        for rest in page.split(attribute).skip(1) {
            let address = rest.split('"').next().unwrap();
            assert!(!address.contains("//"), "{address}");
            let (status, _, body) = app.get(&format!("/docs/{}", address.trim_start_matches("./"))).await;
            assert_eq!(status, 200, "{address}");
            assert!(body.as_str().is_none_or(|text| !text.is_empty()));
            loaded += 1;
        }
    }
    assert!(loaded >= 3, "{page}");
    let (_, _, start) = app.get("/docs/swagger-initializer.js").await;
    assert!(start.as_str().unwrap().contains("/openapi.json"));
    assert!(!start.as_str().unwrap().contains("https://"), "{start}");
    // Whoever opens the service's address finds the way; so does whoever forgets the slash.
    for path in ["/", "/docs"] {
        assert_eq!(app.get(path).await.0, 200, "{path}");
    }
}
