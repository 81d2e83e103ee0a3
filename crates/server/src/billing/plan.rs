//! Plans: seeded once from the configuration, rows of the database afterwards.

use std::{collections::BTreeMap, time::Duration};

use moka::sync::Cache;

use crate::{
    app::App,
    config::PlanSeed,
    db::{
        Db, Result, Ts,
        plans::{self, FREE, Period, Plan, Unit},
    },
};

/// Adds the configured plans that the database does not have yet; `free` always exists.
pub async fn seed(db: &Db, seeds: &BTreeMap<String, PlanSeed>, now: Ts) -> Result<()> {
    let mut rows: Vec<Plan> = seeds.iter().map(|(name, seed)| from_seed(name, seed, now)).collect();
    if !seeds.contains_key(FREE) {
        rows.push(Plan {
            name: FREE.into(),
            unit: Unit::Requests,
            usage_limit: 50,
            period: Period::Month,
            price_stars: None,
            model: None,
            auto_renew: true,
            created_at: now,
        });
    }
    let known = {
        let mut reader = db.read().await?;
        plans::list(&mut reader.conn()).await?
    };
    rows.retain(|row| known.iter().all(|plan| plan.name != row.name));
    if rows.is_empty() {
        return Ok(());
    }
    let rows = std::sync::Arc::new(rows);
    db.write(move |tx| {
        let rows = rows.clone();
        Box::pin(async move {
            for plan in rows.iter() {
                plans::seed(tx, plan).await?;
            }
            Ok(())
        })
    })
    .await
}

/// For how long a changed plan may go on with its old model.
const CACHED: Duration = Duration::from_secs(5);

/// The models of plans, as they were at most a few seconds ago.
#[derive(Debug)]
pub struct Models(Cache<String, Option<String>>);

impl Default for Models {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1000).time_to_live(CACHED).build())
    }
}

/// The model that a plan's turns ask for; none is each provider's own.
pub async fn model(app: &App, plan: &str) -> Result<Option<String>> {
    if let Some(model) = app.plan_models.0.get(plan) {
        return Ok(model);
    }
    let model = plans::find(&mut app.db.read().await?.conn(), plan).await?.and_then(|plan| plan.model);
    app.plan_models.0.insert(plan.to_owned(), model.clone());
    Ok(model)
}

fn from_seed(name: &str, seed: &PlanSeed, now: Ts) -> Plan {
    Plan {
        name: name.to_owned(),
        unit: seed.unit,
        usage_limit: seed.usage_limit,
        period: seed.period,
        price_stars: (seed.price_stars > 0).then_some(seed.price_stars),
        model: (!seed.model.is_empty()).then(|| seed.model.clone()),
        auto_renew: seed.auto_renew,
        created_at: now,
    }
}
