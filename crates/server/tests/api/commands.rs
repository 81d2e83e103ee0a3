//! The command line: results on stdout, what is wrong in a clear sentence.

use rstest::rstest;
use serde_json::Value;
use testkit::{
    app::{Database, TestApp},
    model::FakeModel,
};

use crate::support::{service, start};

/// A service that is configured, and does not run.
async fn prepared(database: Database) -> (FakeModel, TestApp) {
    let model = FakeModel::start().await.unwrap();
    let app = service(database, &model).prepare().await.unwrap();
    (model, app)
}

#[rstest]
#[tokio::test]
async fn migrate_brings_the_schema_up_to_date(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = prepared(database).await;
    for _ in 0..2 {
        let ran = app.run(&["migrate"]).await.unwrap();
        assert!(ran.success, "{}", ran.stderr);
        let version = app.query_i64("SELECT max(version) FROM _sqlx_migrations").await.unwrap();
        assert_eq!(ran.stdout, format!("schema version {version}\n"));
    }
}

#[rstest]
#[tokio::test]
async fn check_config_hides_secrets(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = prepared(database).await;
    let secrets = [
        ("BESEDA__DATABASE__URL", "postgres://beseda:secret-one@db.example/beseda?sslpassword=secret-two"),
        ("BESEDA__LLM__API_KEY", "sk-secret-three"),
        ("BESEDA__LLM__BASE_URL", "https://name:secret-four@models.example/v1?key=secret-five"),
    ];
    let ran = app.run_with(&["check-config"], &secrets).await.unwrap();
    assert!(ran.success, "{}", ran.stderr);
    assert!(!ran.stdout.contains("secret-") && !ran.stderr.contains("secret-"), "{}{}", ran.stdout, ran.stderr);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["llm"]["api_key"], "(hidden)");
    assert_eq!(shown["llm"]["base_url"], "https://(hidden)@models.example/v1?(hidden)");
    assert_eq!(shown["database"]["url"], "postgres://(hidden)@db.example/beseda");
    assert_eq!(shown["limits"]["calls_at_once"], 256);
}

#[rstest]
#[case::unknown_key(&[("BESEDA__HTTP__LISTENN", "secret")], "listenn")]
#[case::unknown_section(&[("BESEDA__NONSENSE__KEY", "secret")], "nonsense")]
#[case::out_of_range(&[("BESEDA__LLM__CONTEXT_TOKENS", "5")], "llm.context_tokens")]
#[case::wrong_type(&[("BESEDA__LLM__CONTEXT_TOKENS", "secret")], "context_tokens")]
#[case::no_zone(&[("BESEDA__SERVICE__TIMEZONE", "Mars/Olympus")], "service.timezone")]
#[case::no_address(&[("BESEDA__HTTP__LISTEN", "secret")], "listen")]
#[case::another_database(&[("BESEDA__DATABASE__URL", "mysql://u:secret@h/d")], "database.url must start with sqlite:// or postgres://")]
#[tokio::test]
async fn a_wrong_configuration_is_refused_by_name(#[case] environment: &[(&str, &str)], #[case] named: &str) {
    let (_model, app) = prepared(Database::Sqlite).await;
    let ran = app.run_with(&["migrate"], environment).await.unwrap();
    println!("{}", ran.stderr);
    assert!(!ran.success);
    assert!(ran.stderr.contains(named), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret") && ran.stdout.is_empty(), "{}{}", ran.stderr, ran.stdout);
}

#[rstest]
#[tokio::test]
async fn a_newer_schema_is_refused(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, mut app) = start(database).await;
    app.terminate().await.unwrap();
    let bytes = if database == Database::Sqlite { "x'00'" } else { "'\\x00'" };
    let sql = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'the future', TRUE, {bytes}, 0)"
    );
    app.execute(&sql).await.unwrap();
    for command in ["serve", "migrate"] {
        let ran = app.run(&[command]).await.unwrap();
        let expected = "beseda: the database has schema version 9999, which this version of beseda does not know: start a newer beseda\n";
        assert!(!ran.success && ran.stderr.ends_with(expected), "{command}: {}", ran.stderr);
    }
}

#[rstest]
#[tokio::test]
async fn one_file_is_served_once() {
    let (_model, app) = start(Database::Sqlite).await;
    let ran = app.run_with(&["serve"], &[("BESEDA__HTTP__LISTEN", "127.0.0.1:0"), ("BESEDA__METRICS__LISTEN", "")]);
    let ran = ran.await.unwrap();
    println!("{}", ran.stderr);
    assert!(!ran.success && ran.stderr.contains("another beseda already serves from"), "{}", ran.stderr);
    assert_eq!(app.get("/readyz").await.0, 200);
    // Commands that do not serve are welcome.
    assert!(app.run(&["migrate"]).await.unwrap().success);
}

#[rstest]
#[tokio::test]
async fn a_taken_address_is_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let (_model, other) = prepared(database).await;
    let address = app.base_url().strip_prefix("http://").unwrap();
    let ran = other.run_with(&["serve"], &[("BESEDA__HTTP__LISTEN", address)]).await.unwrap();
    assert!(!ran.success && ran.stderr.contains(&format!("{address} cannot be listened on")), "{}", ran.stderr);
}

#[rstest]
#[tokio::test]
async fn a_backup_of_a_running_service_carries_on() {
    let (model, app) = start(Database::Sqlite).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    let file = app.data_dir().join("copy.db");
    let file = file.to_str().unwrap();
    let ran = app.run(&["backup", file]).await.unwrap();
    assert!(ran.success && ran.stdout.starts_with(file), "{}{}", ran.stdout, ran.stderr);
    let again = app.run(&["backup", file]).await.unwrap();
    assert!(!again.success && again.stderr.contains("exists already"), "{}", again.stderr);

    let restored = service(Database::Sqlite, &model).database_url(format!("sqlite://{file}")).start().await.unwrap();
    let anna = anna.at(restored.base_url());
    assert_eq!(anna.subscription().await["used_requests"], 1);
    let (status, _, body) = anna.send(session, "Помнишь?").await;
    assert_eq!(status, 201, "{body}");
    let sent: Value = serde_json::from_slice(&model.requests().last().unwrap().body).unwrap();
    assert_eq!(sent["messages"].as_array().unwrap().len(), 4);
}
