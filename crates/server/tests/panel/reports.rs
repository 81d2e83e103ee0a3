//! The queue of reports: moderators see what was reported and nothing else, and decide.

use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, Person},
    model::{Behaviour, FakeModel},
};

use crate::support::{log, staff, start};

/// Asks and reports the answer; gives the report's id.
async fn reported(model: &FakeModel, person: &Person, question: &str, answer: &str, comment: &str) -> String {
    model.next(Behaviour::answer(answer));
    let (status, _, body) = person.send(person.session().await, question).await;
    assert_eq!(status, 201, "{body}");
    let path = format!("/v1/messages/{}/report", body["ai_message"]["id"].as_str().unwrap());
    let (status, _, body) = person.post(&path, &json!({"category": "harmful", "comment": comment})).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn moderators_see_the_reported_answer_and_decide(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    anna.send(session, "Личное, о чём никто не жаловался").await;
    let first = reported(&model, &anna, "Вопрос <b>", "Опасный <script>ответ</script>", "=1+1").await;
    let second = reported(&model, &anna, "Другой вопрос", "Другой ответ", "плохо").await;

    let shown = maria.get("/admin/reports").await.is(200).says("Анна").says("dangerous").says("плохо");
    assert!(shown.html.find(&second) < shown.html.find(&first), "the newest first");
    let shown = maria.get(&format!("/admin/reports/{first}")).await.is(200);
    let shown = shown.says("Вопрос &lt;b&gt;").says("&lt;script&gt;ответ").says("=1+1");
    for hidden in ["Личное", "Другой ответ", "<script"] {
        assert!(!shown.without_own_script().contains(hidden), "{hidden}");
    }
    let csv = maria.get("/admin/reports/csv").await.is(200);
    assert!(csv.html.contains("\"'=1+1\"") && csv.html.contains(&second), "{}", csv.html);

    let decide = format!("/admin/reports/{first}/decide");
    maria.post(&decide, &[("state", "open"), ("reason", "так")]).await.is(422);
    maria.post(&decide, &[("state", "accepted"), ("reason", "")]).await.is(422);
    maria.post(&decide, &[("state", "accepted"), ("reason", "правда опасно")]).await.is(303);
    assert_eq!(log(&app, 1).await, ["Мария: report-decided (правда опасно)"]);
    let shown = maria.get("/admin/reports").await.is(200).says("The report is decided.");
    assert!(!shown.html.contains(&first) && shown.html.contains(&second));
    let shown = maria.get("/admin/reports?state=accepted").await.is(200);
    assert!(shown.html.contains(&first) && !shown.html.contains(&second));
    let shown = maria.get("/admin/reports?state=all").await.is(200);
    assert!(shown.html.contains(&first) && shown.html.contains(&second));
    maria.get(&format!("/admin/reports/{first}")).await.is(200).says("правда опасно").says("Мария");
    maria.get(&format!("/admin/people/{}", anna.id)).await.is(200).says(&first).says("accepted");
    maria.get("/admin/reports?state=lost").await.is(422);
    maria.get("/admin/reports/01890a5d-ac96-774b-bcce-b302099a8057").await.is(404);
    let lost = "/admin/reports/01890a5d-ac96-774b-bcce-b302099a8057/decide";
    maria.post(lost, &[("state", "accepted"), ("reason", "так")]).await.is(404);
    let (_, _, exported) = anna.get("/v1/me/export").await;
    assert_eq!(exported["reports"].as_array().map(Vec::len), Some(2));
}

#[rstest]
#[tokio::test]
async fn the_queue_is_read_page_by_page(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (model, app) = start(database).await;
    let (_, maria) = staff(&app, "moderator", "Мария").await;
    let anna = app.register("Анна").await;
    app.execute("UPDATE subscriptions SET usage_limit = 1000").await.unwrap();
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(reported(&model, &anna, "Вопрос", "Ответ", &format!("{number}")).await);
    }
    ids.reverse();
    let listed = |html: &str| -> Vec<String> {
        html.split("<a href=\"/admin/reports/").skip(1).map(|rest| rest[..36].to_owned()).collect()
    };
    for filter in ["", "?state=all"] {
        let first = maria.get(&format!("/admin/reports{filter}")).await.is(200);
        assert_eq!(listed(&first.html), ids[..50]);
        let next = first.html.split_once("rel=\"next\" href=\"").unwrap().1.split('"').next().unwrap();
        let second = maria.get(&next.replace("&#38;", "&").replace("&amp;", "&")).await.is(200);
        assert_eq!(listed(&second.html), ids[50..]);
    }
}
