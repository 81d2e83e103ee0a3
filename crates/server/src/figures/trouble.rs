//! What is wrong now. Nothing is counted further than it helps to know.

use std::time::Duration;

use crate::{
    app::App,
    db::{Result, Ts, ai_requests, deliveries, jobs, nodes},
    models::Models,
};

/// How far back attempts are looked at.
const RECENT: Duration = Duration::from_secs(15 * 60);
/// How much later than it should have begun something is late.
const LATE: Duration = Duration::from_secs(5 * 60);
/// For how long it is told of what has ended badly.
const DAY: Duration = Duration::from_secs(86_400);
/// How far is counted.
pub const MOST: i64 = 1_000;

/// A provider, lately.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in the configuration.
    pub name: String,
    /// Whether this node lets it rest after failures in a row.
    pub is_resting: bool,
    /// Attempts.
    pub attempts: i64,
    /// Those that failed.
    pub failed: i64,
}

impl Provider {
    /// Whether it fails often.
    pub const fn is_failing(&self) -> bool {
        self.failed >= 3 && self.failed * 4 >= self.attempts
    }
}

/// What is wrong.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// The providers, all of them.
    pub providers: Vec<Provider>,
    /// Jobs that are tried again and again.
    pub jobs_failing: i64,
    /// Jobs that are late, and that nobody works on.
    pub jobs_late: i64,
    /// Jobs that were given up in the last day.
    pub jobs_failed: i64,
    /// Deliveries that are tried again and again.
    pub deliveries_failing: i64,
    /// Deliveries that are late.
    pub deliveries_late: i64,
    /// Deliveries that Telegram did not take in the last day.
    pub deliveries_refused: i64,
    /// Nodes without a lease that have left turns open.
    pub nodes_lost: i64,
}

impl Trouble {
    /// What is wrong at this moment.
    pub async fn now(app: &App) -> Result<Self> {
        let now = app.clock.now();
        let (late, day) = (now.before(LATE), now.before(DAY));
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        Ok(Self {
            providers: providers(app, ai_requests::lately(conn, now.before(RECENT), MOST).await?),
            jobs_failing: jobs::count_failing(conn, MOST).await?,
            jobs_late: jobs::count_late(conn, late, now, MOST).await?,
            jobs_failed: jobs::count_failed(conn, day, MOST).await?,
            deliveries_failing: deliveries::count_failing(conn, MOST).await?,
            deliveries_late: deliveries::count_late(conn, late, MOST).await?,
            deliveries_refused: deliveries::count_refused(conn, day, MOST).await?,
            nodes_lost: nodes::count_lost(conn, now).await?,
        })
    }

    /// Whether anything is.
    pub fn is_any(&self) -> bool {
        let counts = [
            self.jobs_failing,
            self.jobs_late,
            self.jobs_failed,
            self.deliveries_failing,
            self.deliveries_late,
            self.deliveries_refused,
            self.nodes_lost,
        ];
        counts.iter().any(|count| *count > 0) || self.providers.iter().any(|one| one.is_resting || one.is_failing())
    }
}

/// The configured providers, with what was seen of them; and those that only were seen.
pub fn providers(app: &App, seen: Vec<(String, i64, i64)>) -> Vec<Provider> {
    let mut all: Vec<Provider> = Vec::new();
    if let Models::Providers(providers) = &app.models {
        let resting = providers.resting();
        all.extend(providers.names().map(|name| Provider {
            name: name.to_owned(),
            is_resting: resting.contains(&name),
            attempts: 0,
            failed: 0,
        }));
    }
    for (name, attempts, failed) in seen {
        match all.iter_mut().find(|provider| provider.name == name) {
            Some(provider) => (provider.attempts, provider.failed) = (attempts, failed),
            None => all.push(Provider { name, is_resting: false, attempts, failed }),
        }
    }
    all
}

/// What was seen of the providers lately.
pub async fn lately(app: &App, now: Ts) -> Result<Vec<Provider>> {
    let seen = ai_requests::lately(&mut app.db.read().await?.conn(), now.before(RECENT), MOST).await?;
    Ok(providers(app, seen))
}
