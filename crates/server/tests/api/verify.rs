//! `beseda verify`: silent about what is right, and it finds what is not.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Person, id_of},
    google::CANCELED,
    model::Behaviour,
};

use crate::{
    corruptions::{self, Corruption},
    play::{Shop, payments, plan},
    support::{days_pass, eventually, in_days, rests, run, start},
};

/// What people do in a day: answered, failed, broken off, stopped and repeated turns, dialogues that end and go.
async fn talk(shop: &Shop, person: &Person) {
    let (one, two, gone) = (person.session().await, person.session().await, person.session().await);
    for text in ["Первый вопрос", "Второй вопрос", "!fake status=400", "!fake tokens=9 abort_after=4 no_usage"]
    {
        person.send(one, text).await;
        person.send(gone, text).await;
    }
    let (_, _, answered) = person.send(two, "Ответь ещё раз").await;
    let question = id_of(&answered["user_message"]["id"]);
    assert_eq!(person.post(&format!("/v1/messages/{question}/regenerate"), &json!({})).await.0, 201);
    shop.model.next(Behaviour::tokens(9).hang_after(2));
    let stopped = person.send_later(two, "Остановлю").await;
    person.resume(stopped, None).await.until("delta").await;
    assert_eq!(run(&shop.app, &["verify"]).await, "", "what runs is no difference");
    person.post(&format!("/v1/messages/{stopped}/stop"), &json!({})).await;
    person.post(&format!("/v1/sessions/{two}/end"), &json!({})).await;
    assert_eq!(person.delete(&format!("/v1/sessions/{gone}")).await.0, 204);
}

/// An ordinary mixed history of four people: one who has free, one who was given a plan, one who has bought one, and
/// one who was given the money back.
async fn history(shop: &Shop) -> [Person; 4] {
    let people = [
        shop.app.register("Анна").await,
        shop.app.register("Борис").await,
        shop.app.register("Вера").await,
        shop.app.register("Глеб").await,
    ];
    let [anna, boris, vera, gleb] = &people;
    let boris_id = boris.id.to_string();
    let given = |days: i64| ["--user".to_owned(), boris_id.clone(), "--until".to_owned(), in_days(days).to_string()];
    let subscription = async |command: &str, more: &[&str], days: i64| {
        let given = given(days);
        let given: Vec<_> = given.iter().map(String::as_str).collect();
        run(&shop.app, &[&["subscription", command], more, &given].concat()).await;
    };
    for person in [anna, boris] {
        talk(shop, person).await;
        subscription("grant", &["--plan", "premium"], 20).await;
    }
    days_pass(&shop.app, 40).await;
    assert_eq!(run(&shop.app, &["verify"]).await, "", "what has ended and was not looked at since is no difference");
    subscription("grant", &["--plan", "premium"], 20).await;
    subscription("extend", &[], 25).await;
    for person in [anna, boris] {
        talk(shop, person).await;
    }
    let (hers, his) = (shop.sold(1), shop.sold(30));
    for (person, token) in [(vera, &hers), (gleb, &his)] {
        assert_eq!(shop.claim(person, token).await.0, 201);
        talk(shop, person).await;
    }
    shop.google.renews(&hers, in_days(31));
    shop.google.cancels(&hers);
    shop.hears(&hers, CANCELED).await;
    let charge = payments(gleb).await[0]["id"].as_str().unwrap().to_owned();
    run(&shop.app, &["payment", "refund", &charge]).await;
    eventually("it is given back", || async { plan(gleb).await == "free" }).await;
    talk(shop, gleb).await;
    rests(&shop.app).await;
    people
}

#[rstest]
#[tokio::test]
async fn it_is_silent_about_what_is_right_and_finds_what_is_not(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let mut shop = Shop::open(database).await;
    let people = history(&shop).await;
    shop.closes().await;
    shop.app.terminate().await.unwrap();
    let app = &shop.app;
    for Corruption { table, row, change, found, named } in corruptions::all(app, &people).await {
        let execute = async |sql: String| app.execute(&sql).await.unwrap();
        execute(format!("CREATE TABLE kept AS SELECT * FROM {table} WHERE {row}")).await;
        let planted = match &change {
            Some((column, value)) => format!("UPDATE {table} SET {column} = {value} WHERE {row}"),
            None => format!("DELETE FROM {table} WHERE {row}"),
        };
        assert_eq!(execute(planted.clone()).await, 1, "{planted}");
        let ran = app.run(&["verify"]).await.unwrap();
        let lines: Vec<_> = ran.stdout.lines().collect();
        let begins = format!("{found} {named}");
        assert!(!ran.success && lines.iter().any(|line| line.starts_with(&begins)), "{planted}\n{begins}\n{lines:#?}");
        let s = if lines.len() == 1 { "" } else { "s" };
        let last = format!("beseda: {} difference{s}", lines.len());
        assert_eq!(ran.stderr.lines().last(), Some(last.as_str()), "{planted}");
        // As it was: nothing is left of it.
        let undone = match &change {
            Some((column, _)) => format!("UPDATE {table} SET {column} = (SELECT {column} FROM kept) WHERE {row}"),
            None => format!("INSERT INTO {table} SELECT * FROM kept"),
        };
        assert_eq!(execute(undone.clone()).await, 1, "{undone}");
        execute("DROP TABLE kept".into()).await;
        assert_eq!(run(app, &["verify"]).await, "", "{undone}");
    }
}

#[rstest]
#[tokio::test]
async fn it_is_silent_about_nothing_and_about_what_is_made_up(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (_model, app) = start(database).await;
    assert_eq!(run(&app, &["verify"]).await, "");
    run(&app, &["demo-data", "--users", "5", "--messages", "60"]).await;
    assert_eq!(run(&app, &["verify"]).await, "");
    // No provider is to be told anything of made-up payments.
    assert_eq!(app.query_i64("SELECT COUNT(*) FROM jobs WHERE kind <> 'plan-ended'").await.unwrap(), 0);
    // It says how much it has looked at, beside what it has found.
    let ran = app.run(&["verify"]).await.unwrap();
    assert!(
        ran.stderr.contains("\"message\":\"verified\"") && ran.stderr.contains("\"differences\":0"),
        "{}",
        ran.stderr
    );
}
