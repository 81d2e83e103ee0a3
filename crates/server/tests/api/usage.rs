//! `usage_logs`: what a person did on a day, equal to what the turns say; and `GET /v1/me/usage`, which shows it.

use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Database, Person, TestApp},
    model::Behaviour,
};

use crate::support::{assert_shows, fields, now, problem, start, start_with};

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

/// What is shown of some days.
async fn usage(person: &Person, query: &str) -> Value {
    let (status, _, usage) = person.get(&format!("/v1/me/usage{query}")).await;
    assert_eq!(status, 200, "{query}: {usage}");
    usage
}

/// Requests, tokens and dialogues of all days.
fn sum(usage: &Value) -> [i64; 3] {
    ["requests_count", "tokens_used", "session_count"].map(|name| usage[name].as_i64().unwrap())
}

/// Lets what was used today have been used on that day.
async fn was_used_on(app: &TestApp, person: &Person, day: &str) {
    let today = usage(person, "").await["to"].as_str().unwrap().to_owned();
    let person = app.sql_id(person.id);
    let moved = format!("UPDATE usage_logs SET date = '{day}' WHERE date = '{today}' AND user_id = {person}");
    assert_eq!(app.execute(&moved).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn usage_is_shown_day_by_day(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (anna, boris) = (app.register("Анна").await, app.register("Борис").await);
    for (day, answers) in [("2025-12-30", 1), ("2026-01-01", 2)] {
        for person in [&anna, &boris] {
            let session = person.session().await;
            for _ in 0..answers {
                assert_eq!(person.send(session, "Привет").await.0, 201);
            }
        }
        was_used_on(&app, &anna, day).await;
    }
    let shown = usage(&anna, "?from=2025-12-30&to=2026-01-02").await;
    let days = shown["days"].as_array().unwrap().iter().map(|day| (day["date"].as_str().unwrap(), sum(day)));
    let expected =
        [("2025-12-30", [1, 9, 1]), ("2025-12-31", [0, 0, 0]), ("2026-01-01", [2, 18, 1]), ("2026-01-02", [0, 0, 0])];
    assert_eq!(days.collect::<Vec<_>>(), expected);
    assert_eq!(sum(&shown), [3, 27, 2]);
    let one = usage(&anna, "?from=2026-01-01&to=2026-01-01").await;
    assert_shows!(one, @r#"
    {
      "days": [
        {
          "date": "2026-01-01",
          "requests_count": 2,
          "session_count": 1,
          "tokens_used": 18
        }
      ],
      "from": "2026-01-01",
      "requests_count": 2,
      "session_count": 1,
      "time_zone": "UTC",
      "to": "2026-01-01",
      "tokens_used": 18
    }
    "#);
    assert_eq!(sum(&usage(&anna, "?from=2025-12-31&to=2025-12-31").await), [0, 0, 0]);
    // Others' days are others'.
    assert_eq!(sum(&usage(&boris, "").await), [3, 27, 2]);
}

#[rstest]
#[tokio::test]
async fn thirty_days_are_shown_unless_others_are_asked_for(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let before = now().in_tz("UTC").unwrap().date();
    let shown = usage(&anna, "").await;
    let after = now().in_tz("UTC").unwrap().date();
    let to: jiff::civil::Date = shown["to"].as_str().unwrap().parse().unwrap();
    assert!((before..=after).contains(&to), "{to}");
    let range = |shown: &Value| {
        let days = shown["days"].as_array().unwrap();
        assert_eq!((&days[0]["date"], &days[days.len() - 1]["date"]), (&shown["from"], &shown["to"]));
        (shown["from"].as_str().unwrap().to_owned(), days.len())
    };
    assert_eq!(range(&shown), (to.saturating_sub(jiff::Span::new().days(29)).to_string(), 30));
    let shown = usage(&anna, "?to=2024-03-01").await;
    assert_eq!(range(&shown), ("2024-02-01".into(), 30), "there is a 29th of February");
    let from = to.saturating_sub(jiff::Span::new().days(9));
    let shown = usage(&anna, &format!("?from={from}&to={to}")).await;
    assert_eq!(range(&shown), (from.to_string(), 10));
    // A year, and a leap year.
    assert_eq!(range(&usage(&anna, "?from=2025-01-01&to=2025-12-31").await).1, 365);
    assert_eq!(range(&usage(&anna, "?from=2024-01-01&to=2024-12-31").await).1, 366);
    for edge in ["?to=0001-01-01", "?from=9999-12-31&to=9999-12-31", "?from=0001-01-01&to=0001-01-01"] {
        assert_eq!(sum(&usage(&anna, edge).await), [0, 0, 0], "{edge}");
    }
}

#[rstest]
#[tokio::test]
async fn days_that_are_none_are_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let none = ["", "yesterday", "2026-13-01", "2026-02-30", "2026-1-1", "0000-01-01", "-000001-01-01", "12026-01-01"];
    for (field, other) in [("from", "to"), ("to", "from")] {
        for day in none {
            let answer = anna.get(&format!("/v1/me/usage?{field}={day}&{other}=2026-01-01")).await;
            assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec![field]), "{day:?}");
            assert_eq!(answer.2["errors"][0]["message"], "must be a day, YYYY-MM-DD");
        }
    }
    for (query, message) in [
        ("from=2026-01-02&to=2026-01-01", "must not be after `to`"),
        ("from=9999-01-01", "must not be after `to`"),
        ("from=2025-01-01&to=2026-01-02", "at most 366 days"),
        ("from=0001-01-01&to=9999-12-31", "at most 366 days"),
    ] {
        let answer = anna.get(&format!("/v1/me/usage?{query}")).await;
        assert_eq!((problem(&answer).as_str(), fields(&answer)), ("422 invalid", vec!["from"]), "{query}");
        assert_eq!(answer.2["errors"][0]["message"], message);
    }
    assert_eq!(problem(&app.get("/v1/me/usage").await), "401 unauthorized");
}

#[rstest]
#[case("Pacific/Kiritimati")]
#[case("Pacific/Pago_Pago")]
#[tokio::test]
async fn days_are_shown_in_the_services_zone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] zone: &str,
) {
    let (_model, app) = start_with(database, |b| b.env("BESEDA__SERVICE__TIMEZONE", zone)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let (_, _, body) = anna.send(session, "Привет").await;
    let sent: jiff::Timestamp = body["user_message"]["created_at"].as_str().unwrap().parse().unwrap();
    let day = sent.in_tz(zone).unwrap().date();
    let shown = usage(&anna, &format!("?from={day}&to={day}")).await;
    assert_eq!((&shown["time_zone"], sum(&shown)), (&json!(zone), [1, 9, 1]));
    assert_eq!(sum(&usage(&anna, "").await), [1, 9, 1]);
}

#[rstest]
#[tokio::test]
async fn a_deleted_dialogue_counts_on(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let sessions = [anna.session().await, anna.session().await, anna.session().await];
    assert_eq!(anna.send(sessions[0], "Привет").await.0, 201);
    assert_eq!(anna.send(sessions[1], "Привет").await.0, 201);
    let before = usage(&anna, "").await;
    assert_eq!(sum(&before), [2, 18, 3]);
    for session in &sessions[..2] {
        assert_eq!(anna.delete(&format!("/v1/sessions/{session}")).await.0, 204);
    }
    assert_eq!(usage(&anna, "").await, before);
    let verified = app.run(&["verify"]).await.unwrap();
    assert_eq!((verified.success, verified.stdout.as_str()), (true, ""), "{}", verified.stderr);
}
