//! `/export`: what a person takes away.

use rstest::rstest;
use serde_json::Value;
use testkit::{app::Database, model::Behaviour};

use crate::support::{Stage, ru, talks};

#[rstest]
#[tokio::test]
async fn everything_can_be_taken_away(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let boris = stage.met("Борис").await;
    talks(&boris, "Чужое").await;
    talks(&anna, "Расскажи о Казани").await;
    stage.model.next(Behaviour::answer("Кремль **белый**.").finish_reason("length"));
    anna.says("А кремль").await;
    anna.hears("Кремль белый.").await;
    anna.says("/new").await;
    anna.hears(&ru("new-dialogue")).await;
    talks(&anna, "Отчего бывает радуга").await;

    anna.says("/export").await;
    let files = anna
        .wait_for("two files", |messages| messages.iter().filter(|message| message.document.is_some()).count() == 2);
    let files: Vec<_> = files.await.into_iter().filter(|message| message.document.is_some()).collect();
    assert!(files.iter().any(|file| file.text == ru("export-caption")), "{files:?}");
    let of = |ending: &str| {
        let documents = files.iter().filter_map(|file| file.document.clone());
        documents.into_iter().find(|document| document.name.ends_with(ending)).unwrap().bytes
    };

    let json: Value = serde_json::from_slice(&of(".json")).unwrap();
    assert_eq!(json["users"]["telegram_id"], anna.id());
    assert_eq!(json["messages"].as_array().unwrap().len(), 6);

    let text = String::from_utf8(of(".md").to_vec()).unwrap();
    assert!(!text.contains("Чужое"), "{text}");
    let order = [
        "# Разговоры, сохранённые к ",
        "## Расскажи о Казани",
        "**Вы:** ",
        "Расскажи о Казани",
        "**Беседа:** ",
        "Расскажи о Казани",
        "**Вы:** ",
        "А кремль",
        "**Беседа:** ",
        "Кремль **белый**.",
        "*(ответ оборвался)*",
        "## Отчего бывает радуга",
        "**Вы:** ",
        "Отчего бывает радуга",
        "**Беседа:** ",
        "Отчего бывает радуга",
    ];
    let mut rest = text.as_str();
    for piece in order {
        let (_, after) = rest.split_once(piece).unwrap_or_else(|| panic!("{piece:?} is not next in\n{rest}"));
        rest = after;
    }
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn long_dialogues_are_exported_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    talks(&anna, "Вопрос 1.").await;
    stage.rests().await;
    // As many exchanges as no page holds, written as the first one was.
    copy_last_exchange(&stage, 2..=130).await;
    anna.says("/export").await;
    let file = anna.wait_for_answer("the text", |message| {
        message.document.as_ref().is_some_and(|document| document.name.ends_with(".md"))
    });
    let text = String::from_utf8(file.await.document.unwrap().bytes.to_vec()).unwrap();
    let mut rest = text.as_str();
    for number in 1..=130 {
        for _ in 0..2 {
            let piece = format!("\nВопрос {number}.\n");
            rest = rest.split_once(&piece).unwrap_or_else(|| panic!("{piece:?} is not next in\n{rest}")).1;
        }
    }
    assert!(!rest.contains("Вопрос"), "{rest}");
    assert!(stage.telegram.violations().is_empty());
}

/// Adds exchanges to the only dialogue, in the database.
async fn copy_last_exchange(stage: &Stage, numbers: std::ops::RangeInclusive<i64>) {
    let ids = "SELECT CAST(seq AS BIGINT) FROM messages WHERE sender = 'user'";
    assert_eq!(stage.app.query_i64(ids).await.unwrap(), 1);
    let random = match stage.app.database() {
        Database::Sqlite => "randomblob(16)",
        Database::Postgres => "gen_random_uuid()",
    };
    for number in numbers {
        for sender in ["user", "ai"] {
            let sql = format!(
                "INSERT INTO messages (id, session_id, user_id, sender, message_text, created_at, token_usage, turn_id, \
                 seq, answers_id, status, finish_reason) SELECT {random}, session_id, user_id, sender, \
                 'Вопрос {number}.', created_at, token_usage, turn_id, {number}, answers_id, status, finish_reason \
                 FROM messages WHERE sender = '{sender}' AND seq = 1"
            );
            stage.app.execute(&sql).await.unwrap();
        }
    }
}
