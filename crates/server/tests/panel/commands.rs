//! `beseda admin`.

use rstest::rstest;
use serde_json::Value;
use testkit::app::Database;

use crate::support::{Browser, id_of, log, refused, run, start};

#[rstest]
#[tokio::test]
async fn roles_are_given_and_taken(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    run(&app, &["admin", "grant", "--role", "owner", "--name", "Ольга"]).await;
    let anna = app.register("Анна").await.id.to_string();
    let link = run(&app, &["admin", "grant", "--role", "moderator", "--user", &anna, "--reason", "новая"]).await;
    Browser::signed_in(&app, &link).await.get("/admin").await.is(200).says("Анна");
    assert_eq!(log(&app, 3).await[1..], ["cli: link-made", "cli: appointed (новая)"]);

    let telegram = "UPDATE users SET telegram_id = 4242 WHERE name = 'Анна'";
    app.execute(telegram).await.unwrap();
    run(&app, &["admin", "grant", "--role", "admin", "--telegram-id", "4242"]).await;
    let list: Vec<Value> = serde_json::from_str(&run(&app, &["admin", "list"]).await).unwrap();
    let shown: Vec<_> = list.iter().map(|admin| (admin["name"].as_str(), admin["role"].as_str())).collect();
    assert_eq!(shown, [(Some("Ольга"), Some("owner")), (Some("Анна"), Some("admin"))]);

    run(&app, &["admin", "revoke", "--user", &anna, "--reason", "ушла"]).await;
    assert_eq!(log(&app, 1).await, ["cli: role-removed (ушла)"]);
    let none = "beseda: the person has no role, or is blocked: see `beseda admin grant`";
    assert_eq!(refused(&app, &["admin", "link", "--user", &anna]).await, none);
    assert_eq!(refused(&app, &["admin", "revoke", "--user", &anna]).await, "beseda: the person has no role");
    // Somebody new has a plan like everybody.
    let free = "SELECT COUNT(*) FROM subscriptions s JOIN users u ON u.id = s.user_id WHERE u.name = 'Ольга'";
    assert_eq!(app.query_i64(free).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_done_is_said(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    run(&app, &["admin", "grant", "--role", "owner", "--name", "Ольга"]).await;
    let olga = id_of(&app, "Ольга").await.to_string();
    let last = "beseda: the last owner cannot be removed or demoted";
    assert_eq!(refused(&app, &["admin", "revoke", "--user", &olga]).await, last);
    assert_eq!(refused(&app, &["admin", "grant", "--role", "admin", "--user", &olga]).await, last);
    let nobody = "beseda: there is no such person";
    assert_eq!(refused(&app, &["admin", "grant", "--role", "admin", "--telegram-id", "1"]).await, nobody);
    let name = refused(&app, &["admin", "grant", "--role", "admin", "--name", " "]).await;
    assert_eq!(name, "beseda: --name must not be empty");
    let ran = app.run(&["admin", "grant", "--role", "king", "--name", "Ян"]).await.unwrap();
    assert!(!ran.success && ran.stderr.contains("expected owner, admin or moderator"), "{}", ran.stderr);
}

#[rstest]
#[tokio::test]
async fn tokens_are_kept_as_hashes(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let link = run(&app, &["admin", "grant", "--role", "owner", "--name", "Ольга"]).await;
    let olga = Browser::signed_in(&app, &link).await;
    let token = link.rsplit('/').next().unwrap().to_owned();
    let cookie = olga.cookie("beseda_panel").unwrap();
    assert!(token.len() == 46 && cookie.len() == 46, "{token} {cookie}");
    for (table, column) in [("admin_links", "token_hash"), ("admin_sessions", "token_hash")] {
        let length = match database {
            Database::Sqlite => format!("SELECT MIN(length({column})) FROM {table}"),
            Database::Postgres => format!("SELECT CAST(MIN(octet_length({column})) AS BIGINT) FROM {table}"),
        };
        assert_eq!(app.query_i64(&length).await.unwrap(), 32);
    }
    assert!(!app.log().contains(&token) && !app.log().contains(&cookie));
}
