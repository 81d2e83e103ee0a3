//! The OpenAPI document, and the pages to read it with.

use axum::{
    Json, Router,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use utoipa::{
    OpenApi,
    openapi::{
        Content, HeaderBuilder, Ref, RefOr, Response as Described, ResponseBuilder, Server,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_swagger_ui::SwaggerUi;

use super::{Problem, router::Edge, sse};
use crate::problem::Kind;

/// The pages' own scripts and styles, inline ones included: Swagger UI brings them.
const POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; frame-ancestors 'none'";

/// Headers that answers of a status always have.
const HEADERS: &[(&str, &str, &str)] = &[
    ("202", "Location", "Where the answer streams"),
    ("401", "WWW-Authenticate", "`Bearer`"),
    ("429", "Retry-After", "Seconds to wait"),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Beseda",
        description = "One service through which people talk to an AI. Errors are `application/problem+json` (RFC 9457) \
                       with a stable `type`; times are RFC 3339 in UTC; ids are UUIDs; cursors are opaque."
    ),
    components(schemas(Problem, sse::Accepted, sse::Delta, sse::Done, sse::Failed)),
    tags(
        (name = "account", description = "First contact, tokens, profile, export, erasure"),
        (name = "dialogue", description = "Dialogues, messages and their answers"),
        (name = "plan", description = "Plans, the subscription, usage and payments"),
        (name = "operation", description = "For whoever watches the service")
    )
)]
struct Head;

/// The OpenAPI 3.1 document of the service at `public_url`; empty, of whoever serves it.
pub fn document(public_url: &str) -> utoipa::openapi::OpenApi {
    let mut document = Head::openapi();
    if !public_url.is_empty() {
        document.servers = Some(vec![Server::new(public_url)]);
    }
    document.info.version = env!("CARGO_PKG_VERSION").into();
    document.merge(super::router::paths());
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    document.security = Some(vec![SecurityRequirement::new::<_, [String; 0], String>("bearer", [])]);
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten().for_each(complete);
    }
    document
}

/// Adds the problems that every operation of its kind can give.
fn complete(operation: &mut Operation) {
    let is_api = operation.tags.as_ref().is_some_and(|tags| tags.iter().all(|tag| tag != "operation"));
    let mut kinds = Vec::new();
    if is_api {
        kinds.extend([Kind::TooManyRequests, Kind::Internal, Kind::Unavailable]);
    }
    if operation.security.is_none() {
        kinds.extend([Kind::Unauthorized, Kind::Blocked]);
    }
    if operation.request_body.is_some() {
        kinds.extend([Kind::BadRequest, Kind::TooLarge, Kind::UnsupportedMediaType, Kind::Invalid]);
    }
    if operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty()) {
        kinds.extend([Kind::BadRequest, Kind::Invalid]);
    }
    for kind in kinds {
        let status = kind.status().to_string();
        operation.responses.responses.entry(status).or_insert_with(|| described(kind).into());
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5']) {
            // utoipa says application/json of a body; a problem is not.
            if response.content.swap_remove("application/json").is_some() {
                response.content.insert("application/problem+json".into(), problem_content().into());
            }
        }
        if response.description.is_empty() {
            response.description = described_as(status);
        }
        for (of, name, what) in HEADERS {
            if of == status {
                let header = HeaderBuilder::new().description(Some(*what)).build();
                response.headers.insert((*name).into(), header.into());
            }
        }
    }
}

fn described(kind: Kind) -> Described {
    ResponseBuilder::new()
        .description(described_as(&kind.status().to_string()))
        .content("application/problem+json", problem_content())
        .build()
}

/// The types of problem that a status stands for, or its name.
fn described_as(status: &str) -> String {
    let of_status = Kind::ALL.iter().filter(|kind| kind.status().to_string() == status);
    let types = of_status.map(|kind| format!("`{}`: {}", kind.slug(), kind.title())).collect::<Vec<_>>().join("; ");
    if types.is_empty() {
        let status: Option<StatusCode> = status.parse().ok();
        return status.and_then(|status| status.canonical_reason()).unwrap_or_default().into();
    }
    types
}

fn problem_content() -> Content {
    Content::new(Some(Ref::from_schema_name("Problem")))
}

pub(super) fn router(public_url: String) -> Router<Edge> {
    let ui = SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/openapi.json").validator_url("none"));
    Router::new()
        .route("/openapi.json", get(move || async move { Json(document(&public_url)) }))
        .merge(Router::from(ui).layer(axum::middleware::map_response(allow_pages)))
}

async fn allow_pages(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
