//! A stage: a service with a bot, and people who pay in Telegram Stars.

use serde_json::{Value, json};
use testkit::{
    app::{Answer, Database, Person, TestApp},
    model::FakeModel,
    telegram::{self, FakeTelegram},
};

use crate::{
    play::{has, kinds},
    support::{eventually, rests, run, service},
};

/// A service with a bot.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) telegram: FakeTelegram,
    _model: FakeModel,
}

impl Stage {
    pub(crate) async fn start(database: Database) -> Self {
        let (model, telegram) = (FakeModel::start().await.unwrap(), FakeTelegram::start().await.unwrap());
        let app = service(database, &model).telegram(&telegram).start().await.unwrap();
        Self { app, telegram, _model: model }
    }

    /// A person whose account is joined with Telegram, here and there.
    pub(crate) async fn joined(&self, name: &str) -> (Person, telegram::Person) {
        let (here, there) = (self.app.register(name).await, self.telegram.person(name, "ru"));
        let sql = format!("UPDATE users SET telegram_id = {} WHERE id = {}", there.id(), self.app.sql_id(here.id));
        assert_eq!(self.app.execute(&sql).await.unwrap(), 1);
        (here, there)
    }

    /// One who has bought premium, and the charge.
    pub(crate) async fn customer(&self) -> (Person, telegram::Person, String) {
        let (here, there) = self.joined("Анна").await;
        let payment = there.pays(&link(&invoice(&here, "premium").await)).await;
        let charge = payment.charge_id().to_owned();
        eventually("it is credited", || async { has(&here).await.0 == "premium" }).await;
        (here, there, charge)
    }

    /// Telegram takes the next charge, and it is credited.
    pub(crate) async fn renews(&self, here: &Person, there: &telegram::Person, charge: &str) -> String {
        let known = kinds(here).await.len();
        let next = there.renews(charge).await.charge_id().to_owned();
        eventually("it is credited", || async { kinds(here).await.len() > known }).await;
        next
    }

    /// Calls Telegram as somebody else would who has the bot's token.
    pub(crate) async fn call(&self, method: &str, params: &Value) {
        let url = format!("{}/bot{}/{method}", self.telegram.url(), self.telegram.token());
        let (status, _, body) = testkit::app::answer(self.app.client().post(url).json(params)).await;
        assert_eq!((status.as_u16(), &body["ok"]), (200, &json!(true)), "{method}: {body}");
    }

    /// Waits until everything that was told is seen to.
    pub(crate) async fn rests(&self) {
        self.telegram.all_received().await.unwrap();
        let unseen = "SELECT COUNT(*) FROM telegram_updates WHERE done_at IS NULL";
        eventually("all is seen to", || async { self.app.query_i64(unseen).await.unwrap() == 0 }).await;
        rests(&self.app).await;
    }

    /// What must hold after everything.
    pub(crate) async fn ends(&self) {
        self.rests().await;
        assert!(self.telegram.violations().is_empty(), "{:#?}", self.telegram.violations());
        assert_eq!(run(&self.app, &["verify"]).await, "");
    }
}

/// Asks for an invoice.
pub(crate) async fn invoice(person: &Person, plan: &str) -> Answer {
    person.post("/v1/me/invoices", &json!({"plan_name": plan})).await
}

/// The link of an invoice that was made.
pub(crate) fn link((status, _, body): &Answer) -> String {
    assert_eq!(*status, 201, "{body}");
    body["url"].as_str().unwrap().to_owned()
}
