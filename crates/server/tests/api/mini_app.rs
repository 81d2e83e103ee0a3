//! `POST /v1/auth/telegram`: whoever opens the Mini App is at once in their account.

use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::{
    app::{Answer, Database, TestApp, id_of},
    model::FakeModel,
    telegram::{FakeTelegram, Launch, Person},
};

use crate::support::{assert_shows, fields, problem, service, start};

const PATH: &str = "/v1/auth/telegram";

/// A service with a bot.
struct Stage {
    app: TestApp,
    telegram: FakeTelegram,
    _model: FakeModel,
}

impl Stage {
    async fn start(database: Database) -> Self {
        Self::start_with(database, &[]).await
    }

    async fn start_with(database: Database, environment: &[(&str, &str)]) -> Self {
        let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
        let builder = service(database, &model)
            .telegram(&telegram)
            .env("BESEDA__TELEGRAM__INIT_DATA_KEY", telegram.init_data_key());
        let builder = environment.iter().fold(builder, |builder, (name, value)| builder.env(name, value));
        Self { app: builder.start().await.unwrap(), telegram, _model: model }
    }

    async fn sign_in(&self, init_data: &str) -> Answer {
        self.app.post(PATH, &json!({"init_data": init_data})).await
    }

    /// Opens the Mini App; the account's id.
    async fn opens(&self, person: &Person, status: u16) -> uuid::Uuid {
        let answer = self.sign_in(&self.telegram.launch(person).init_data()).await;
        assert_eq!(answer.0, status, "{}", answer.2);
        id_of(&answer.2["user"]["id"])
    }

    async fn people(&self) -> i64 {
        self.app.query_i64("SELECT COUNT(*) FROM users").await.unwrap()
    }
}

fn with_token(app: &TestApp, token: &Value) -> reqwest::RequestBuilder {
    app.client().get(format!("{}/v1/me", app.base_url())).bearer_auth(token.as_str().unwrap())
}

#[rstest]
#[tokio::test]
async fn the_mini_app_signs_in_to_an_account_like_the_bots(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person_with(json!({
        "id": 5_123_456_789_i64, "first_name": "Анна <b>", "username": "anna", "language_code": "ru"
    }));
    let body = json!({"init_data": stage.telegram.launch(&anna).init_data(), "device_name": "Telegram"});
    let (status, _, body) = stage.app.post(PATH, &body).await;
    assert_eq!(status, 201, "{body}");
    assert_shows!(body, @r#"
    {
      "access_token": "[token]",
      "expires_in": 1800,
      "refresh_token": "[token]",
      "user": {
        "age": null,
        "age_stated_at": null,
        "companion": null,
        "created_at": "[time]",
        "first_name": "Анна <b>",
        "gender": null,
        "id": "[id]",
        "language": "ru",
        "last_name": null,
        "name": "Анна <b>",
        "telegram_id": 5123456789,
        "time_zone": null,
        "username": "anna"
      }
    }
    "#);
    let me = testkit::app::answer(with_token(&stage.app, &body["access_token"])).await;
    assert_eq!((me.0.as_u16(), &me.2["id"]), (200, &body["user"]["id"]));

    // Another time it is the same account, and in the bot it is, too.
    assert_eq!(stage.opens(&anna, 200).await, id_of(&body["user"]["id"]));
    anna.says("/help").await;
    anna.wait_for("an answer", |messages| messages.last().is_some_and(|last| last.from_bot)).await;
    assert_eq!(stage.people().await, 1);
    let plan = "SELECT COUNT(*) FROM subscriptions WHERE is_active AND plan_name = 'free'";
    assert_eq!(stage.app.query_i64(plan).await.unwrap(), 1);
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM devices").await.unwrap(), 2);
}

#[rstest]
#[tokio::test]
async fn who_knows_the_bot_finds_their_account(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let boris = stage.telegram.person("Борис", "ru");
    boris.says("/help").await;
    boris.wait_for("an answer", |messages| messages.last().is_some_and(|last| last.from_bot)).await;
    stage.opens(&boris, 200).await;
    assert_eq!(stage.people().await, 1);
}

#[rstest]
#[tokio::test]
async fn what_is_forged_signs_nobody_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Анна", "ru");
    let launch = || stage.telegram.launch(&anna);
    let changed = |text: String| text.replace(&anna.id().to_string(), "5999999999");
    for init_data in [
        changed(launch().init_data()),
        changed(launch().third_party()),
        launch().of_bot("7000000001:another-token").init_data(),
        launch().of_bot("7000000002:another-bot").third_party(),
        launch().init_data() + "&more=1",
        launch().init_data().replace("hash=", "hash=0"),
        format!("user=%7B%22id%22%3A{}%7D&auth_date=1772366400", anna.id()),
        String::new(),
        "\u{0}%%%=&&&".into(),
        "x=".to_owned() + &"y".repeat(20_000),
    ] {
        let answer = stage.sign_in(&init_data).await;
        assert_eq!(problem(&answer), "422 sign-in-invalid", "{init_data}");
        assert!(!answer.2.to_string().contains("7000000001"), "{}", answer.2);
    }
    assert_eq!(
        fields(&stage.app.post(PATH, &json!({"init_data": launch().init_data(), "device_name": ""})).await),
        ["device_name"]
    );
    assert_eq!(stage.people().await, 0);
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM used_proofs").await.unwrap(), 0);
}

#[rstest]
#[case::just_opened(0, None)]
#[case::a_little_ahead(-50, None)]
#[case::of_the_future(-100, Some("not yet valid"))]
#[case::nearly_an_hour(3500, None)]
#[case::an_hour(3600, Some("expired"))]
#[case::long_ago(100_000, Some("expired"))]
#[tokio::test]
async fn it_must_be_of_this_hour(
    #[case] ago: i64,
    #[case] refused: Option<&str>,
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Анна", "ru");
    let launch = stage.telegram.launch(&anna).ago(ago);
    for init_data in [launch.init_data(), launch.with("query_id", "another").third_party()] {
        let answer = stage.sign_in(&init_data).await;
        match refused {
            None => assert!(answer.0.is_success(), "{}", answer.2),
            Some(detail) => {
                assert_eq!(problem(&answer), "422 sign-in-invalid");
                assert_eq!(answer.2["detail"], detail);
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn each_opening_signs_one_device_in(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Анна", "ru");
    let launch: Launch = stage.telegram.launch(&anna);
    let init_data = launch.init_data();
    let first = stage.sign_in(&init_data).await;
    assert_eq!(first.0, 201);
    assert_eq!(problem(&stage.sign_in(&init_data).await), "409 sign-in-used");
    // Neither by its other signature, nor in another order.
    assert_eq!(problem(&stage.sign_in(&launch.third_party()).await), "409 sign-in-used");
    let reversed = init_data.split('&').rev().collect::<Vec<_>>().join("&");
    assert_eq!(problem(&stage.sign_in(&reversed).await), "409 sign-in-used");
    // Whoever shows it again later makes no new account of one that was erased.
    let token = first.2["access_token"].as_str().unwrap();
    let erase = stage.app.client().delete(format!("{}/v1/me", stage.app.base_url())).bearer_auth(token);
    assert_eq!(testkit::app::answer(erase).await.0, 204);
    assert_eq!(problem(&stage.sign_in(&init_data).await), "409 sign-in-used");
    assert_eq!(stage.people().await, 0);
    // And of many at once one is first.
    let init_data = stage.telegram.launch(&anna).init_data();
    let answers = join_all((0..8).map(|_| stage.sign_in(&init_data))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.0.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[rstest]
#[tokio::test]
async fn openings_at_once_make_one_account(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Анна", "ru");
    let opened: Vec<String> = (0..8).map(|_| stage.telegram.launch(&anna).init_data()).collect();
    let answers = join_all(opened.iter().map(|init_data| stage.sign_in(init_data))).await;
    let news = answers.iter().filter(|answer| answer.0 == 201).count();
    assert!(answers.iter().all(|answer| answer.0.is_success()), "{answers:?}");
    assert_eq!((news, stage.people().await), (1, 1));
}

#[rstest]
#[tokio::test]
async fn telegrams_own_signature_will_do(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Анна", "ru");
    assert_eq!(stage.sign_in(&stage.telegram.launch(&anna).third_party()).await.0, 201);

    // But only that of the Telegram that the service is at.
    let other = Stage::start_with(database, &[("BESEDA__TELEGRAM__INIT_DATA_KEY", "test")]).await;
    let launch = other.telegram.launch(&other.telegram.person("Анна", "ru"));
    assert_eq!(problem(&other.sign_in(&launch.third_party()).await), "422 sign-in-invalid");
    assert_eq!(other.sign_in(&launch.init_data()).await.0, 201);
}

#[rstest]
#[tokio::test]
async fn who_is_blocked_stays_out(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Анна", "ru");
    stage.opens(&anna, 201).await;
    let block = format!("UPDATE users SET blocked_at = {}", stage.app.sql_time(1_700_000_000_000_000));
    stage.app.execute(&block).await.unwrap();
    let answer = stage.sign_in(&stage.telegram.launch(&anna).init_data()).await;
    assert_eq!(problem(&answer), "403 blocked");
    assert_eq!(stage.app.query_i64("SELECT COUNT(*) FROM devices").await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn without_a_bot_there_is_no_mini_app(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let (_model, app) = start(database).await;
    let telegram = FakeTelegram::start().await.unwrap();
    let init_data = telegram.launch(&telegram.person("Анна", "ru")).init_data();
    assert_eq!(problem(&app.post(PATH, &json!({"init_data": init_data})).await), "409 telegram-off");
    assert_eq!(app.get("/v1/auth/methods").await.2, json!({"telegram": false}));
}

#[rstest]
#[tokio::test]
async fn tries_are_limited(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start_with(database, &[("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", "3")]).await;
    for _ in 0..3 {
        assert_eq!(problem(&stage.sign_in("hash=0").await), "422 sign-in-invalid");
    }
    assert_eq!(problem(&stage.sign_in("hash=0").await), "429 too-many-requests");
}

#[rstest]
#[case("http", false)]
#[case("https", true)]
#[tokio::test]
async fn the_menu_button_opens_it_where_telegram_can(#[case] scheme: &str, #[case] set: bool) {
    let url = format!("{scheme}://beseda.example");
    let stage = Stage::start_with(
        Database::Sqlite,
        &[("BESEDA__HTTP__PUBLIC_URL", url.as_str()), ("BESEDA__COMPANION__NAME", "Маша")],
    )
    .await;
    // The bot's own words are set last but for the button.
    let anna = stage.telegram.person("Анна", "ru");
    anna.says("/help").await;
    anna.wait_for("an answer", |messages| messages.last().is_some_and(|last| last.from_bot)).await;
    crate::support::eventually("the bot is described", || async {
        stage.telegram.described("setMyShortDescription", "ru").is_some()
            && stage.telegram.described("setMyShortDescription", "").is_some()
            && stage.telegram.menu_button(None).is_some() == set
    })
    .await;
    let button = json!({"type": "web_app", "text": "Маша", "web_app": {"url": "https://beseda.example/"}});
    assert_eq!(stage.telegram.menu_button(None), set.then_some(button));
    assert!(stage.telegram.violations().is_empty(), "{:?}", stage.telegram.violations());
}
