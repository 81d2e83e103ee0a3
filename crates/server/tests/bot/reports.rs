//! Reporting an answer by the button under it.

use rstest::rstest;
use testkit::{app::Database, model::Behaviour};

use crate::support::{Stage, ru, within};

#[rstest]
#[tokio::test]
async fn an_answer_is_reported_by_its_button(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    stage.model.next(Behaviour::answer("Плохой ответ"));
    anna.says("Вопрос").await;
    let shown = anna.hears("Плохой ответ").await;
    let told = anna.presses(shown.message_id, &ru("button-report")).await;
    assert_eq!(told, ru("reported"));
    let sql = "SELECT r.category || ' ' || m.message_text FROM reports r JOIN messages m ON m.id = r.message_id";
    for _ in 0..100 {
        if stage.app.query_i64("SELECT COUNT(*) FROM reports").await.unwrap() > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(stage.app.query_texts(sql).await.unwrap(), ["other Плохой ответ"]);
    // What is wrong with it is asked, and need not be said.
    let asked = anna.hears(&ru("report-why")).await;
    assert_eq!(anna.presses(asked.message_id, &ru("report-hateful")).await, ru("reported"));
    within(20, "the category is kept", async || stage.app.query_texts(sql).await.unwrap() == ["hateful Плохой ответ"])
        .await;
    // Pressed again, it is the same report.
    anna.presses(shown.message_id, "report:").await;
    // Where there is no answer, there is nothing to report.
    stage.model.next(Behaviour::error(400, "no"));
    anna.says("Без ответа").await;
    let failed = anna.hears(&ru("failed-model")).await;
    assert!(failed.button("again:").is_some() && failed.button("report:").is_none(), "{failed}");
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM reports").await.unwrap(), 1);
    stage.ends_balanced().await;
}
