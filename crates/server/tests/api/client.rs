//! The web client's files, at `/`.

use reqwest::{Response, header::HeaderMap};
use rstest::rstest;
use testkit::app::{Database, TestApp};

use crate::support::start;

async fn ask(app: &TestApp, path: &str, header: (&str, &str)) -> Response {
    app.client().get(format!("{}{path}", app.base_url())).header(header.0, header.1).send().await.unwrap()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[rstest]
#[tokio::test]
async fn every_file_that_the_page_needs_is_there(#[values(Database::Sqlite)] database: Database) {
    let (_model, app) = start(database).await;
    let page = ask(&app, "/", ("accept-encoding", "identity")).await;
    assert_eq!((page.status().as_u16(), text(page.headers(), "content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(text(page.headers(), "cache-control"), "no-cache");
    let policy = text(page.headers(), "content-security-policy");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    // Telegram's own web clients frame the Mini App, and nobody else.
    let framed = "frame-ancestors https://web.telegram.org https://weba.telegram.org https://webk.telegram.org";
    assert!(policy.ends_with(framed) && !page.headers().contains_key("x-frame-options"), "{policy}");
    let page = page.text().await.unwrap();
    let mut paths: Vec<String> =
        ["/sw.js", "/manifest.webmanifest", "/icon.svg", "/icon-192.png"].map(String::from).into();
    for attribute in ["src=\"", "href=\""] {
        paths.extend(page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    assert!(paths.len() > 6, "{page}");
    for path in paths {
        let answer = ask(&app, &path, ("accept-encoding", "identity")).await;
        assert_eq!(answer.status(), 200, "{path}");
        let lasts = text(answer.headers(), "cache-control").contains("immutable");
        assert_eq!(lasts, path.starts_with("/assets/"), "{path}");
        assert!(!answer.bytes().await.unwrap().is_empty(), "{path}");
    }
    assert_eq!(ask(&app, "/assets/none.js", ("accept", "*/*")).await.status(), 404);
}

#[rstest]
#[tokio::test]
async fn files_are_compressed_and_asked_for_again_in_vain(#[values(Database::Sqlite)] database: Database) {
    let (_model, app) = start(database).await;
    let whole = ask(&app, "/sw.js", ("accept-encoding", "identity")).await;
    assert_eq!((text(whole.headers(), "content-encoding"), text(whole.headers(), "vary")), ("", "accept-encoding"));
    let etag = text(whole.headers(), "etag").to_owned();
    let length = whole.bytes().await.unwrap().len();
    for (accepted, coding) in [("gzip, deflate, br", "br"), ("gzip", "gzip")] {
        let small = ask(&app, "/sw.js", ("accept-encoding", accepted)).await;
        assert_eq!(text(small.headers(), "content-encoding"), coding);
        assert_eq!(text(small.headers(), "content-type"), "text/javascript; charset=utf-8");
        assert!(small.bytes().await.unwrap().len() < length);
    }
    let again = ask(&app, "/sw.js", ("if-none-match", &etag)).await;
    assert_eq!((again.status().as_u16(), text(again.headers(), "etag")), (304, etag.as_str()));
    assert_eq!(again.bytes().await.unwrap().len(), 0);
}
