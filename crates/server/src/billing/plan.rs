//! Plans: seeded once from the configuration, rows of the database afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};

use super::plan_check::{Fault, check, check_name};
use crate::{
    config::PlanSeed,
    db::{
        Conn, Db, Ts,
        plans::{self, FREE, Period, Plan, Unit},
        subscriptions,
    },
    staff::{
        Actor, Office,
        audit::{self, Action, Entry},
    },
};

/// Adds the configured plans that the database does not have yet; `free` always exists.
pub async fn seed(db: &Db, seeds: &BTreeMap<String, PlanSeed>, now: Ts) -> sqlx::Result<()> {
    let mut rows: Vec<Plan> = seeds.iter().map(|(name, seed)| from_seed(name, seed, now)).collect();
    if !seeds.contains_key(FREE) {
        rows.push(new(FREE, Unit::Requests, 50, Period::Month, now));
    }
    let known = {
        let mut reader = db.read().await?;
        plans::list(&mut reader.conn()).await?
    };
    rows.retain(|row| known.iter().all(|plan| plan.name != row.name));
    if rows.is_empty() {
        return Ok(());
    }
    let rows = Arc::new(rows);
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

/// A plan that is not for sale, and has nothing that is not needed.
fn new(name: &str, unit: Unit, usage_limit: i64, period: Period, now: Ts) -> Plan {
    Plan {
        name: name.to_owned(),
        unit,
        usage_limit,
        period,
        price_stars: None,
        model: None,
        auto_renew: true,
        created_at: now,
        title_ru: None,
        title_en: None,
        description_ru: None,
        description_en: None,
        providers: None,
        max_answer_tokens: None,
        rank: None,
        google_product_id: None,
        is_offered: true,
    }
}

fn from_seed(name: &str, seed: &PlanSeed, now: Ts) -> Plan {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Plan {
        price_stars: Some(seed.price_stars).filter(|price| *price > 0),
        model: given(&seed.model),
        auto_renew: seed.auto_renew,
        title_ru: given(&seed.title_ru),
        title_en: given(&seed.title_en),
        description_ru: given(&seed.description_ru),
        description_en: given(&seed.description_en),
        providers: given(&seed.providers),
        max_answer_tokens: Some(seed.max_answer_tokens).filter(|most| *most > 0),
        google_product_id: given(&seed.google_product_id),
        ..new(name, seed.unit, seed.usage_limit, seed.period, now)
    }
}

/// What is to be changed of a plan; none of it stays as it is. In an option of an option, none within is "none".
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each is the column of its name")]
pub struct Changes {
    pub unit: Option<Unit>,
    pub usage_limit: Option<i64>,
    pub period: Option<Period>,
    pub price_stars: Option<Option<i64>>,
    pub model: Option<Option<String>>,
    pub auto_renew: Option<bool>,
    pub title_ru: Option<Option<String>>,
    pub title_en: Option<Option<String>>,
    pub description_ru: Option<Option<String>>,
    pub description_en: Option<Option<String>>,
    pub providers: Option<Option<String>>,
    pub max_answer_tokens: Option<Option<i64>>,
    pub rank: Option<Option<i64>>,
    pub google_product_id: Option<Option<String>>,
    pub is_offered: Option<bool>,
}

/// Why a plan is not changed.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A new plan lacks what it cannot be without.
    #[error("there is no plan of that name; a new one needs a unit, a usage limit and a period")]
    Missing,
    /// There is one already.
    #[error("there is a plan of that name")]
    Exists,
    /// Values that no plan can have.
    #[error("{}", told(.0))]
    Invalid(Vec<Fault>),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

fn told(faults: &[Fault]) -> String {
    let mut words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    words.dedup();
    words.join("; ")
}

/// A change of a plan, or a new one.
#[derive(Clone, Debug)]
pub struct Change {
    /// Who acts.
    pub actor: Actor,
    /// The plan.
    pub name: String,
    /// What is to be changed of it.
    pub changes: Changes,
    /// Whether it must be a new one.
    pub is_new: bool,
    /// Whether running periods take over the model, the providers and the longest answer, and a higher limit.
    pub running: bool,
    /// Why.
    pub reason: Option<String>,
}

/// Changes a plan, or makes it. New periods get it as it is then; running ones keep what they were given, unless
/// `running`.
pub async fn set(office: Office<'_>, change: Change) -> Result<Plan, PlanError> {
    if !check_name(&change.name) {
        return Err(PlanError::Invalid(vec![Fault::Name]));
    }
    let (change, now) = (Arc::new(change), office.now());
    let done = office.db.write(move |tx| {
        let change = change.clone();
        Box::pin(async move { write(tx, &change, now).await })
    });
    done.await
}

async fn write(tx: &mut Conn<'_>, change: &Change, now: Ts) -> Result<Plan, PlanError> {
    let Change { actor, name, changes, is_new, running, reason } = change;
    let before = plans::find(tx, name).await?;
    if before.is_some() && *is_new {
        return Err(PlanError::Exists);
    }
    let plan = match (before.clone(), changes.unit, changes.usage_limit, changes.period) {
        (Some(plan), ..) => plan,
        (None, Some(unit), Some(limit), Some(period)) => new(name, unit, limit, period, now),
        _ => return Err(PlanError::Missing),
    };
    let plan = changes.applied_to(plan);
    let mut faults = check(&plan);
    if let Some(product) = &plan.google_product_id
        && plans::by_google_product(tx, product).await?.is_some_and(|other| other.name != plan.name)
    {
        faults.push(Fault::ProductTaken);
    }
    if !faults.is_empty() {
        return Err(PlanError::Invalid(faults));
    }
    plans::set(tx, &plan).await?;
    let taken_over = if *running { Some(subscriptions::take_over(tx, &plan, now).await?) } else { None };
    let action = if before.is_some() { Action::PlanChanged } else { Action::PlanMade };
    let mut details = json!({"changed": difference(before.as_ref(), &plan)});
    if let Some(periods) = taken_over {
        details["running_periods"] = periods.into();
    }
    let entry = Entry::new(actor.clone(), action).on(name).because(reason.clone()).with(details);
    audit::record(tx, &entry, now).await?;
    Ok(plan)
}

/// What is another between two states of a plan: column, before, after.
fn difference(before: Option<&Plan>, after: &Plan) -> Value {
    let (old, new) = (before.map(columns), columns(after));
    let old = |column: &str| old.as_ref().map_or(Value::Null, |old| old[column].clone());
    let changed = new.as_object().into_iter().flatten().filter(|(column, value)| old(column) != **value);
    changed
        .map(|(column, value)| (column.clone(), json!([old(column), value])))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What of a plan can be changed.
fn columns(plan: &Plan) -> Value {
    json!({
        "unit": plan.unit, "usage_limit": plan.usage_limit, "period": plan.period, "price_stars": plan.price_stars,
        "model": plan.model, "providers": plan.providers, "max_answer_tokens": plan.max_answer_tokens,
        "rank": plan.rank, "google_product_id": plan.google_product_id, "auto_renew": plan.auto_renew,
        "is_offered": plan.is_offered, "title_ru": plan.title_ru, "title_en": plan.title_en,
        "description_ru": plan.description_ru, "description_en": plan.description_en,
    })
}

impl Changes {
    fn applied_to(&self, mut plan: Plan) -> Plan {
        fn set<T: Clone>(to: &mut T, change: &Option<T>) {
            if let Some(value) = change {
                value.clone_into(to);
            }
        }
        set(&mut plan.unit, &self.unit);
        set(&mut plan.usage_limit, &self.usage_limit);
        set(&mut plan.period, &self.period);
        set(&mut plan.price_stars, &self.price_stars);
        set(&mut plan.model, &self.model);
        set(&mut plan.auto_renew, &self.auto_renew);
        set(&mut plan.title_ru, &self.title_ru);
        set(&mut plan.title_en, &self.title_en);
        set(&mut plan.description_ru, &self.description_ru);
        set(&mut plan.description_en, &self.description_en);
        set(&mut plan.providers, &self.providers);
        set(&mut plan.max_answer_tokens, &self.max_answer_tokens);
        set(&mut plan.rank, &self.rank);
        set(&mut plan.google_product_id, &self.google_product_id);
        set(&mut plan.is_offered, &self.is_offered);
        plan
    }
}

/// Whether the configured plans are what `plan set` would take; else why not.
pub fn check_seeds(seeds: &BTreeMap<String, PlanSeed>) -> Result<(), String> {
    let mut products = BTreeSet::new();
    for (name, seed) in seeds {
        if !check_name(name) {
            return Err(Fault::Name.to_string());
        }
        let plan = from_seed(name, seed, Ts::from_micros(0));
        let mut faults = check(&plan);
        if plan.google_product_id.is_some_and(|product| !products.insert(product)) {
            faults.push(Fault::ProductTaken);
        }
        if !faults.is_empty() {
            return Err(format!("{name}: {}", told(&faults)));
        }
    }
    Ok(())
}
