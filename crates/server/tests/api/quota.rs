//! The quota under any concurrency: admitted no more than the limit, charged exactly what was answered.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Person, TestApp},
    model::Behaviour,
};
use uuid::Uuid;

use crate::support::{problem, shown, start, start_with};

/// Sends 400 messages at once, in these dialogues by turns, with 50 left.
async fn rush(app: &TestApp, anna: &Person, sessions: &[Uuid]) {
    let sessions = sessions.iter().cycle().take(400);
    let answers = join_all(sessions.map(|session| anna.send(*session, "Привет"))).await;
    let count = |status: u16| answers.iter().filter(|(s, ..)| *s == status).count();
    println!("{:?}: {} answered, {} refused with 402", app.database(), count(201), count(402));
    let others = answers.iter().filter(|(status, ..)| *status != 201 && *status != 402);
    assert_eq!((count(201), count(402)), (50, 350), "{:?}", others.collect::<Vec<_>>());

    let subscription = anna.subscription().await;
    assert_eq!(
        (&subscription["used_requests"], &subscription["reserved"], &subscription["remaining"]),
        (&json!(50), &json!(0), &json!(0))
    );
    assert_eq!(app.query_i64("SELECT requests_count FROM usage_logs").await.unwrap(), 50);
    for sender in ["user", "ai"] {
        let sql = format!("SELECT count(*) FROM messages WHERE sender = '{sender}'");
        assert_eq!(app.query_i64(&sql).await.unwrap(), 50);
    }
}

#[rstest]
#[tokio::test]
async fn four_hundred_at_once_with_fifty_left_in_many_dialogues(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let sessions = join_all((0..40).map(|_| anna.session())).await;
    rush(&app, &anna, &sessions).await;
}

#[rstest]
#[tokio::test]
async fn four_hundred_at_once_with_fifty_left_in_one_dialogue(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    rush(&app, &anna, &[session]).await;
}

#[rstest]
#[tokio::test]
async fn a_spent_quota_says_what_renews_when(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    assert_eq!(anna.send(session, "Привет").await.0, 201);
    let refused = anna.send(session, "Привет").await;
    assert_eq!(problem(&refused), "402 quota-exceeded");
    let body = &refused.2;
    assert_eq!(body["renews_at"], anna.subscription().await["end_date"]);
    let expected = json!({
        "type": "quota-exceeded", "title": "The plan's quota is spent", "status": 402,
        "plan_name": "free", "renews_at": "[time]",
    });
    assert_eq!(shown(body), expected);
    // Refused in the same way, whichever the way of answering.
    assert_eq!(problem(&anna.send_async(session, "Привет").await), "402 quota-exceeded");
    let stream = testkit::app::Events::ask(anna.sending(session, "Привет")).await;
    assert_eq!(stream.status(), 402);
    // The plans of others are their own.
    let boris = app.register("Борис").await;
    let his = boris.session().await;
    assert_eq!(boris.send(his, "Привет").await.0, 201);
}

#[rstest]
#[tokio::test]
async fn what_was_not_answered_costs_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    model.always(Behaviour::error(400, "{}"));
    for _ in 0..3 {
        assert_eq!(problem(&anna.send(session, "Привет").await), "502 model-failed");
    }
    let subscription = anna.subscription().await;
    assert_eq!((&subscription["used_requests"], &subscription["reserved"]), (&json!(0), &json!(0)));
    assert_eq!(app.query_i64("SELECT requests_count + tokens_used FROM usage_logs").await.unwrap(), 0);
    // What was begun and broke off is an answer.
    model.always(Behaviour::tokens(5).abort_after(2));
    let (status, _, body) = anna.send(session, "Привет").await;
    assert_eq!((status.as_u16(), &body["ai_message"]["status"]), (201, &json!("partial")));
    assert_eq!(body["subscription"]["used_requests"], 1);
    assert_eq!(problem(&anna.send(session, "Привет").await), "402 quota-exceeded");
}

#[rstest]
#[tokio::test]
async fn what_runs_is_reserved(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1)).await;
    let anna = app.register("Анна").await;
    let (one, two) = (anna.session().await, anna.session().await);
    model.always(Behaviour::tokens(5).hang_after(0));
    let message = anna.send_later(one, "Привет").await;
    let subscription = anna.subscription().await;
    assert_eq!((&subscription["reserved"], &subscription["remaining"]), (&json!(1), &json!(0)));
    assert_eq!(problem(&anna.send(two, "Привет").await), "402 quota-exceeded");
    anna.post(&format!("/v1/messages/{message}/stop"), &json!({})).await;
    model.always(Behaviour::tokens(5));
    assert_eq!(anna.send(two, "Привет").await.0, 201);
}

#[rstest]
#[tokio::test]
async fn plans_are_listed(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let (status, _, plans) = anna.get("/v1/plans").await;
    assert_eq!(status, 200);
    let plan = |name: &str, limit: i64, price: serde_json::Value, title: [&str; 2]| {
        json!({
            "plan_name": name, "unit": "requests", "usage_limit": limit, "period": "month", "price_stars": price,
            "google_product_id": null, "max_answer_tokens": null, "auto_renew": true,
            "title": {"ru": title[0], "en": title[1]}, "description": {"ru": null, "en": null},
        })
    };
    let expected = json!([
        plan("free", 50, json!(null), ["Бесплатный", "Free"]),
        plan("premium", 2000, json!(500), ["Премиум", "Premium"]),
    ]);
    assert_eq!(plans, expected);
}
