//! Buying, renewing, turning off and on, and giving back, in Telegram Stars.

use beseda::telegram::texts::{Lang, Value, text};
use rstest::rstest;
use serde_json::json;
use testkit::{
    app::{Database, TestApp},
    telegram::{Payment, Person, Shown},
};

use crate::support::{Mode, Stage, within};

/// Lets so many days pass for everything that was paid and given.
async fn days_pass(app: &TestApp, days: i64) {
    let earlier = |column: &str| match app.database() {
        Database::Sqlite => format!("{column} = {column} - {}", days * 86_400_000_000),
        Database::Postgres => format!("{column} = {column} - interval '{days} days'"),
    };
    for (table, columns) in [
        ("payments", &["occurred_at", "received_at", "paid_until"][..]),
        ("purchases", &["created_at"]),
        ("subscriptions", &["start_date", "end_date", "anchor_date", "yields_at"]),
    ] {
        let set: Vec<_> = columns.iter().map(|column| earlier(column)).collect();
        app.execute(&format!("UPDATE {table} SET {}", set.join(", "))).await.unwrap();
    }
}

/// Plan, limit, whether it renews itself, and in how many days it ends, of the person's active subscription.
async fn has(stage: &Stage, person: &Person) -> (String, i64, bool, i64) {
    let end = match stage.app.database() {
        Database::Sqlite => "end_date",
        Database::Postgres => "CAST(EXTRACT(EPOCH FROM end_date) * 1000000 AS BIGINT)",
    };
    let sql = format!(
        "SELECT plan_name, usage_limit, auto_renew, {end} FROM subscriptions s JOIN users u ON u.id = s.user_id \
         WHERE u.telegram_id = {} AND s.is_active",
        person.id()
    );
    let mut rows = stage.app.sql::<(String, i64, bool, i64)>(&sql).await.unwrap();
    let (plan, limit, renews, end) = rows.pop().expect("everybody has one");
    #[expect(clippy::disallowed_methods, reason = "the test's own clock, to compare the service's with")]
    let now = jiff::Timestamp::now().as_microsecond();
    // A few seconds may have passed since.
    (plan, limit, renews, (end - now + 3_600_000_000) / 86_400_000_000)
}

/// The ids of the charges that were heard of, the newest first.
async fn charges(stage: &Stage) -> Vec<String> {
    let sql = "SELECT charge_id FROM payments WHERE kind = 'paid' ORDER BY occurred_at DESC, id DESC";
    stage.app.query_texts(sql).await.unwrap()
}

/// `beseda …`, beside the service.
async fn run(stage: &Stage, arguments: &[&str]) -> String {
    let ran = stage.app.run(arguments).await.unwrap();
    assert!(ran.success, "{arguments:?}: {}", ran.stderr);
    ran.stdout
}

/// Asks for a plan and gets an invoice: its link.
async fn invoice(person: &Person, plan: &str) -> String {
    let before = person.answers().len();
    person.says("/plan").await;
    let card = next(person, before, "the plans", |shown| shown.button(&format!("buy:{plan}")).is_some()).await;
    let before = person.answers().len();
    person.presses(card.message_id, &format!("buy:{plan}")).await;
    let told = next(person, before, "an invoice", |shown| link(shown).is_some()).await;
    link(&told).unwrap()
}

fn link(shown: &Shown) -> Option<String> {
    shown.buttons.iter().flatten().find_map(|button| button.url.clone())
}

/// The first answer after the first `before` ones that is so.
async fn next(person: &Person, before: usize, what: &str, so: impl Fn(&Shown) -> bool) -> Shown {
    let found = |messages: &[Shown]| {
        let answers = messages.iter().filter(|message| message.from_bot);
        answers.skip(before).find(|message| so(message)).cloned()
    };
    let messages = person.wait_for(what, |messages| found(messages).is_some()).await;
    found(&messages).unwrap()
}

/// Looks at what was used: an ended period is rolled over.
async fn uses(person: &Person) {
    let before = person.answers().len();
    person.says("/usage").await;
    next(person, before, "the usage", |shown| shown.text.contains("▱")).await;
}

/// Buys a plan; the charge.
async fn buys(person: &Person, plan: &str) -> String {
    let link = invoice(person, plan).await;
    let payment = person.pays(&link).await;
    payment.charge_id().to_owned()
}

/// How a text of the bot begins, up to what is filled in last.
fn begins(lang: Lang, key: &str, arguments: &[(&str, Value<'_>)]) -> String {
    let whole = text(lang, key, arguments);
    whole.split("@@").next().unwrap().to_owned()
}

#[rstest]
#[case(Lang::Ru, "ru", "Премиум")]
#[case(Lang::En, "en", "Premium")]
#[tokio::test]
async fn a_plan_is_bought_renewed_turned_off_and_on_and_given_back(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[case] lang: Lang,
    #[case] code: &str,
    #[case] title: &str,
) {
    let stage = Stage::start(database).await;
    let anna = stage.telegram.person("Anna", code);
    let first = buys(&anna, "premium").await;
    anna.hears(&begins(lang, "paid", &[("kind", "renews".into()), ("plan", title.into()), ("until", "@@".into())]))
        .await;
    assert_eq!(has(&stage, &anna).await, ("premium".into(), 2000, true, 30));
    anna.says("/plan").await;
    let card = anna.hears(&format!("{}\n", text(lang, "plan", &[("plan", title.into())]))).await;
    assert!(card.button("buy:premium").is_none(), "{card}");

    anna.presses(card.message_id, "renew:off").await;
    anna.hears(&begins(lang, "renew-off", &[("until", "@@".into())])).await;
    within(20, "Telegram is told", async || anna.was_canceled(&first)).await;
    assert_eq!(has(&stage, &anna).await, ("premium".into(), 2000, false, 30));
    let before = anna.answers().len();
    anna.says("/plan").await;
    let card = next(&anna, before, "the card", |shown| shown.button("renew:on").is_some()).await;
    anna.presses(card.message_id, "renew:on").await;
    anna.hears(&begins(lang, "renew-on", &[("until", "@@".into())])).await;
    within(20, "Telegram is told", async || !anna.was_canceled(&first)).await;

    days_pass(&stage.app, 29).await;
    let second = anna.renews(&first).await.charge_id().to_owned();
    anna.hears(&begins(lang, "paid", &[("kind", "again".into()), ("plan", title.into()), ("until", "@@".into())]))
        .await;
    // What is paid goes on to its end, and then the next period begins, with a new quota.
    assert_eq!(has(&stage, &anna).await, ("premium".into(), 2000, true, 1));
    days_pass(&stage.app, 2).await;
    uses(&anna).await;
    let (plan, _, renews, days) = has(&stage, &anna).await;
    assert_eq!((plan.as_str(), renews), ("premium", true));
    // The fake's clock stood still: the renewal is paid until sixty days after the purchase.
    assert!((28..=60).contains(&days), "{days}");

    let listed = run(&stage, &["payment", "list", "--telegram-id", &anna.id().to_string()]).await;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let kinds: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["paid", "resumed", "canceled", "paid"]);
    for charge in [&second, &first] {
        let id =
            listed.as_array().unwrap().iter().find(|row| row["charge_id"] == charge.as_str()).unwrap()["id"].clone();
        run(&stage, &["payment", "refund", id.as_str().unwrap()]).await;
        within(20, "the money is given back", async || anna.was_refunded(charge)).await;
    }
    anna.hears(&text(lang, "refunded", &[("plan", title.into())])).await;
    within(20, "free goes on", async || has(&stage, &anna).await.0 == "free").await;
    stage.rests().await;
    let verified = stage.app.run(&["verify"]).await.unwrap();
    assert_eq!((verified.success, verified.stdout.as_str()), (true, ""), "{}", verified.stderr);
    assert!(stage.telegram.violations().is_empty(), "{:#?}", stage.telegram.violations());
}

#[rstest]
#[tokio::test]
async fn what_is_changed_in_telegram_is_heard(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let charge = buys(&anna, "premium").await;
    anna.hears("Оплачено: Премиум").await;
    anna.cancels_subscription(&charge).await;
    anna.hears("Продление выключено: Премиум").await;
    assert!(!has(&stage, &anna).await.2);
    // Only where it was turned off it can be turned on.
    anna.says("/plan").await;
    let card = anna.hears("сам не продлится").await;
    anna.presses(card.message_id, "renew:on").await;
    anna.hears("включить его можно только там").await;
    assert!(!has(&stage, &anna).await.2);
    anna.resumes_subscription(&charge).await;
    anna.hears("Продление включено: Премиум").await;
    assert!(has(&stage, &anna).await.2);
    anna.cannot_renew(&charge).await;
    anna.hears("Продлить не удалось: Премиум").await;
    assert!(!has(&stage, &anna).await.2);
    // What was paid lasts to its end, and not longer.
    days_pass(&stage.app, 29).await;
    assert_eq!(has(&stage, &anna).await.0, "premium");
    days_pass(&stage.app, 2).await;
    uses(&anna).await;
    assert_eq!(has(&stage, &anna).await.0, "free");
    let ended = anna.hears("План кончился: Премиум").await;
    assert!(ended.button("buy:premium").is_some(), "{ended}");
    // A payment that comes late buys what it says.
    anna.renews(&charge).await;
    anna.hears("Продлено: Премиум").await;
    assert_eq!(has(&stage, &anna).await.0, "premium");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn nobody_pays_for_what_they_cannot_have(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let (anna, boris) = (stage.met("Анна").await, stage.met("Борис").await);
    let refused = |payment: Payment, key: &str| {
        let Payment::Refused(reason) = payment else { panic!("{payment:?}") };
        assert_eq!(reason, text(Lang::Ru, key, &[]));
    };
    // The invoice is Anna's.
    let link = invoice(&anna, "premium").await;
    refused(boris.pays(&link).await, "buy-foreign");
    // Dearer, then retired, then as it was again.
    run(&stage, &["plan", "set", "premium", "--price-stars", "600"]).await;
    refused(anna.pays(&link).await, "buy-not-offered");
    run(&stage, &["plan", "set", "premium", "--price-stars", "500", "--offered", "false"]).await;
    refused(anna.pays(&link).await, "buy-not-offered");
    run(&stage, &["plan", "set", "premium", "--offered", "true"]).await;
    // Too old.
    days_pass(&stage.app, 1).await;
    refused(anna.pays(&link).await, "buy-expired");
    let link = invoice(&anna, "premium").await;
    // Blocked.
    let block = |at: &str| format!("UPDATE users SET blocked_at = {at} WHERE telegram_id = {}", anna.id());
    stage.app.execute(&block(&stage.app.sql_time(1))).await.unwrap();
    refused(anna.pays(&link).await, "buy-blocked");
    stage.app.execute(&block("NULL")).await.unwrap();
    // Paid once, it is running: a second invoice that was made before is refused.
    let other = invoice(&anna, "premium").await;
    assert!(matches!(anna.pays(&link).await, Payment::Paid { .. }));
    anna.hears("Оплачено: Премиум").await;
    let Payment::Refused(reason) = anna.pays(&other).await else { panic!("paid twice") };
    assert!(reason.starts_with("Этот план у вас уже есть и продлится сам: "), "{reason}");
    assert_eq!(charges(&stage).await.len(), 1);
    // An invoice of somebody else's making.
    let foreign = stage.telegram_invoice("somebody else's").await;
    refused(anna.pays(&foreign).await, "buy-expired");
    assert_eq!(has(&stage, &boris).await.0, "free");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_better_plan_begins_at_once_and_a_lesser_one_at_the_end(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start(database).await;
    let gold = ["plan", "set", "gold", "--unit", "requests", "--usage-limit", "9000", "--period", "month"];
    run(&stage, &[&gold[..], &["--price-stars", "900", "--title-ru", "Золото"]].concat()).await;
    let anna = stage.met("Анна").await;
    let premium = buys(&anna, "premium").await;
    anna.hears("Оплачено: Премиум").await;
    let golden = buys(&anna, "gold").await;
    anna.hears("Оплачено: Золото").await;
    assert_eq!(has(&stage, &anna).await, ("gold".into(), 9000, true, 30));
    within(20, "the old renewal ends", async || anna.was_canceled(&premium)).await;
    anna.hears("Продление выключено: Премиум").await;
    assert!(!anna.was_canceled(&golden));
    // The lesser plan can't be bought now; it is what is wanted afterwards.
    anna.says("/plan").await;
    let card = anna.hears("Ваш план: Золото").await;
    assert!(card.button("buy:premium").is_none() && card.button("buy:gold").is_none(), "{card}");
    let before = anna.answers().len();
    // The button of an old card.
    let old = anna.answers().into_iter().find(|shown| shown.button("buy:premium").is_some()).unwrap();
    anna.presses(old.message_id, "buy:premium").await;
    let told = next(&anna, before, "why not", |shown| shown.text.contains("план лучше: Золото, до ")).await;
    anna.presses(told.message_id, "switch:premium").await;
    anna.hears("потом придёт счёт: Премиум").await;
    within(20, "Telegram is told", async || anna.was_canceled(&golden)).await;
    assert_eq!(has(&stage, &anna).await, ("gold".into(), 9000, false, 30));
    // When gold ends, what is left of premium is used first; both ended within a moment of each other here.
    days_pass(&stage.app, 31).await;
    uses(&anna).await;
    let ended = anna.hears("План кончился: Золото").await;
    assert!(ended.button("buy:premium").is_some(), "{ended}");
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_payment_is_credited_once_however_often_it_is_told(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::start_with(database, Mode::Webhook, |builder| builder).await;
    stage.telegram.disorder(testkit::telegram::Disorder {
        seed: 7,
        again: 0.5,
        copied: 0.5,
        shuffled: 1.0,
        within_chats: true,
    });
    let week = ["plan", "set", "week", "--unit", "requests", "--usage-limit", "100", "--period", "week"];
    run(&stage, &[&week[..], &["--price-stars", "100", "--title-ru", "Неделя"]].concat()).await;
    let anna = stage.met("Анна").await;
    for weeks in 1..=3 {
        buys(&anna, "week").await;
        within(20, "it is credited", async || charges(&stage).await.len() == weeks).await;
    }
    stage.rests().await;
    assert_eq!(has(&stage, &anna).await, ("week".into(), 100, false, 7));
    assert_eq!(charges(&stage).await.len(), 3);
    let told = anna.answers().into_iter().filter(|shown| shown.text.starts_with("Оплачено: Неделя")).count();
    assert_eq!(told, 3);
    // One after the other, each with a quota of its own.
    days_pass(&stage.app, 8).await;
    uses(&anna).await;
    assert_eq!(has(&stage, &anna).await, ("week".into(), 100, false, 13 - 7));
    days_pass(&stage.app, 14).await;
    uses(&anna).await;
    assert_eq!(has(&stage, &anna).await.0, "free");
    stage.rests().await;
}

#[rstest]
#[tokio::test]
async fn what_never_ends_has_no_renewal(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let stock = ["plan", "set", "stock", "--unit", "requests", "--usage-limit", "100", "--period", "none"];
    run(&stage, &[&stock[..], &["--price-stars", "100", "--title-ru", "Запас"]].concat()).await;
    let anna = stage.met("Анна").await;
    let before = anna.answers().len();
    anna.says("/plan").await;
    let old = next(&anna, before, "the plans", |shown| shown.button("buy:stock").is_some()).await;
    buys(&anna, "stock").await;
    anna.hears("Оплачено: Запас").await;
    let before = anna.answers().len();
    anna.says("/plan").await;
    let card = next(&anna, before, "the plans", |shown| shown.text.starts_with("Ваш план: Запас")).await;
    // While there is some of it left, it is neither sold again, by an old button either, nor to be renewed.
    let before = anna.answers().len();
    anna.presses(old.message_id, "buy:stock").await;
    let refused = next(&anna, before, "the refusal", |_| true).await;
    for shown in [card, refused] {
        for button in ["buy:stock", "renew:on", "renew:off"] {
            assert!(shown.button(button).is_none(), "{button}: {shown}");
        }
        assert!(link(&shown).is_none(), "{shown}");
    }
    assert_eq!(charges(&stage).await.len(), 1);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn a_payment_that_was_never_told_is_found(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let mut stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let first = buys(&anna, "premium").await;
    anna.hears("Оплачено: Премиум").await;
    stage.rests().await;
    stage.app.terminate().await.unwrap();
    // Telegram forgets what nobody has asked for within a day.
    let second = anna.renews(&first).await.charge_id().to_owned();
    stage.call("deleteWebhook", &json!({"drop_pending_updates": true})).await;
    stage.app.restart().await.unwrap();
    within(20, "it is credited", async || charges(&stage).await == [second.clone(), first.clone()]).await;
    anna.hears("Продлено: Премиум").await;
    // The same for what was given back.
    stage.rests().await;
    stage.app.terminate().await.unwrap();
    for charge in [&first, &second] {
        let refund = json!({"user_id": anna.id(), "telegram_payment_charge_id": charge});
        stage.call("refundStarPayment", &refund).await;
    }
    stage.call("deleteWebhook", &json!({"drop_pending_updates": true})).await;
    stage.app.restart().await.unwrap();
    within(20, "free goes on", async || has(&stage, &anna).await.0 == "free").await;
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn who_leaves_does_not_go_on_paying(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::start(database).await;
    let anna = stage.met("Анна").await;
    let charge = buys(&anna, "premium").await;
    anna.hears("Оплачено: Премиум").await;
    let link = invoice(&stage.met("Борис").await, "premium").await;
    anna.says("/delete").await;
    let asked = anna.hears("Удалить").await;
    anna.presses(asked.message_id, "delete:yes").await;
    within(20, "the renewal is off", async || anna.was_canceled(&charge)).await;
    assert!(matches!(anna.pays(&link).await, Payment::Refused(_)));
    // Should Telegram have taken the next payment in the same moment, it is given back.
    stage
        .call(
            "editUserStarSubscription",
            &json!({
                "user_id": anna.id(), "telegram_payment_charge_id": charge, "is_canceled": false,
            }),
        )
        .await;
    let late = anna.renews(&charge).await.charge_id().to_owned();
    within(20, "it is given back", async || anna.was_refunded(&late)).await;
    anna.hears("Звёзды возвращены").await;
    assert!(anna.was_canceled(&charge) || !anna.was_refunded(&charge));
    stage.rests().await;
    let people = format!("SELECT COUNT(*) FROM users WHERE telegram_id = {}", anna.id());
    assert_eq!(stage.app.query_i64(&people).await.unwrap(), 0, "a payment makes nobody an account");
}

#[rstest]
#[tokio::test]
async fn a_limit_is_told_once_a_period(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage =
        Stage::start_with(database, Mode::Polling, |builder| builder.env("BESEDA__PLANS__FREE__USAGE_LIMIT", 5)).await;
    let anna = stage.met("Анна").await;
    let count = |begins: &str| anna.answers().into_iter().filter(|shown| shown.text.starts_with(begins)).count();
    for number in 1..=5 {
        crate::support::talks(&anna, &format!("Вопрос {number}")).await;
        stage.rests().await;
        let near = count("До конца периода осталось ответов: 1");
        assert_eq!(near, usize::from(number >= 4), "after {number}");
        assert_eq!(count("План израсходован. Обновится: "), usize::from(number == 5), "after {number}");
    }
    let told = anna.hears("План израсходован. Обновится: ").await;
    anna.presses(told.message_id, "plan").await;
    anna.hears("Получено ответов: 5 из 5\n▰▰▰▰▰▰▰▰▰▰ 100 %").await;
    // The next period is told of anew.
    days_pass(&stage.app, 40).await;
    for number in 6..=9 {
        crate::support::talks(&anna, &format!("Вопрос {number}")).await;
    }
    stage.rests().await;
    assert_eq!(count("До конца периода осталось ответов: 1"), 2);
    stage.ends_balanced().await;
}

#[rstest]
#[tokio::test]
async fn terms_and_support_are_told(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let change = |builder: testkit::app::Builder| {
        builder
            .env("BESEDA__SERVICE__SUPPORT", "@beseda_support")
            .env("BESEDA__SERVICE__TERMS_URL", "https://beseda.example/terms")
    };
    let stage = Stage::start_with(database, Mode::Polling, change).await;
    let anna = stage.met("Анна").await;
    anna.says("/terms").await;
    let terms = anna.hears(&text(Lang::Ru, "terms", &[])).await;
    assert!(terms.text.ends_with("Полностью: https://beseda.example/terms"), "{terms}");
    let charge = buys(&anna, "premium").await;
    anna.hears("Оплачено: Премиум").await;
    anna.says("/paysupport").await;
    let support = anna.hears("Вопросы об оплате: @beseda_support").await;
    assert!(support.text.contains(&format!(": 500 ⭐, {charge}")), "{support}");
    stage.ends_balanced().await;
}
