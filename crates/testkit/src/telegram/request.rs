//! A call as it comes over HTTP, in any of the forms that the Bot API takes ("Making requests").

use std::collections::HashMap;

use axum::http::{header::CONTENT_TYPE, request::Parts};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::schema::SCHEMA;

/// A call that was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    pub(super) token: String,
    pub(super) method: String,
    pub(super) params: Map<String, Value>,
    pub(super) files: HashMap<String, File>,
}

/// "InputFile" of a multipart body.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) bytes: Bytes,
}

impl Request {
    /// Reads `/bot<token>/<method>`. None: it is not for the Bot API.
    pub(super) fn read(head: &Parts, body: &Bytes) -> Option<Result<Self, String>> {
        let (token, method) = head.uri.path().strip_prefix("/bot")?.split_once('/')?;
        let mut request = Self { token: token.into(), method: method.into(), ..Self::default() };
        Some(request.fill(head, body).map(|()| request))
    }

    fn fill(&mut self, head: &Parts, body: &Bytes) -> Result<(), String> {
        self.add(pairs(head.uri.query().unwrap_or_default().as_bytes()));
        if body.is_empty() {
            return Ok(());
        }
        let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/json") {
            let Ok(Value::Object(params)) = serde_json::from_slice(body) else {
                return Err("Bad Request: can't parse request body as JSON object".into());
            };
            self.params.extend(params);
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            self.add(pairs(body));
        } else if let Some(boundary) = kind.strip_prefix("multipart/form-data").and_then(boundary) {
            let mut texts = Vec::new();
            for Part { name, file, kind, bytes, starred } in parts(body, &boundary) {
                if starred {
                    // What HTTP clients make of a name that is not ASCII; the real server doesn't read it.
                    return Err(format!("Bad Request: there is no {name} in the request: it has filename* only"));
                }
                match file {
                    None => texts.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                    Some(file) => {
                        // A file in place of a field stands for it; others are meant by `attach://NAME`.
                        self.params.entry(name.clone()).or_insert_with(|| format!("attach://{name}").into());
                        self.files.insert(name, File { name: file, kind, bytes });
                    }
                }
            }
            let attached: Vec<_> = texts.iter().filter_map(|(_, text)| text.strip_prefix("attach://")).collect();
            self.params.retain(|name, _| !attached.contains(&name.as_str()));
            self.add(texts);
        } else {
            return Err(format!("Bad Request: unsupported content type {kind:?}"));
        }
        Ok(())
    }

    fn add(&mut self, texts: Vec<(String, String)>) {
        self.params.extend(SCHEMA.typed(&self.method, texts));
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

struct Part {
    name: String,
    file: Option<String>,
    kind: String,
    bytes: Bytes,
    starred: bool,
}

fn boundary(parameters: &str) -> Option<Vec<u8>> {
    let (_, rest) = parameters.split_once("boundary=")?;
    let boundary = rest.split(';').next()?.trim().trim_matches('"');
    Some(format!("--{boundary}").into_bytes())
}

/// The parts of a multipart body (RFC 7578).
fn parts(body: &Bytes, boundary: &[u8]) -> Vec<Part> {
    let find = |needle: &[u8], from: usize| {
        let found = body.get(from..)?.windows(needle.len()).position(|window| window == needle);
        found.map(|at| from + at)
    };
    let between = [b"\r\n", boundary].concat();
    let mut parts = Vec::new();
    let mut at = find(boundary, 0).map(|at| at + boundary.len());
    while let Some(begin) = at {
        let (Some(blank), Some(end)) = (find(b"\r\n\r\n", begin), find(&between, begin)) else { break };
        let head = String::from_utf8_lossy(&body[begin..blank]).into_owned();
        if let Some(name) = parameter(&head, "name") {
            let file = parameter(&head, "filename");
            let kind = head.lines().find_map(|line| {
                let (header, value) = line.split_once(':')?;
                header.eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
            });
            let bytes = body.slice(blank + 4..end.max(blank + 4));
            let starred = file.is_none() && parameter(&head, "filename*").is_some();
            parts.push(Part { name, file, kind: kind.unwrap_or_default(), bytes, starred });
        }
        at = Some(end + between.len());
    }
    parts
}

/// A parameter of `Content-Disposition`, quoted or not.
fn parameter(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?;
    line.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        (key.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}
