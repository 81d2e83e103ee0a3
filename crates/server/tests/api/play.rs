//! A shop: a service that sells plans in a fake Google Play.

use serde_json::{Value, json};
use testkit::{
    app::{Answer, Builder, Database, Person, TestApp},
    google::{Buy, FakeGoogle},
    model::FakeModel,
};

use crate::support::{in_days, now, rests, run, service};

/// What premium is in Google Play.
pub(crate) const PREMIUM: &str = "premium_monthly";
/// What gold, a better plan, is there.
pub(crate) const GOLD: &str = "gold_monthly";
/// Whom notifications are for.
const AUDIENCE: &str = "https://beseda.example/google-play/notifications";

/// A service that sells plans in a fake Google Play.
pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) google: FakeGoogle,
    pub(crate) model: FakeModel,
}

/// A service that is connected with `google`.
pub(crate) fn connected(builder: Builder, google: &FakeGoogle) -> Builder {
    google.push_audience(AUDIENCE);
    builder
        .env("BESEDA__GOOGLE_PLAY__PACKAGE_NAME", google.package_name())
        .env("BESEDA__GOOGLE_PLAY__SERVICE_ACCOUNT", google.service_account_json())
        .env("BESEDA__GOOGLE_PLAY__API_URL", google.url())
        .env("BESEDA__GOOGLE_PLAY__PUSH_AUDIENCE", AUDIENCE)
        .env("BESEDA__GOOGLE_PLAY__PUSH_EMAIL", google.push_email())
        .env("BESEDA__GOOGLE_PLAY__KEYS_URL", google.keys_url())
}

impl Shop {
    /// One that sells premium.
    pub(crate) async fn open(database: Database) -> Self {
        Self::open_with(database, |builder| builder).await
    }

    /// The same with what `change` changes.
    pub(crate) async fn open_with(database: Database, change: impl FnOnce(Builder) -> Builder) -> Self {
        let (model, google) = (FakeModel::start().await.unwrap(), FakeGoogle::start().await.unwrap());
        let app = change(connected(service(database, &model), &google)).start().await.unwrap();
        run(&app, &["plan", "set", "premium", "--google-product-id", PREMIUM]).await;
        Self { app, google, model }
    }

    /// Sells gold, too.
    pub(crate) async fn sells_gold(&self) {
        let gold = ["plan", "set", "gold", "--unit", "requests", "--usage-limit", "9000", "--period", "month"];
        run(&self.app, &[&gold[..], &["--rank", "900", "--google-product-id", GOLD]].concat()).await;
    }

    /// Somebody has bought premium today, for so many days.
    pub(crate) fn sold(&self, days: i64) -> String {
        self.google.buys(premium(days))
    }

    /// The app says what was bought.
    pub(crate) async fn claim(&self, person: &Person, token: &str) -> Answer {
        self.claim_as(person, token, PREMIUM).await
    }

    /// The same of a certain product.
    pub(crate) async fn claim_as(&self, person: &Person, token: &str, product_id: &str) -> Answer {
        let body = json!({"purchase_token": token, "product_id": product_id});
        person.post("/v1/me/purchases", &body).await
    }

    /// Somebody with a new account has bought premium for so many days, and the app has said so.
    pub(crate) async fn customer(&self, days: i64) -> (Person, String) {
        let anna = self.app.register("Анна").await;
        let token = self.sold(days);
        let (status, _, body) = self.claim(&anna, &token).await;
        assert_eq!((status.as_u16(), &body["state"]), (201, &json!("credited")), "{body}");
        (anna, token)
    }

    /// Where notifications are pushed to.
    pub(crate) fn push_url(&self) -> String {
        format!("{}/google-play/notifications", self.app.base_url())
    }

    /// Google tells of a change, and it is seen to.
    pub(crate) async fn hears(&self, token: &str, notification_type: i64) {
        assert_eq!(self.google.push(&self.push_url(), token, notification_type).await, 204);
        rests(&self.app).await;
    }

    /// Waits for rest, and checks what must hold after everything.
    pub(crate) async fn closes(&self) {
        rests(&self.app).await;
        assert!(self.google.violations().is_empty(), "{:#?}", self.google.violations());
        assert_eq!(run(&self.app, &["verify"]).await, "");
    }
}

/// Premium, since an hour ago and for so many days from now.
pub(crate) fn premium(days: i64) -> Buy {
    Buy::new(PREMIUM, now() - jiff::SignedDuration::from_hours(1), in_days(days))
}

/// Plan, whether it renews itself, and used requests, of what the person has.
pub(crate) async fn has(person: &Person) -> (String, bool, i64) {
    let subscription = person.subscription().await;
    let plan = subscription["plan_name"].as_str().unwrap().to_owned();
    (plan, subscription["auto_renew"] == true, subscription["used_requests"].as_i64().unwrap())
}

/// The plan that the person has.
pub(crate) async fn plan(person: &Person) -> String {
    has(person).await.0
}

/// What was heard of the person's purchases, the newest first.
pub(crate) async fn payments(person: &Person) -> Vec<Value> {
    let (status, _, page) = person.get("/v1/me/payments").await;
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().clone()
}

/// The kinds of it.
pub(crate) async fn kinds(person: &Person) -> Vec<String> {
    payments(person).await.iter().map(|payment| payment["kind"].as_str().unwrap().to_owned()).collect()
}

/// The moment of a value.
pub(crate) fn moment(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap_or_default().parse().unwrap_or_else(|_| panic!("no moment: {value}"))
}

/// A moment in whole microseconds, as the service keeps it.
pub(crate) fn whole(at: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.as_microsecond()).unwrap()
}
