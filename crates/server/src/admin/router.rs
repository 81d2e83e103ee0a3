//! The index of the panel.

use axum::{
    Router,
    middleware::{from_extractor, from_fn_with_state},
    response::IntoResponse as _,
    routing::{any, get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};

use super::{
    Failure, admins, assets, audit, broadcasts, deliveries, dialogues, extract::Staff, granting, home, jobs, journal,
    journal_entry, passkeys, payment, payments, people, person, plans, preferences, reports, sessions, settings,
    sign_in, subscriptions, usage, visit,
};
use crate::{http::Edge, staff::role::Permission};

/// The menu: path, key of the label, and who sees it (all, when there is no permission).
pub const MENU: [(&str, &str, Option<Permission>); 16] = [
    ("/admin", "menu-home", None),
    ("/admin/people", "menu-people", Some(Permission::ViewPeople)),
    ("/admin/subscriptions", "menu-subscriptions", Some(Permission::ViewPeople)),
    ("/admin/plans", "menu-plans", Some(Permission::ViewPeople)),
    ("/admin/payments", "menu-payments", Some(Permission::ViewMoney)),
    ("/admin/usage", "menu-usage", Some(Permission::ViewPeople)),
    ("/admin/broadcasts", "menu-broadcasts", Some(Permission::Broadcast)),
    ("/admin/reports", "menu-reports", Some(Permission::ReadReported)),
    ("/admin/journal", "menu-journal", Some(Permission::ViewJournal)),
    ("/admin/jobs", "menu-jobs", Some(Permission::ViewJobs)),
    ("/admin/deliveries", "menu-deliveries", Some(Permission::ViewJobs)),
    ("/admin/admins", "menu-admins", Some(Permission::Appoint)),
    ("/admin/audit", "menu-audit", Some(Permission::ViewAudit)),
    ("/admin/settings", "menu-settings", Some(Permission::Settings)),
    ("/admin/sessions", "menu-sessions", None),
    ("/admin/passkeys", "menu-passkeys", None),
];

/// Pages for those who are signed in. A handler demands its permission in its arguments: `Allowed<demand::…>`.
fn pages() -> Router<Edge> {
    Router::new()
        .route("/admin", get(home::show))
        .route("/admin/sign-out", post(sign_in::sign_out))
        .route("/admin/sessions", get(sessions::list))
        .route("/admin/sessions/revoke-others", post(sessions::revoke_others))
        .route("/admin/sessions/{id}/revoke", post(sessions::revoke))
        .route("/admin/passkeys", get(passkeys::list).post(passkeys::add))
        .route("/admin/passkeys/options", post(passkeys::begin_adding))
        .route("/admin/passkeys/{id}/remove", post(passkeys::remove))
        .route("/admin/admins", get(admins::list).post(admins::appoint))
        .route("/admin/admins/{user_id}/role", post(admins::change))
        .route("/admin/admins/{user_id}/remove", post(admins::remove))
        .route("/admin/admins/{user_id}/link", post(admins::link))
        .route("/admin/admins/{user_id}/sign-out", post(admins::sign_out))
        .route("/admin/audit", get(audit::list))
        .route("/admin/audit/csv", get(audit::export))
        .route("/admin/people", get(people::list))
        .route("/admin/people/csv", get(people::export))
        .route("/admin/people/{id}", get(person::show))
        .route("/admin/people/{id}/block", post(person::block))
        .route("/admin/people/{id}/unblock", post(person::unblock))
        .route("/admin/people/{id}/devices/{device_id}/revoke", post(person::revoke_device))
        .route("/admin/people/{id}/export", post(person::export))
        .route("/admin/people/{id}/erase", post(person::erase))
        .route("/admin/people/{id}/grant", post(granting::give))
        .route("/admin/people/{id}/extend", post(granting::extend))
        .route("/admin/people/{id}/revoke", post(granting::revoke))
        .route("/admin/people/{id}/sessions", get(dialogues::list))
        .route("/admin/people/{id}/sessions/csv", get(dialogues::export))
        .route("/admin/people/{id}/sessions/{session_id}", get(dialogues::show))
        .route("/admin/people/{id}/sessions/{session_id}/read", post(dialogues::read))
        .route("/admin/people/{id}/sessions/{session_id}/end", post(dialogues::end))
        .route("/admin/reports", get(reports::list))
        .route("/admin/reports/csv", get(reports::export))
        .route("/admin/reports/{id}", get(reports::show))
        .route("/admin/reports/{id}/decide", post(reports::decide))
        .route("/admin/plans", get(plans::list))
        // No plan is called like these.
        .route("/admin/plans/~csv", get(plans::export))
        .route("/admin/plans/~new", get(plans::blank).post(plans::make))
        .route("/admin/plans/{name}", get(plans::show).post(plans::change))
        .route("/admin/subscriptions", get(subscriptions::list))
        .route("/admin/subscriptions/csv", get(subscriptions::file))
        .route("/admin/payments", get(payments::list))
        .route("/admin/payments/csv", get(payments::file))
        .route("/admin/payments/{id}", get(payment::show))
        .route("/admin/payments/{id}/refund", post(payment::refund))
        .route("/admin/broadcasts", get(broadcasts::list).post(broadcasts::write))
        .route("/admin/broadcasts/csv", get(broadcasts::export))
        .route("/admin/broadcasts/new", get(broadcasts::blank_form))
        .route("/admin/broadcasts/{id}", get(broadcasts::show))
        .route("/admin/broadcasts/{id}/start", post(broadcasts::start))
        .route("/admin/broadcasts/{id}/stop", post(broadcasts::stop))
        .route("/admin/journal", get(journal::list))
        .route("/admin/journal/csv", get(journal::download))
        .route("/admin/journal/{id}", get(journal_entry::show))
        .route("/admin/journal/{id}/read", post(journal_entry::read))
        .route("/admin/jobs", get(jobs::list))
        .route("/admin/jobs/csv", get(jobs::export))
        .route("/admin/jobs/{id}/retry", post(jobs::retry))
        .route("/admin/jobs/{id}/cancel", post(jobs::cancel))
        .route("/admin/deliveries", get(deliveries::list))
        .route("/admin/deliveries/csv", get(deliveries::export))
        .route("/admin/deliveries/{id}/retry", post(deliveries::retry))
        .route("/admin/deliveries/{id}/cancel", post(deliveries::cancel))
        .route("/admin/usage", get(usage::list))
        .route("/admin/usage/csv", get(usage::download))
        .route("/admin/usage/{day}", get(usage::day))
        .route("/admin/usage/{day}/csv", get(usage::download_day))
        .route("/admin/settings", get(settings::show).post(settings::change))
}

/// What everybody may ask for.
fn open() -> Router<Edge> {
    Router::new()
        .route("/admin/sign-in/{token}", get(sign_in::ask).post(sign_in::sign_in))
        // No link is called like this.
        .route("/admin/sign-in/passkey", post(passkeys::sign_in))
        .route("/admin/sign-in/passkey/options", post(passkeys::begin_sign_in))
        .route("/admin/preferences", post(preferences::set))
        .route("/admin/{*rest}", any(|| async { Failure::NotFound }))
}

/// The whole panel.
pub(crate) fn router(edge: &Edge) -> Router<Edge> {
    let csrf = CsrfLayer::new();
    // Behind a proxy that changes the host, the browser's origin is the public one.
    let public = edge.app.config.http.base_url();
    let csrf = csrf.clone().add_trusted_origin(origin(&public)).unwrap_or(csrf);
    pages()
        // No page can be forgotten: who is nobody gets no further, whatever the handler asks for.
        .route_layer(from_extractor::<Staff>())
        .merge(open())
        .method_not_allowed_fallback(|| async { Failure::Method })
        .layer(CatchPanicLayer::custom(|_| Failure::Internal.into_response()))
        .layer(csrf)
        .layer(from_fn_with_state(edge.clone(), visit::attend))
        .merge(assets::router())
}

/// Scheme, host and port of an address, as browsers write an origin.
fn origin(url: &str) -> String {
    let end = url.find("://").map_or(0, |at| at + 3);
    let host = url[end..].find('/').map_or(url.len(), |at| end + at);
    url[..host].to_ascii_lowercase()
}
