//! The first contact, and answers: streamed, stopped, given again.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use testkit::{app::Database, model::Behaviour, telegram::as_shown};

use crate::support::{Stage, en, for_the_model, ru};

/// Name, gender and age of a person, as they are stored.
async fn profile(stage: &Stage, telegram_id: i64) -> String {
    let sql = format!(
        "SELECT COALESCE(name, '-') || ' ' || COALESCE(gender, '-') || ' ' || COALESCE(CAST(age AS TEXT), '-') \
         FROM users WHERE telegram_id = {telegram_id}"
    );
    stage.app.query_text(&sql).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn people_introduce_themselves(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    tokio::join!(by_buttons(&stage), by_words(&stage), by_skipping(&stage), by_talking(&stage), in_english(&stage));
    without_a_name(&stage).await;
    stage.ends_balanced().await;
}

async fn by_buttons(stage: &Stage) {
    let anna = stage.telegram.person("Анна", "ru");
    anna.says("/start").await;
    let hello = anna.hears("Здравствуйте, Анна.").await;
    let asked = anna.hears(&ru("ask-name")).await;
    assert!(hello.message_id < asked.message_id);
    anna.presses(asked.message_id, "Анна").await;
    let asked = anna.hears(&ru("ask-gender")).await;
    anna.presses(asked.message_id, &ru("button-female")).await;
    let asked = anna.hears(&ru("ask-age")).await;
    assert!(asked.button("ask:skip").is_some());
    anna.says("27").await;
    anna.hears("Готово, Анна.").await;
    assert_eq!(profile(stage, anna.id()).await, "Анна female 27");
    // Whoever is known is not asked again.
    anna.says("/start").await;
    anna.wait_for("a second greeting", |messages| {
        messages.iter().filter(|message| message.text.starts_with("Готово, Анна.")).count() == 2
    })
    .await;
}

async fn by_words(stage: &Stage) {
    let boris = stage.telegram.person("Boris ★", "ru");
    boris.says("/start").await;
    boris.hears(&ru("ask-name")).await;
    boris.says("Борис Петрович").await;
    boris.hears(&ru("ask-gender")).await;
    boris.says("мужской").await;
    boris.hears(&ru("ask-age")).await;
    boris.says("300").await;
    boris.hears(&ru("ask-age-wrong")).await;
    boris.says("41").await;
    boris.hears("Готово, Борис Петрович.").await;
    assert_eq!(profile(stage, boris.id()).await, "Борис Петрович male 41");
    // It is told to the model.
    boris.says("Кто я?").await;
    boris.hears("Кто я?").await;
    let requests = stage.model.requests();
    let told = requests.iter().map(|request| String::from_utf8_lossy(&request.body).into_owned());
    assert!(told.filter(|body| body.contains("Кто я?")).all(|body| body.contains("Борис Петрович")));
}

async fn by_skipping(stage: &Stage) {
    let vera = stage.telegram.person("Вера", "ru");
    // A first text is kept, and answered after the questions.
    vera.says("Что такое радуга?").await;
    for question in ["ask-name", "ask-gender", "ask-age"] {
        let asked = vera.hears(&ru(question)).await;
        assert!(for_the_model(&vera).is_empty(), "{}", vera.printed());
        vera.presses(asked.message_id, "ask:skip").await;
    }
    vera.hears("Готово").await;
    vera.hears("Что такое радуга?").await;
    assert_eq!(stage.stored(&vera, "user").await, ["Что такое радуга?"]);
    assert!(profile(stage, vera.id()).await.ends_with(" - -"));
}

async fn by_talking(stage: &Stage) {
    let gleb = stage.telegram.person("Глеб", "ru");
    gleb.says("/start").await;
    let asked = gleb.hears(&ru("ask-name")).await;
    gleb.presses(asked.message_id, "ask:name").await;
    let asked = gleb.hears(&ru("ask-gender")).await;
    // What answers no question is no answer: it begins the talk.
    gleb.says("Расскажите лучше о Казани").await;
    gleb.hears("Расскажите лучше о Казани").await;
    gleb.says("А теперь о Самаре").await;
    gleb.hears("А теперь о Самаре").await;
    assert_eq!(profile(stage, gleb.id()).await, "Глеб - -");
    assert!(gleb.answers().iter().all(|message| message.text != ru("ask-age")), "{}", gleb.printed());
    // Buttons of a question that is over say so, and change nothing.
    gleb.presses(asked.message_id, "gender:male").await;
    gleb.hears(&ru("old-button")).await;
    assert_eq!(profile(stage, gleb.id()).await, "Глеб - -");
}

async fn in_english(stage: &Stage) {
    let dora = stage.telegram.person("Dora", "en");
    dora.says("/start").await;
    dora.hears("Hello, Dora.").await;
    for question in ["ask-name", "ask-gender", "ask-age"] {
        let asked = dora.hears(&en(question)).await;
        dora.presses(asked.message_id, &en("button-skip")).await;
    }
    dora.hears("All set").await;
}

async fn without_a_name(stage: &Stage) {
    let nobody = stage.telegram.person_with(json!({"first_name": "\u{202e}\u{2066}"}));
    nobody.says("/start").await;
    nobody.hears("Hello, Friend.").await;
    let asked = nobody.hears(&en("ask-name")).await;
    nobody.presses(asked.message_id, "Friend").await;
    nobody.hears(&en("ask-gender")).await;
}

#[rstest]
#[tokio::test]
async fn an_answer_streams_and_stays(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("!fake tokens=60 delay_ms=60").await;
    let shown = anna.hears("слово60").await;

    let stored = stage.stored(&anna, "ai").await;
    assert_eq!(stored.len(), 1);
    assert_eq!(shown.text, as_shown(&stored[0]));
    let answers = for_the_model(&anna);
    assert_eq!(answers.len(), 1, "{}", anna.printed());
    assert_eq!((answers[0].edits, answers[0].buttons.len()), (0, 1));

    let drafts = anna.drafts();
    assert!(drafts.len() >= 3, "{drafts:?}");
    assert!(drafts.iter().all(|draft| draft.draft_id == drafts[0].draft_id && draft.can_stop), "{drafts:?}");
    assert!(drafts.iter().all(|draft| shown.text.starts_with(&draft.text)), "{drafts:?}");
    assert!(drafts.is_sorted_by_key(|draft| draft.text.len()), "{drafts:?}");
    assert!(drafts.windows(2).all(|pair| pair[1].at - pair[0].at > Duration::from_millis(700)), "{drafts:?}");
    assert!(anna.draft().is_none(), "the answer takes the place of the draft");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_draft_lives_as_long_as_the_model_thinks(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("!fake tokens=3 first_ms=3000").await;
    let draft = anna.sees_draft("").await;
    assert_eq!(draft.text, "", "the bot thinks");
    anna.hears("слово3").await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn an_answer_is_stopped(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    tokio::join!(by_command(&stage), by_the_drafts_button(&stage), before_the_first_word(&stage));
    let states = "SELECT state FROM turns ORDER BY state";
    assert_eq!(stage.app.query_texts(states).await.unwrap(), ["stopped"; 3]);
    stage.ends_balanced().await;
}

/// The answer that was stopped, as it is shown and as it is stored.
async fn stopped(stage: &Stage, person: &testkit::telegram::Person) {
    let shown = person.hears(&ru("answer-stopped")).await;
    assert!(shown.text.starts_with("слово1 слово2 слово3"), "{shown}");
    assert!(shown.button("again:").is_some(), "{shown}");
    let stored = stage.stored(person, "ai").await;
    assert_eq!(shown.text, format!("{}\n\n{}", as_shown(&stored[0]), ru("answer-stopped")));
    assert!(!shown.text.contains("слово300"), "{shown}");
}

async fn by_command(stage: &Stage) {
    let anna = stage.met("Анна").await;
    anna.says("!fake tokens=300 delay_ms=100").await;
    anna.sees_draft("слово3").await;
    anna.says("/stop").await;
    stopped(stage, &anna).await;
    anna.says("/stop").await;
    anna.hears(&ru("nothing-to-stop")).await;
}

async fn by_the_drafts_button(stage: &Stage) {
    let boris = stage.met("Борис").await;
    boris.says("!fake tokens=300 delay_ms=100").await;
    boris.sees_draft("слово3").await;
    boris.stops_draft().await;
    stopped(stage, &boris).await;
}

async fn before_the_first_word(stage: &Stage) {
    let vera = stage.met("Вера").await;
    vera.says("!fake tokens=3 first_ms=20000").await;
    vera.sees_draft("").await;
    vera.says("/stop").await;
    let told = vera.hears(&ru("stopped-empty")).await;
    assert!(told.button("again:").is_some(), "{told}");
    assert!(stage.stored(&vera, "ai").await.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_answer_is_given_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    anna.says("/again").await;
    anna.hears(&ru("nothing-to-again")).await;
    for answer in ["Первый ответ", "Второй ответ", "Третий ответ", "Четвёртый ответ"]
    {
        stage.model.next(Behaviour::answer(answer));
    }
    anna.says("Назови число").await;
    let first = anna.hears("Первый ответ").await;
    anna.presses(first.message_id, "Ещё раз").await;
    let second = anna.hears("Второй ответ").await;
    anna.says("/again").await;
    anna.hears("Третий ответ").await;
    // An older answer's button asks the same question.
    anna.presses(second.message_id, "again:").await;
    anna.hears("Четвёртый ответ").await;
    assert_eq!(stage.stored(&anna, "user").await, ["Назови число"]);
    assert_eq!(stage.stored(&anna, "ai").await.len(), 4);
    // The question is asked alone: no answer to it is shown to the model.
    assert!(!stage.last_request().contains("ответ\""), "{}", stage.last_request());
    stage.ends_balanced().await;
}
