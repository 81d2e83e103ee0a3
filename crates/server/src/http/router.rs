//! The index of the API.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::post,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};
use tracing::Instrument as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Problem, account, auth, client, documents, google_play, health, limits::Limits, linking, messages, payments, plans,
    push, reports, sessions, sign_in, subscription, turns, usage,
};
use crate::{admin, app::Shared, problem::Kind, telegram::webhook};

/// What every handler works with.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The service.
    pub app: Shared,
    /// The limits of this node.
    pub limits: Arc<Limits>,
}

fn api() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(account::register))
        .routes(routes!(sign_in::methods))
        .routes(routes!(sign_in::telegram))
        .routes(routes!(sign_in::google))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::logout))
        .routes(routes!(account::me, account::erase))
        .routes(routes!(account::set_profile))
        .routes(routes!(account::export))
        .routes(routes!(subscription::show, subscription::update))
        .routes(routes!(usage::show))
        .routes(routes!(payments::list))
        .routes(routes!(payments::invoice))
        .routes(routes!(payments::claim))
        .routes(routes!(linking::create))
        .routes(routes!(sign_in::show, sign_in::unlink))
        .routes(routes!(auth::list_devices))
        .routes(routes!(auth::revoke_device))
        .routes(routes!(push::key))
        .routes(routes!(push::subscribe))
        .routes(routes!(push::unsubscribe))
        .routes(routes!(plans::list))
        .routes(routes!(sessions::create, sessions::list))
        .routes(routes!(sessions::show, sessions::rename, sessions::delete))
        .routes(routes!(sessions::end))
        .routes(routes!(messages::send, messages::list))
        .routes(routes!(turns::stream))
        .routes(routes!(turns::stop))
        .routes(routes!(turns::regenerate))
        .routes(routes!(reports::file))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

/// The API's routes as OpenAPI sees them.
pub(super) fn paths() -> OpenApi {
    api().into_openapi()
}

/// The whole router.
pub fn router(app: Shared) -> Router {
    let limits = Arc::new(Limits::new(&app.config.limits));
    let tidy = limits.clone();
    app.tasks.every("limits", std::time::Duration::from_secs(60), move || {
        tidy.tidy();
        std::future::ready(Ok::<_, std::convert::Infallible>(()))
    });
    let cors = cors(&app.config.http.cors_origins);
    let body = DefaultBodyLimit::max(app.config.http.max_body_bytes);
    let public_url = app.config.http.public_url.clone();
    let edge = Edge { app, limits };
    let (api, _) = api().split_for_parts();
    let router = api
        .merge(documents::router(public_url))
        .merge(admin::router(&edge))
        .merge(client::router())
        .route(webhook::PATH, post(webhook::receive))
        .route(google_play::PATH, post(google_play::receive))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::new(Kind::MethodNotAllowed) })
        .layer(body)
        .layer(CatchPanicLayer::custom(|_| Problem::new(Kind::Internal).into_response()))
        .layer(middleware::from_fn_with_state(edge.clone(), observe))
        .with_state(edge);
    match cors {
        Some(cors) => router.layer(cors),
        None => router,
    }
}

/// None configured: no header at all, so that browsers keep other origins out.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let allowed =
        ["authorization", "content-type", "idempotency-key", "last-event-id", "prefer"].map(HeaderName::from_static);
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers(allowed)
            .expose_headers([header::RETRY_AFTER, header::LOCATION, HeaderName::from_static("x-request-id")])
    })
}

/// The method as a label: anything may be sent as one, and each would be a series of its own.
fn known(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => known,
        _ => "other",
    }
}

/// Gives each request an id, a log line, its metrics, and each answer the headers of a careful server.
async fn observe(State(edge): State<Edge>, path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let route = path.as_ref().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let id = edge.app.new_id();
    let begun = Instant::now();
    let span = tracing::info_span!("request", request_id = %id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let took = begun.elapsed();
    span.in_scope(
        || tracing::debug!(%method, route, status = status.as_u16(), took_ms = took.as_millis() as u64, "request"),
    );
    let labels =
        [("method", known(&method).to_owned()), ("route", route.clone()), ("status", status.as_u16().to_string())];
    metrics::counter!("beseda_http_requests_total", &labels).increment(1);
    metrics::histogram!("beseda_http_request_seconds", "route" => route).record(took.as_secs_f64());
    let is_framed = response.extensions().get::<client::Framed>().is_some();
    let headers = response.headers_mut();
    if !is_framed {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert("x-request-id", id);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
