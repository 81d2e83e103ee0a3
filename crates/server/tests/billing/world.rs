//! A service in this process, on a database of its own and with a clock that stands where it is set.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use beseda::{
    account::{profile::Name, profile::Person as Profile, registration},
    app::{App, Shared},
    clock::Clock,
    cluster,
    config::{self, Config},
    db::{Conn, Db, Ts, open, sessions::Channel},
    dialogue,
    turn::{self, Asked, NewTurn, Refusal, follow::Follow, hub::End},
    verify::{self, Difference},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use testkit::{
    app::{Database, TestApp},
    model::{Behaviour, FakeModel},
};
use uuid::Uuid;

/// Longer than a lease: who has not renewed it by then is lost.
const LEASE: i64 = 6_000_000;

/// The service and what is around it.
pub(crate) struct World {
    /// Owns the database.
    place: TestApp,
    model: FakeModel,
    config: Config,
    clock: Arc<AtomicI64>,
    /// The latest moment that the clock has shown.
    latest: AtomicI64,
    app: Option<Shared>,
}

impl World {
    /// A service in this time zone, whose clock stands at this moment.
    pub(crate) async fn new(database: Database, zone: &str, now: Ts) -> Self {
        let place = TestApp::builder(env!("CARGO_BIN_EXE_beseda"), database).prepare().await.unwrap();
        let model = FakeModel::start().await.unwrap();
        let mut config = config::load(None).unwrap();
        config.database.url = place.database_url().to_owned().into();
        config.service.timezone = zone.to_owned();
        config.llm.base_url = model.base_url();
        config.llm.model = "fake-model".into();
        config.llm.retries = 0;
        let clock = Arc::new(AtomicI64::new(now.as_micros()));
        let latest = AtomicI64::new(now.as_micros());
        let mut world = Self { place, model, config, clock, latest, app: None };
        world.starts().await;
        world
    }

    /// Starts the service.
    async fn starts(&mut self) {
        let db = open::open(&self.config.database.url, 8).await.unwrap();
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let clock = Clock::Set(self.clock.clone());
        let app = App::new(self.config.clone(), db, clock, metrics).await.unwrap();
        cluster::keep_lease(&app).await.unwrap();
        self.app = Some(app);
    }

    /// The service.
    pub(crate) fn app(&self) -> &Shared {
        self.app.as_ref().unwrap()
    }

    /// Its database.
    pub(crate) fn db(&self) -> &Db {
        &self.app().db
    }

    /// What its clock shows.
    pub(crate) fn now(&self) -> Ts {
        Ts::from_micros(self.clock.load(Ordering::Relaxed))
    }

    /// Sets the clock.
    pub(crate) fn set(&self, now: Ts) {
        self.clock.store(now.as_micros(), Ordering::Relaxed);
        self.latest.fetch_max(now.as_micros(), Ordering::Relaxed);
    }

    /// The latest moment that the clock has shown.
    pub(crate) fn latest(&self) -> Ts {
        Ts::from_micros(self.latest.load(Ordering::Relaxed))
    }

    /// Ends the service as a crash does, from the database's point of view: nothing is written any more. Then another
    /// begins, some seconds later.
    pub(crate) async fn crashes(&mut self) {
        let app = self.app.take().unwrap();
        app.db.close().await;
        app.tasks.closing.cancel();
        app.tasks.interrupt.cancel();
        app.tasks.ended.cancel();
        app.tasks.wait(std::time::Duration::from_secs(20)).await;
        drop(app);
        // A lease that was renewed before the clock was set back lasts until then.
        self.set(Ts::from_micros(self.latest.load(Ordering::Relaxed) + LEASE));
        self.starts().await;
    }

    /// Ends the service in order.
    pub(crate) async fn ends(mut self) {
        let app = self.app.take().unwrap();
        app.tasks.closing.cancel();
        app.tasks.ended.cancel();
        app.tasks.wait(std::time::Duration::from_secs(20)).await;
        app.db.close().await;
    }

    /// Somebody new, with a Telegram account of this number.
    pub(crate) async fn registers(&self, telegram_id: i64) -> Uuid {
        let person = Profile { name: Name::parse("Анна").unwrap(), gender: None, age: None };
        let (user, _) = registration::register(self.app(), person, None, None).await.unwrap();
        let sql = format!("UPDATE users SET telegram_id = {telegram_id} WHERE id = {}", self.place.sql_id(user.id));
        assert_eq!(self.place.execute(&sql).await.unwrap(), 1);
        user.id
    }

    /// A new dialogue.
    pub(crate) async fn begins(&self, user_id: Uuid) -> Uuid {
        dialogue::begin(self.app(), user_id, Channel::Api, None, None).await.unwrap().id
    }

    /// Sends a message, and waits for what becomes of it.
    pub(crate) async fn says(&self, user_id: Uuid, session_id: Uuid, answer: Behaviour) -> Result<Arc<End>, Refusal> {
        self.model.always(answer);
        let turn = self.asks(user_id, session_id, "Привет").await?;
        Ok(Follow::new(self.app(), turn, u64::MAX, None).await.unwrap().end().await.unwrap())
    }

    async fn asks(&self, user_id: Uuid, session_id: Uuid, text: &str) -> Result<beseda::db::turns::Turn, Refusal> {
        let new = NewTurn {
            user_id,
            session_id,
            asked: Asked::Message(text.to_owned()),
            channel: Channel::Api,
            key: None,
            deliver_to: None,
            over: None,
        };
        Ok(turn::start(self.app(), new).await?.turn)
    }

    /// Sends a message and crashes while it is answered, before or after its first words are written down; the tokens
    /// that it was charged.
    pub(crate) async fn says_and_crashes(
        &mut self,
        user_id: Uuid,
        session_id: Uuid,
        with_text: bool,
    ) -> Result<i64, Refusal> {
        let asked = self.model.request_count();
        self.model.always(Behaviour::tokens(5).hang_after(2));
        let turn = self.asks(user_id, session_id, "Привет").await?;
        while self.model.request_count() == asked {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let id = self.place.sql_id(turn.id);
        if with_text {
            let sql = format!("UPDATE turns SET partial_text = 'Здравствуйте' WHERE id = {id}");
            assert_eq!(self.place.execute(&sql).await.unwrap(), 1);
        }
        self.crashes().await;
        let open = "SELECT COUNT(*) FROM turns WHERE ended_at IS NULL";
        assert_eq!(self.place.query_i64(open).await.unwrap(), 0, "a lost turn is settled at the start");
        Ok(self.place.query_i64(&format!("SELECT tokens FROM turns WHERE id = {id}")).await.unwrap())
    }

    /// What `beseda verify` finds.
    pub(crate) async fn verified(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        let mut reader = self.db().read().await.unwrap();
        let mut conn: Conn<'_> = reader.conn();
        verify::verify(&mut conn, self.now(), &mut found).await.unwrap();
        found
    }
}
