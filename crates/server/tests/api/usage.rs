//! `usage_logs`: what a person did on a day, equal to what the turns say.

use rstest::rstest;
use serde_json::json;
use testkit::{app::Database, model::Behaviour};

use crate::support::{start, start_with};

#[rstest]
#[tokio::test]
async fn every_figure_can_be_recounted(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let people = [app.register("Анна").await, app.register("Борис").await];
    for person in &people {
        let (one, two) = (person.session().await, person.session().await);
        person.send(one, "Привет").await;
        let failing = person.session().await;
        person.send(failing, "!fake status=400").await;
        person.send(two, "!fake tokens=9 abort_after=4 no_usage").await;
        let (_, _, answered) = person.send(one, "!fake usage=500/300").await;
        let question = answered["user_message"]["id"].as_str().unwrap();
        person.post(&format!("/v1/messages/{question}/regenerate"), &json!({})).await;
        model.next(Behaviour::tokens(9).hang_after(2));
        let stopped = person.send_later(two, "остановлю").await;
        person.resume(stopped, None).await.until("delta").await;
        person.post(&format!("/v1/messages/{stopped}/stop"), &json!({})).await;
        person.delete(&format!("/v1/sessions/{one}")).await;
    }
    let recount = "SELECT count(*) FROM usage_logs u WHERE \
        u.requests_count = (SELECT count(*) FROM turns t WHERE t.user_id = u.user_id AND t.day = u.date AND t.answered = (1 = 1)) \
        AND u.tokens_used = (SELECT sum(t.tokens) FROM turns t WHERE t.user_id = u.user_id AND t.day = u.date)";
    assert_eq!(app.query_i64("SELECT count(*) FROM usage_logs").await.unwrap(), 2);
    assert_eq!(app.query_i64(recount).await.unwrap(), 2);
    assert_eq!(app.query_i64("SELECT min(requests_count) FROM usage_logs").await.unwrap(), 5);
    assert_eq!(app.query_i64("SELECT min(session_count) FROM usage_logs").await.unwrap(), 3);
    let subscribed = "SELECT count(*) FROM subscriptions s JOIN usage_logs u ON u.user_id = s.user_id \
                      AND u.requests_count = s.used_requests AND u.tokens_used = s.used_tokens AND s.reserved = 0";
    assert_eq!(app.query_i64(subscribed).await.unwrap(), 2);
}

#[rstest]
#[case("Pacific/Kiritimati")]
#[case("Pacific/Pago_Pago")]
#[tokio::test]
async fn the_day_is_that_of_the_services_zone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] zone: &str,
) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__SERVICE__TIMEZONE", zone)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let (_, _, body) = anna.send(session, "Привет").await;
    let sent: jiff::Timestamp = body["user_message"]["created_at"].as_str().unwrap().parse().unwrap();
    let expected = sent.in_tz(zone).unwrap().date().to_string();
    let day = |table: &str, column: &str| match database {
        Database::Sqlite => format!("SELECT {column} FROM {table}"),
        Database::Postgres => format!("SELECT {column}::text FROM {table}"),
    };
    assert_eq!(app.query_text(&day("usage_logs", "date")).await.unwrap(), expected);
    assert_eq!(app.query_text(&day("turns", "day")).await.unwrap(), expected);
}
