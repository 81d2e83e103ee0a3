//! How answers are sent: cut, in a simpler form where Telegram insists, without drafts where it has none.

use std::time::Duration;

use rstest::rstest;
use testkit::{
    app::Database,
    model::Behaviour,
    telegram::{Fault, Faults, as_shown},
};

use crate::support::{Stage, for_the_model, hears_out, ru, talks, within, without_spaces};

#[rstest]
#[tokio::test]
async fn a_long_answer_comes_whole(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let before = anna.answers().len();
    let paragraph = "Слово за словом, и так до самого конца. ".repeat(12);
    let long: String = (0..21).map(|number| format!("{number}. {paragraph}\n\n")).collect();
    assert!(long.chars().count() > 10_000);
    stage.model.next(Behaviour::answer(&long).split_every(1_000));
    anna.says("Расскажи всё").await;
    anna.hears("20. Слово").await;
    stage.rests().await;
    let parts = anna.answers().split_off(before);
    assert!(parts.len() >= 3, "{}", parts.len());
    let joined: String = parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(without_spaces(&joined), without_spaces(&stage.stored(&anna, "ai").await[0]));
    // Only under the last one are there buttons.
    let with_buttons: Vec<_> = parts.iter().map(|part| !part.buttons.is_empty()).collect();
    assert_eq!(with_buttons.iter().filter(|has| **has).count(), 1);
    assert_eq!(with_buttons.last(), Some(&true));
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn where_there_are_no_drafts_a_message_is_edited(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    stage.telegram.refuse_drafts(true);
    tokio::join!(shown_by_edits(&stage), stopped_by_its_button(&stage));
    stage.ends_balanced().await;
}

async fn shown_by_edits(stage: &Stage) {
    let anna = stage.met("Анна").await;
    anna.says("!fake first_ms=1500 tokens=60 delay_ms=80").await;
    let shown = hears_out(&anna, "слово60").await;
    assert_eq!(shown.text, as_shown(&stage.stored(&anna, "ai").await[0]));
    assert!(shown.edits >= 2, "{shown}");
    assert!(shown.button("again:").is_some() && shown.button("stop:").is_none(), "{shown}");
    assert_eq!(for_the_model(&anna).len(), 1, "{}", anna.printed());
    assert!(anna.actions().iter().any(|(action, _)| action == "typing"));
    assert!(anna.drafts().is_empty());
}

async fn stopped_by_its_button(stage: &Stage) {
    let boris = stage.met("Борис").await;
    boris.says("!fake tokens=300 delay_ms=80").await;
    let shown = boris.wait_for_answer("the text so far", |message| message.button("stop:").is_some()).await;
    assert_eq!(boris.presses(shown.message_id, &ru("button-stop")).await, ru("stopping"));
    let shown = boris.hears(&ru("answer-stopped")).await;
    assert!(shown.button("again:").is_some() && shown.button("stop:").is_none(), "{shown}");
}

#[rstest]
#[tokio::test]
async fn entities_that_are_refused_are_left_out(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    stage.model.next(Behaviour::answer("Это **важно**, и `код`."));
    anna.says("Раз").await;
    let shown = anna.hears("Это важно, и код.").await;
    assert_eq!((shown.parts("bold"), shown.parts("code")), (vec!["важно".to_owned()], vec!["код".to_owned()]));
    stage.model.next(Behaviour::answer("То **важнее**, и `код`."));
    stage.telegram.next("sendMessage", Fault::refused(400, "Bad Request: can't parse entities: byte offset 3"));
    anna.says("Два").await;
    let shown = anna.hears("То важнее, и код.").await;
    assert!(shown.entities.is_empty(), "{shown:?}");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn what_fails_is_tried_again(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    stage.telegram.silence(Duration::from_millis(500));
    let anna = stage.met("Анна").await;
    for (number, fault) in [
        Fault::TooMany(1),
        Fault::Status(502),
        Fault::ClosedBefore,
        Fault::Garbage,
        Fault::ClosedAfter,
        Fault::HangAfter,
    ]
    .into_iter()
    .enumerate()
    {
        stage.telegram.next("sendMessage", fault.clone());
        let words = format!("Вопрос {number}");
        talks(&anna, &words).await;
        stage.rests().await;
        let shown = anna.answers().iter().filter(|message| message.text == words).count();
        // What arrived unheard is repeated once.
        assert_eq!(shown, if fault.acts() { 2 } else { 1 }, "{fault:?}\n{}", anna.printed());
    }
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn nothing_to_be_sent_is_lost_in_a_crash(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    // What was sent and not noted yet when the process is killed is sent again.
    stage.rests().await;
    stage.telegram.faults(Faults::seeded(1).rate(Fault::Status(502), 1.0).only(["sendMessage"]));
    anna.says("Первый вопрос").await;
    within(30, "the answer waits to be sent", async || {
        stage.app.query_i64("SELECT COUNT(*) FROM deliveries WHERE ended_at IS NULL").await.unwrap() == 1
    })
    .await;
    stage.app.kill9().await;
    // What the dead process had sent to Telegram is still refused.
    tokio::time::sleep(Duration::from_millis(500)).await;
    stage.telegram.faults(Faults::seeded(1));
    anna.says("Второй вопрос").await;
    stage.app.restart().await.unwrap();
    anna.hears("Второй вопрос").await;
    let answers: Vec<_> = for_the_model(&anna).into_iter().map(|answer| answer.text).collect();
    assert_eq!(answers, ["Первый вопрос", "Второй вопрос"]);
    assert!(stage.last_request().contains("Первый вопрос"), "the dialogue outlives the process");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn what_was_sent_is_noted_once_the_database_takes_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    stage.rests().await;
    let refusing: &[&str] = match database {
        Database::Sqlite => &["CREATE TRIGGER refusing BEFORE UPDATE OF part ON deliveries WHEN NEW.part > OLD.part \
                               BEGIN SELECT RAISE(ABORT, 'not now'); END"],
        Database::Postgres => &[
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$",
            "CREATE TRIGGER refusing BEFORE UPDATE OF part ON deliveries FOR EACH ROW WHEN (NEW.part > OLD.part) \
             EXECUTE FUNCTION refuse()",
        ],
    };
    for sql in refusing {
        stage.app.execute(sql).await.unwrap();
    }
    anna.says("Слышно?").await;
    anna.hears("Слышно?").await;
    within(20, "the database refuses", async || stage.app.log().matches("cannot be noted yet").count() >= 3).await;
    let takes = if database == Database::Sqlite { "DROP TRIGGER refusing" } else { "DROP FUNCTION refuse CASCADE" };
    stage.app.execute(takes).await.unwrap();
    talks(&anna, "А теперь?").await;
    let answers: Vec<_> = for_the_model(&anna).into_iter().map(|answer| answer.text).collect();
    assert_eq!(answers, ["Слышно?", "А теперь?"]);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn an_answer_cut_off_by_a_crash_is_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    stage.model.next(Behaviour::tokens(80).chunk_delay(Duration::from_millis(80)));
    anna.says("Расскажи всё").await;
    // What has come is noted once a second.
    anna.sees_draft("слово25").await;
    stage.app.kill9().await;
    stage.app.restart().await.unwrap();
    let cut = anna.hears(&ru("answer-partial")).await;
    assert!(cut.text.starts_with("слово1 слово2"), "{cut}");
    stage.model.next(Behaviour::answer("Теперь целиком"));
    anna.presses(cut.message_id, &ru("button-again")).await;
    anna.hears("Теперь целиком").await;
    stage.rests().await;

    stage.asks(&anna, "Расскажи ещё", Behaviour::tokens(3).first_delay(Duration::from_secs(60))).await;
    stage.app.kill9().await;
    stage.app.restart().await.unwrap();
    let told = anna.hears(&ru("interrupted-notice")).await;
    anna.presses(told.message_id, &ru("button-again")).await;
    anna.hears("Расскажи ещё").await;
    stage.ends_balanced().await;
}
