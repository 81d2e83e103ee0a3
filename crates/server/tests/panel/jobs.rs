//! Jobs and deliveries: seen, tried again, called off.

use rstest::rstest;
use testkit::app::{Database, TestApp};
use uuid::Uuid;

use crate::support::{eventually, log, staff, start};

const LATER: i64 = 4_000_000_000_000_000;

async fn job(app: &TestApp, n: u128, payload: &str, more: &[(&str, String)]) -> Uuid {
    let id = Uuid::from_u128(n);
    let names: String = more.iter().map(|(name, _)| format!(", {name}")).collect();
    let values: String = more.iter().map(|(_, value)| format!(", {value}")).collect();
    let sql = format!(
        "INSERT INTO jobs (id, kind, payload, created_at, run_at, attempts{names}) \
         VALUES ({}, 'plan-ended', '{payload}', {}, {}, 3{values})",
        app.sql_id(id),
        app.sql_time(1_700_000_000_000_000),
        app.sql_time(LATER)
    );
    app.execute(&sql).await.unwrap();
    id
}

fn ended(payload: Uuid) -> String {
    format!(r#"{{"plan_ended":{{"user_id":"{payload}","subscription_id":"{payload}"}}}}"#)
}

async fn outcome(app: &TestApp, table: &str, id: Uuid) -> String {
    let sql = format!("SELECT COALESCE(outcome, 'open') FROM {table} WHERE id = {}", app.sql_id(id));
    app.query_text(&sql).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn jobs_are_seen_without_their_secrets(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let nobody = Uuid::from_u128(77);
    let secret = r#"{"ask_google":{"purchase_token":"geheim-token","replaced_at":null}}"#;
    job(&app, 1, secret, &[("error", "'no geheim-token <script>'".into())]).await;
    job(&app, 2, &ended(nobody), &[]).await;
    let now = app.sql_time(1);
    job(&app, 3, secret, &[("ended_at", now.clone()), ("outcome", "'failed'".into()), ("error", "'over'".into())])
        .await;
    let failing = maria.get("/admin/jobs").await.is(200).says("no … &#60;script&#62;");
    assert!(!failing.html.contains("geheim") && !failing.html.contains(&nobody.to_string()));
    assert!(!failing.html.contains("/retry"), "a moderator looks only");
    let open = maria.get("/admin/jobs?state=open").await.is(200).says("Tell that a plan has ended");
    assert!(open.html.contains(&nobody.to_string()) && open.html.contains("no …"));
    maria.get("/admin/jobs?state=failed").await.is(200).says("over").says("given up");
    maria.get("/admin/jobs?state=ended").await.is(200).says("over");
    maria.get("/admin/jobs?state=nonsense").await.is(422);
    let csv = maria.get("/admin/jobs/csv?state=open").await.is(200);
    assert!(csv.html.contains("\"no … <script>\"") && csv.html.contains(&format!("user_id={nobody}")), "{}", csv.html);
    assert!(!csv.html.contains("geheim"), "{}", csv.html);
    for n in 10..130 {
        job(&app, n, &ended(nobody), &[]).await;
    }
    let first = maria.get("/admin/jobs?state=open").await.is(200).says("rel=\"next\"");
    assert!(!first.html.contains("rel=\"prev\""));
    let older = format!("/admin/jobs?state=open&before={}", Uuid::from_u128(10));
    maria.get(&older).await.is(200).says("no …").says("rel=\"prev\"");
}

#[rstest]
#[tokio::test]
async fn a_job_is_tried_again_or_called_off(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let payload = ended(Uuid::from_u128(77));
    let why = [("reason", "так надо")];
    let act = |id: Uuid, act: &str| format!("/admin/jobs/{id}/{act}");

    let waiting = job(&app, 1, &payload, &[("error", "'x'".into())]).await;
    maria.post(&act(waiting, "retry"), &why).await.is(403);
    anton.post(&act(waiting, "retry"), &[("reason", "")]).await.is(422);
    anton.post(&act(waiting, "retry"), &why).await.is(303);
    eventually("it is done", async || outcome(&app, "jobs", waiting).await == "done").await;
    assert_eq!(log(&app, 1).await, ["Антон: job-retried (так надо)"]);
    anton.post(&act(waiting, "retry"), &why).await.is(409);
    anton.post(&act(waiting, "cancel"), &why).await.is(409);

    let over = [("ended_at", app.sql_time(1)), ("outcome", "'failed'".into()), ("job_key", "'k'".into())];
    let failed = job(&app, 2, &payload, &over).await;
    let open = job(&app, 3, &payload, &[("job_key", "'k'".into())]).await;
    anton.post(&act(failed, "retry"), &why).await.is(409).says("another one of its kind");
    anton.post(&act(open, "cancel"), &why).await.is(303);
    assert_eq!(outcome(&app, "jobs", open).await, "cancelled");
    assert_eq!(log(&app, 1).await, ["Антон: job-cancelled (так надо)"]);
    anton.post(&act(failed, "retry"), &why).await.is(303);
    eventually("it is done after all", async || outcome(&app, "jobs", failed).await == "done").await;

    let leased = job(&app, 4, &payload, &[("lease_until", app.sql_time(LATER))]).await;
    anton.get("/admin/jobs?state=open").await.is(200).says("in progress");
    anton.post(&act(leased, "cancel"), &why).await.is(409).says("somebody is working on it");
    anton.post(&act(Uuid::from_u128(99), "cancel"), &why).await.is(404);
}

#[rstest]
#[tokio::test]
async fn a_delivery_is_tried_again_or_called_off(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let (_, anton) = staff(&app, "admin", "Антон").await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    for n in 1..=2 {
        let sql = format!(
            "INSERT INTO deliveries (id, user_id, chat_id, message, created_at, run_at, error) \
             VALUES ({}, {}, 4242, 'личное', {}, {}, 'Too Many <b>Requests</b>')",
            app.sql_id(Uuid::from_u128(n)),
            app.sql_id(anna.id),
            app.sql_time(1),
            app.sql_time(LATER)
        );
        app.execute(&sql).await.unwrap();
    }
    let shown = maria.get("/admin/deliveries").await.is(200).says("4242").says("Too Many &#60;b&#62;");
    assert!(!shown.html.contains("личное") && !shown.html.contains("/retry"));
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let why = [("reason", "так надо")];
    maria.post(&format!("/admin/deliveries/{one}/retry"), &why).await.is(403);
    anton.post(&format!("/admin/deliveries/{one}/retry"), &why).await.is(303);
    let due = format!("SELECT COUNT(*) FROM deliveries WHERE run_at < {}", app.sql_time(LATER));
    assert_eq!(app.query_i64(&due).await.unwrap(), 1);
    anton.post(&format!("/admin/deliveries/{other}/cancel"), &why).await.is(303);
    assert_eq!(outcome(&app, "deliveries", other).await, "cancelled");
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM deliveries WHERE message IS NULL").await.unwrap(), 1);
    let expected = ["Антон: delivery-cancelled (так надо)", "Антон: delivery-retried (так надо)"];
    assert_eq!(log(&app, 2).await, expected);
    anton.post(&format!("/admin/deliveries/{other}/retry"), &why).await.is(409);
    anton.get("/admin/deliveries?state=ended").await.is(200).says("called off");
    let csv = maria.get("/admin/deliveries/csv?state=ended").await.is(200).says("\"cancelled\"");
    assert!(!csv.html.contains("личное") && csv.html.lines().count() == 2, "{}", csv.html);
    anton.get("/admin/deliveries?state=refused").await.is(200).says("There is nothing here.");
}
