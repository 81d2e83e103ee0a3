//! Every route of the panel with what it demands. A new page is a line here, or `every_route_is_listed` fails.

use beseda::staff::role::{Permission, Role};

/// What a route demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demands {
    /// Nothing: anybody may ask.
    Nothing,
    /// Being signed in.
    SignIn,
    /// This permission.
    May(Permission),
}

/// Method, path with ids in braces, what it demands.
pub(crate) const ROUTES: [(&str, &str, Demands); 79] = [
    ("GET", "/admin", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/sign-in/{token}", Demands::Nothing),
    ("POST", "/admin/sign-in/{token}", Demands::Nothing),
    ("POST", "/admin/sign-out", Demands::SignIn),
    ("POST", "/admin/preferences", Demands::Nothing),
    ("GET", "/admin/sessions", Demands::SignIn),
    ("POST", "/admin/sessions/revoke-others", Demands::SignIn),
    ("POST", "/admin/sessions/{id}/revoke", Demands::SignIn),
    ("GET", "/admin/passkeys", Demands::SignIn),
    ("POST", "/admin/passkeys", Demands::SignIn),
    ("POST", "/admin/passkeys/options", Demands::SignIn),
    ("POST", "/admin/passkeys/{id}/remove", Demands::SignIn),
    ("POST", "/admin/sign-in/passkey", Demands::Nothing),
    ("POST", "/admin/sign-in/passkey/options", Demands::Nothing),
    ("GET", "/admin/admins", Demands::May(Permission::Appoint)),
    ("POST", "/admin/admins", Demands::May(Permission::Appoint)),
    ("POST", "/admin/admins/{user_id}/role", Demands::May(Permission::Appoint)),
    ("POST", "/admin/admins/{user_id}/remove", Demands::May(Permission::Appoint)),
    ("POST", "/admin/admins/{user_id}/link", Demands::May(Permission::Appoint)),
    ("POST", "/admin/admins/{user_id}/sign-out", Demands::May(Permission::Appoint)),
    ("GET", "/admin/audit", Demands::May(Permission::ViewAudit)),
    ("GET", "/admin/audit/csv", Demands::May(Permission::ViewAudit)),
    ("GET", "/admin/people", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/people/csv", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/people/{id}", Demands::May(Permission::ViewPeople)),
    ("POST", "/admin/people/{id}/block", Demands::May(Permission::Block)),
    ("POST", "/admin/people/{id}/unblock", Demands::May(Permission::Block)),
    ("POST", "/admin/people/{id}/devices/{device_id}/revoke", Demands::May(Permission::Block)),
    ("POST", "/admin/people/{id}/export", Demands::May(Permission::ExportPerson)),
    ("POST", "/admin/people/{id}/erase", Demands::May(Permission::ErasePerson)),
    ("POST", "/admin/people/{id}/grant", Demands::May(Permission::ManageBilling)),
    ("POST", "/admin/people/{id}/extend", Demands::May(Permission::ManageBilling)),
    ("POST", "/admin/people/{id}/revoke", Demands::May(Permission::ManageBilling)),
    ("GET", "/admin/people/{id}/sessions", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/people/{id}/sessions/csv", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/people/{id}/sessions/{session_id}", Demands::May(Permission::ViewPeople)),
    ("POST", "/admin/people/{id}/sessions/{session_id}/read", Demands::May(Permission::ReadContent)),
    ("POST", "/admin/people/{id}/sessions/{session_id}/end", Demands::May(Permission::EndSession)),
    ("GET", "/admin/reports", Demands::May(Permission::ReadReported)),
    ("GET", "/admin/reports/csv", Demands::May(Permission::ReadReported)),
    ("GET", "/admin/reports/{id}", Demands::May(Permission::ReadReported)),
    ("POST", "/admin/reports/{id}/decide", Demands::May(Permission::ReadReported)),
    ("GET", "/admin/plans", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/plans/~csv", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/plans/~new", Demands::May(Permission::ManageBilling)),
    ("POST", "/admin/plans/~new", Demands::May(Permission::ManageBilling)),
    ("GET", "/admin/plans/{name}", Demands::May(Permission::ViewPeople)),
    ("POST", "/admin/plans/{name}", Demands::May(Permission::ManageBilling)),
    ("GET", "/admin/subscriptions", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/subscriptions/csv", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/payments", Demands::May(Permission::ViewMoney)),
    ("GET", "/admin/payments/csv", Demands::May(Permission::ViewMoney)),
    ("GET", "/admin/payments/{id}", Demands::May(Permission::ViewMoney)),
    ("POST", "/admin/payments/{id}/refund", Demands::May(Permission::ManageBilling)),
    ("GET", "/admin/broadcasts", Demands::May(Permission::Broadcast)),
    ("POST", "/admin/broadcasts", Demands::May(Permission::Broadcast)),
    ("GET", "/admin/broadcasts/csv", Demands::May(Permission::Broadcast)),
    ("GET", "/admin/broadcasts/new", Demands::May(Permission::Broadcast)),
    ("GET", "/admin/broadcasts/{id}", Demands::May(Permission::Broadcast)),
    ("POST", "/admin/broadcasts/{id}/start", Demands::May(Permission::Broadcast)),
    ("POST", "/admin/broadcasts/{id}/stop", Demands::May(Permission::Broadcast)),
    ("GET", "/admin/journal", Demands::May(Permission::ViewJournal)),
    ("GET", "/admin/journal/csv", Demands::May(Permission::ViewJournal)),
    ("GET", "/admin/journal/{id}", Demands::May(Permission::ViewJournal)),
    ("POST", "/admin/journal/{id}/read", Demands::May(Permission::ReadContent)),
    ("GET", "/admin/jobs", Demands::May(Permission::ViewJobs)),
    ("GET", "/admin/jobs/csv", Demands::May(Permission::ViewJobs)),
    ("POST", "/admin/jobs/{id}/retry", Demands::May(Permission::Jobs)),
    ("POST", "/admin/jobs/{id}/cancel", Demands::May(Permission::Jobs)),
    ("GET", "/admin/deliveries", Demands::May(Permission::ViewJobs)),
    ("GET", "/admin/deliveries/csv", Demands::May(Permission::ViewJobs)),
    ("POST", "/admin/deliveries/{id}/retry", Demands::May(Permission::Jobs)),
    ("POST", "/admin/deliveries/{id}/cancel", Demands::May(Permission::Jobs)),
    ("GET", "/admin/usage", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/usage/csv", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/usage/{day}", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/usage/{day}/csv", Demands::May(Permission::ViewPeople)),
    ("GET", "/admin/settings", Demands::May(Permission::Settings)),
    ("POST", "/admin/settings", Demands::May(Permission::Settings)),
];

impl Demands {
    /// Whether a role gets through; none: who is nobody.
    pub(crate) fn lets(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Self::Nothing, _) => true,
            (_, None) => false,
            (Self::SignIn, Some(_)) => true,
            (Self::May(permission), Some(role)) => role.may(permission),
        }
    }
}

#[test]
fn every_route_is_listed() {
    let router = include_str!("../../src/admin/router.rs");
    let index: Vec<&str> = router.lines().filter(|line| line.trim_start().starts_with(".route(\"")).collect();
    let mut found = Vec::new();
    for line in index {
        let path = line.split('"').nth(1).unwrap();
        for (method, call) in [("GET", "get("), ("POST", "post("), ("PUT", "put("), ("DELETE", "delete(")] {
            if line.contains(call) && !path.contains('*') {
                found.push((method, path));
            }
        }
    }
    let mut listed: Vec<_> = ROUTES.iter().map(|(method, path, _)| (*method, *path)).collect();
    found.sort_unstable();
    listed.sort_unstable();
    assert_eq!(found, listed);
}
