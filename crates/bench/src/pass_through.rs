//! The bare pass-through: what axum and reqwest cost when nothing else is done. It is the limit
//! that the service is measured against.

use std::net::SocketAddr;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Upstream {
    client: reqwest::Client,
    url: String,
}

/// Serves until it is dropped.
pub(crate) async fn serve(listen: SocketAddr, upstream: SocketAddr) -> Result<()> {
    let upstream = Upstream {
        client: reqwest::Client::builder().no_proxy().tcp_nodelay(true).pool_max_idle_per_host(usize::MAX).build()?,
        url: format!("http://{upstream}/v1/chat/completions"),
    };
    let listener = TcpListener::bind(listen).await?.tap_io(|socket| {
        // axum leaves it off, and streams stall 40 ms; nothing to do if it fails.
        let _ = socket.set_nodelay(true);
    });
    let app = Router::new()
        .route("/v1/chat/completions", post(forward))
        .layer(DefaultBodyLimit::disable())
        .with_state(upstream);
    Ok(axum::serve(listener, app).await?)
}

async fn forward(State(upstream): State<Upstream>, body: Bytes) -> Response {
    let sent =
        upstream.client.post(&upstream.url).header(header::CONTENT_TYPE, "application/json").body(body).send().await;
    match sent {
        Ok(answer) => {
            let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
            let status = answer.status();
            let mut response = (status, Body::from_stream(answer.bytes_stream())).into_response();
            if let Some(kind) = kind {
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            response
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
