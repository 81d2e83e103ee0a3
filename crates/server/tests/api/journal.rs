//! The journal of a long dialogue: rebuilt to the byte, and small.

use rstest::rstest;
use testkit::{
    app::{Database, TestApp},
    model::Behaviour,
};

use crate::{
    export::journal,
    support::{start, start_with},
};

const TURNS: usize = 100;

/// What people write, and what they are answered, in realistic lengths.
fn texts(number: usize) -> (String, String) {
    let question = [
        "Привет! Помоги, пожалуйста, составить план поездки на выходные: что посмотреть и где поесть?",
        "А если пойдёт дождь?",
        "Сколько это всё будет стоить примерно, если нас двое и мы не хотим экономить на еде?",
        "Спасибо. А расскажи подробнее про второй пункт: как туда добраться без машины, и нужно ли заранее брать билеты?",
    ];
    let sentence = "Начните утром с набережной, затем зайдите в музей; там прохладно, и по будням почти никого нет. ";
    let length = 2 + number * 7 % 9;
    (
        format!("{} ({number})", question[number % question.len()]),
        format!("Ответ {number}. {}", sentence.repeat(length)),
    )
}

async fn bytes(app: &TestApp, columns: &str, table: &str) -> i64 {
    let length = match app.database() {
        Database::Sqlite => "length(CAST(COALESCE(#, '') AS BLOB))",
        Database::Postgres => "octet_length(COALESCE(#::text, ''))",
    };
    let sum: Vec<String> = columns.split(' ').map(|column| length.replace('#', column)).collect();
    app.query_i64(&format!("SELECT CAST(sum({}) AS BIGINT) FROM {table}", sum.join(" + "))).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn a_hundred_turns_are_rebuilt_and_take_no_more_than_twice_their_text(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start_with(database, |b| b.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 1000)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    for number in 0..TURNS {
        let (question, answer) = texts(number);
        model.next(Behaviour::answer(&answer));
        let (status, _, body) = anna.send(session, &question).await;
        assert_eq!((status.as_u16(), body["ai_message"]["message_text"].as_str()), (201, Some(answer.as_str())));
    }
    let (sent, kept) = (model.requests(), journal(&anna).await);
    assert_eq!((sent.len(), kept.len()), (TURNS, TURNS));
    for (sent, kept) in sent.iter().zip(&kept) {
        assert_eq!(kept.request_payload.as_ref().unwrap().get().as_bytes(), &sent.body[..]);
        assert_eq!(kept.request_verified, Some(true));
    }
    for (number, kept) in kept.iter().enumerate() {
        let response = kept.response_payload.as_ref().unwrap();
        assert_eq!(response["choices"][0]["message"]["content"], texts(number).1);
    }
    let dialogue = bytes(&app, "message_text", "messages").await;
    let stored =
        bytes(&app, "request_payload response_payload", "ai_requests").await + bytes(&app, "body", "ai_texts").await;
    let naive: usize = sent.iter().map(|request| request.body.len()).sum();
    println!(
        "{database:?}: {TURNS} turns, {dialogue} bytes of text; the journal takes {stored} bytes ({:.2} times the text); \
         the bodies that were sent are {naive} bytes",
        stored as f64 / dialogue as f64
    );
    assert!(stored <= 2 * dialogue, "{stored} > 2 * {dialogue}");
}

#[rstest]
#[tokio::test]
async fn what_is_past_its_retention_is_dropped_and_the_figures_stay(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, mut app) = start_with(database, |b| b.env("BESEDA__JOURNAL__PAYLOAD_DAYS", 30)).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "давно").await;
    app.execute(&format!("UPDATE ai_requests SET created_at = {}", app.sql_time(1_000_000_000_000_000))).await.unwrap();
    anna.send(session, "недавно").await;
    app.restart().await.unwrap();
    crate::support::eventually("old payloads are dropped", || async {
        app.query_i64("SELECT count(*) FROM ai_requests WHERE request_payload IS NULL").await.unwrap() == 1
    })
    .await;
    let journal = journal(&anna).await;
    let kept: Vec<_> =
        journal.iter().map(|attempt| (attempt.request_payload.is_some(), attempt.prompt_tokens)).collect();
    assert_eq!(kept, [(false, Some(7)), (true, Some(7))]);
    assert!(journal[0].response_payload.is_none() && journal[0].request_verified.is_none());
}

#[rstest]
#[tokio::test]
async fn a_broken_reference_is_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Привет").await;
    app.execute("UPDATE messages SET message_text = 'подменено' WHERE sender = 'user'").await.unwrap();
    assert_eq!(journal(&anna).await[0].request_verified, Some(false));
}
