//! The run, from the build to the report.

use std::time::Duration;

use anyhow::Result;

use crate::binary;
use crate::child::Helper;
use crate::cli::{Options, Part};
use crate::client::{self, Bare, Person};
use crate::first_token::{self, FirstToken, Three};
use crate::load::{self, Load};
use crate::machine::{self, Party};
use crate::model::{self, FAST_TOKENS};
use crate::report::{Conditions, Report, Row, note};
use crate::scratch::Scratch;
use crate::service::{self, Database, Service, Setup};
use crate::starts;
use crate::streams::{self, Streams};

/// Everything that was asked for, in an order that leaves nothing running beside what is measured.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let binary = binary::build(options).await?;
    let data = Scratch::create(options)?;
    let conditions = Conditions {
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
        processors: machine::processors(),
        idle_before: machine::idle_share().await?,
        sync_ms: machine::sync_ms(&data.directory)?,
        clients: options.clients,
        seconds: options.seconds,
        requests: options.requests,
        slow_ms: options.slow_ms,
        slow_tokens: options.slow_tokens,
    };
    let model = Helper::model().await?;
    let mut run = Run {
        options,
        setup: Setup { binary, directory: data.directory.clone(), model: model.address },
        model,
        report: Report::new(conditions),
    };
    run.bare().await;
    if !options.skip_sqlite {
        let file = |name: &str| Database::Sqlite(data.directory.join(name));
        run.database(&file("bench.db")).await;
        run.grown(&file("grown.db")).await;
    }
    if let Some(url) = &options.postgres {
        let database = Database::Postgres(url.clone());
        run.database(&database).await;
        run.grown(&database).await;
    }
    run.report.locked = service::locked(&run.setup.log());
    Ok(run.report)
}

/// A run under way.
struct Run<'a> {
    options: &'a Options,
    setup: Setup,
    model: Helper,
    report: Report,
}

impl Run<'_> {
    /// The pass-through by itself: its memory. Its speed is measured beside each database's.
    async fn bare(&mut self) {
        let mut row = Row::new("pass-through", "");
        if self.options.wants(Part::Idle) {
            let idle = self.bare_idle().await;
            row.idle_kb = self.keep("pass-through, idle", idle);
        }
        if self.options.wants(Part::Streams) {
            let streams = self.bare_streams().await;
            row.streams = self.keep("pass-through, streams", streams);
        }
        self.report.bare = row;
    }

    /// The service on a new database.
    async fn database(&mut self, database: &Database) {
        let name = database.name();
        let mut row = Row::new(name, name);
        if self.options.wants(Part::Idle) {
            note(&format!("{name}: starts"));
            let starts = starts::measure(&self.setup, database, self.options.starts).await;
            row.starts = self.keep("starts", starts);
        }
        self.speed(&mut row, database).await;
        if self.options.wants(Part::Streams) {
            let streams = self.streams(database).await;
            row.streams = self.keep("streams", streams);
        }
        self.report.rows.push(row);
        if self.options.dialogue > 0 {
            let mut row = Row::new(format!("{name}, dialogue of {}", self.options.dialogue), name);
            let dialogue = self.dialogue(database).await;
            row.first_token = self.keep("the long dialogue", dialogue);
            self.report.rows.push(row);
        }
    }

    /// The service on a database that holds much already.
    async fn grown(&mut self, database: &Database) {
        let (users, messages) = (self.options.users, self.options.messages);
        if messages == 0 {
            return;
        }
        let name = database.name();
        let mut row = Row::new(format!("{name}, {messages} messages"), name);
        note(&format!("{}: filling", row.party));
        let filled = self.setup.fill(database, users, messages).await;
        if self.keep("demo-data", filled).is_some() {
            self.speed(&mut row, database).await;
        }
        self.report.rows.push(row);
    }

    /// The time to the first token, and turns a second.
    async fn speed(&mut self, row: &mut Row, database: &Database) {
        if self.options.wants(Part::FirstToken) {
            note(&format!("{}: first token", row.party));
            let first_token = self.first_token(database).await;
            row.first_token = self.keep("first token", first_token);
        }
        if self.options.wants(Part::Turns) {
            note(&format!("{}: turns", row.party));
            let turns = self.turns(database).await;
            if let Some((bare, service)) = self.keep("turns", turns) {
                row.bare_turns = Some(bare);
                row.turns = Some(service);
            }
        }
    }

    async fn bare_idle(&self) -> Result<u64> {
        let bare = Helper::pass_through(self.model.address).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        machine::memory_kb(bare.pid)
    }

    async fn bare_streams(&self) -> Result<Streams> {
        let options = self.options;
        let count = options.bare_streams();
        note(&format!("pass-through: {count} streams"));
        let bare = Helper::pass_through(self.model.address).await?;
        let before = machine::memory_kb(bare.pid)?;
        let (name, tokens) = (options.slow_model(), options.slow_tokens);
        let clients = client::connect(bare.address, count, &name, tokens).await?;
        let parties = self.parties([Party::new("pass-through", bare.pid)]);
        streams::measure(clients, options.slow_answer(), bare.pid, before, &parties).await
    }

    async fn streams(&self, database: &Database) -> Result<Streams> {
        let options = self.options;
        note(&format!("{}: {} streams", database.name(), options.streams));
        let service = Service::start(&self.setup, database, &options.slow_model()).await?;
        let before = machine::memory_kb(service.pid)?;
        let clients = client::register(service.address, options.streams, None).await?;
        let parties = self.parties(service_parties(&service, database));
        let takes = options.slow_answer();
        let streams = streams::measure(clients, takes, service.pid, before, &parties).await?;
        service.stop().await?;
        Ok(streams)
    }

    async fn first_token(&self, database: &Database) -> Result<FirstToken> {
        let service = Service::start(&self.setup, database, "fast").await?;
        let person = Person::register(service.address, Some(self.options.turns_per_session)).await?;
        let first_token = self.three(&service, database, person).await?;
        service.stop().await?;
        Ok(first_token)
    }

    /// The time to the first token in one long dialogue, which is first talked into being.
    async fn dialogue(&self, database: &Database) -> Result<FirstToken> {
        let messages = self.options.dialogue;
        note(&format!("{}: a dialogue of {messages}", database.name()));
        let service = Service::start(&self.setup, database, "fast").await?;
        let mut person = Person::register(service.address, None).await?;
        for _ in 0..messages / 2 {
            person.turn(Duration::from_secs(60)).await?;
        }
        let first_token = self.three(&service, database, person).await?;
        service.stop().await?;
        Ok(first_token)
    }

    async fn three(&self, service: &Service, database: &Database, person: client::Client) -> Result<FirstToken> {
        let bare = Helper::pass_through(self.model.address).await?;
        let three = Three {
            direct: Bare::connect(self.model.address, "fast", FAST_TOKENS).await?,
            bare: Bare::connect(bare.address, "fast", FAST_TOKENS).await?,
            service: person,
        };
        let [service, server] = service_parties(service, database);
        let parties = self.parties([Party::new("pass-through", bare.pid), service, server]);
        first_token::measure(three, self.options.requests, &parties).await
    }

    /// The pass-through's turns, then at once the service's.
    async fn turns(&self, database: &Database) -> Result<(Load, Load)> {
        let (options, time) = (self.options, Duration::from_secs(self.options.seconds));
        let bare = Helper::pass_through(self.model.address).await?;
        let clients = client::connect(bare.address, options.clients, "fast", FAST_TOKENS).await?;
        let parties = self.parties([Party::new("pass-through", bare.pid)]);
        let through = load::measure(clients, time, &parties, None).await?;
        drop(bare);

        let service = Service::start(&self.setup, database, "fast").await?;
        let rotate = Some(options.turns_per_session);
        let clients = client::register(service.address, options.clients, rotate).await?;
        let parties = self.parties(service_parties(&service, database));
        let text = model::text(FAST_TOKENS);
        let served = load::measure(clients, time, &parties, Some(&text)).await?;
        service.stop().await?;
        Ok((through, served))
    }

    /// Whose processor time is counted: the model's, this process's, and these.
    fn parties<const N: usize>(&self, more: [Party; N]) -> Vec<Party> {
        let mut parties = vec![Party::new("model", self.model.pid), Party::generator()];
        parties.extend(more);
        parties
    }

    /// A part that failed is told and does not end the run.
    fn keep<T>(&mut self, part: &str, result: Result<T>) -> Option<T> {
        match result {
            Ok(figures) => Some(figures),
            Err(error) => {
                let words = service::last_words(&self.setup.log());
                let failure = format!("{part}: {error:#}\n{words}");
                note(&failure);
                self.report.failures.push(failure);
                None
            }
        }
    }
}

/// The service's process, and the database server's if it has one.
fn service_parties(service: &Service, database: &Database) -> [Party; 2] {
    let server = match database {
        Database::Sqlite(_) => Party::none(),
        Database::Postgres(_) => Party::named("postgres"),
    };
    [Party::new("service", service.pid), server]
}
