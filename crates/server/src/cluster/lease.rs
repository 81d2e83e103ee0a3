//! The lease of this node, which is the lease of all its turns.

use std::{collections::HashMap, time::Duration};

use uuid::Uuid;

use crate::{
    app::{App, Shared},
    config::Config,
    db::{Result, nodes, subscriptions::Subscription, turns},
    turn,
};

/// How long a lease lasts without being renewed.
const LEASE: Duration = Duration::from_secs(5);
/// How often it is renewed, which also brings the wishes to stop.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often turns of lost nodes are looked for.
const SWEEP: Duration = Duration::from_secs(2);
/// How long a gone node is remembered.
const MEMORY: Duration = Duration::from_secs(3600);
/// How old an open turn of this node must be before it is missed in the hub.
const GRACE: Duration = Duration::from_secs(10);
/// How often is looked whether another node has had its heartbeat.
const LOOK: Duration = Duration::from_millis(200);
/// How many lost turns are settled at a time.
const BATCH: i64 = 200;

/// This process among others.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id: a new one each start.
    pub id: Uuid,
    /// Where other nodes reach it; none on SQLite, which admits one node.
    pub internal_url: Option<String>,
}

impl Node {
    /// This process, before it has a lease.
    pub fn new(id: Uuid, config: &Config, alone: bool) -> Self {
        let url = match config.http.internal_url.as_str() {
            "" => format!("http://{}", config.http.listen),
            url => url.trim_end_matches('/').to_owned(),
        };
        Self { id, internal_url: (!alone).then_some(url) }
    }
}

/// Takes the lease, settles what earlier processes left, and keeps both going until the service ends.
pub async fn keep_lease(app: &Shared) -> Result<()> {
    if app.db.is_sqlite() {
        // One process serves from a SQLite file, so whoever had a lease is gone.
        let (node, now) = (app.node.id, app.clock.now());
        app.db.write(move |tx| Box::pin(async move { nodes::void_others(tx, node, now).await })).await?;
    }
    renew(app).await?;
    settle_lost(app).await?;
    let beat = app.clone();
    app.tasks.every("lease", HEARTBEAT, move || heartbeat(beat.clone()));
    let sweep = app.clone();
    app.tasks.every("lost-turns", SWEEP, move || {
        let app = sweep.clone();
        async move { settle_lost(&app).await }
    });
    Ok(())
}

async fn heartbeat(app: Shared) -> Result<()> {
    renew(&app).await?;
    let stopped = {
        let mut reader = app.db.read().await?;
        turns::stop_requested(&mut reader.conn(), app.node.id).await?
    };
    stopped.into_iter().for_each(|turn| app.hub.stop(turn));
    Ok(())
}

async fn renew(app: &App) -> Result<()> {
    let (node, now) = (app.node.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let node = node.clone();
            Box::pin(
                async move { nodes::renew(tx, node.id, node.internal_url.as_deref(), now, now.after(LEASE)).await },
            )
        })
        .await
}

/// Settles turns whose node's lease ran out: reservation released, partial text kept.
pub async fn settle_lost(app: &Shared) -> Result<()> {
    loop {
        let now = app.clock.now();
        let (mut lost, own) = {
            let mut reader = app.db.read().await?;
            let lost = turns::lost(&mut reader.conn(), now, BATCH).await?;
            (lost, turns::open_of(&mut reader.conn(), app.node.id, now.before(GRACE), 100 * BATCH).await?)
        };
        let full = i64::try_from(lost.len()) == Ok(BATCH);
        // A turn of this node that nobody here runs: its commit was reported as failed and was none the less.
        lost.extend(own);
        // What the hub has is alive, even should this node's lease have run out under load.
        let lost: Vec<_> = lost.into_iter().filter(|turn| app.hub.find(turn.id).is_none()).collect();
        let none = lost.is_empty();
        for turn in lost {
            turn::finish::lost(app, turn).await?;
        }
        if none || !full {
            let memory = now.before(MEMORY);
            app.db.write(move |tx| Box::pin(async move { nodes::delete_gone(tx, memory).await })).await?;
            return Ok(());
        }
    }
}

/// Frees what lost turns hold back on a subscription; true when there was something. Other nodes that hold something are
/// waited for until their next heartbeat: it comes, or their turns are lost.
pub async fn free_held(app: &Shared, subscription: &Subscription) -> Result<bool> {
    let (user_id, begun) = (subscription.user_id, tokio::time::Instant::now());
    let mut leases = HashMap::new();
    loop {
        let holding = nodes::holding(&mut app.db.read().await?.conn(), user_id, subscription.id).await?;
        let (mut freed, mut doubtful) = (false, false);
        for (turn_id, lease) in holding.into_iter().filter(|(turn_id, _)| app.hub.find(*turn_id).is_none()) {
            if lease.is_some_and(|until| until > app.clock.now()) {
                doubtful |= *leases.entry(turn_id).or_insert(lease) == lease;
                continue;
            }
            let turn = turns::find(&mut app.db.read().await?.conn(), user_id, turn_id).await?;
            if let Some(turn) = turn.filter(|turn| turn.ended_at.is_none()) {
                turn::finish::lost(app, turn).await?;
                freed = true;
            }
        }
        if freed || !doubtful || begun.elapsed() > LEASE + HEARTBEAT {
            return Ok(freed);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Gives the lease up at the end, so that nobody waits for it to run out.
pub async fn leave(app: &App) -> Result<()> {
    let (node, now) = (app.node.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let node = node.clone();
            Box::pin(async move { nodes::renew(tx, node.id, node.internal_url.as_deref(), now, now).await })
        })
        .await
}
