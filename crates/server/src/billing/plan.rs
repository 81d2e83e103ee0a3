//! Plans: seeded once from the configuration, rows of the database afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    config::PlanSeed,
    db::{
        Db, Ts,
        plans::{self, FREE, Period, Plan, Unit},
        subscriptions,
    },
};

/// The most that a price in Stars may be (Bot API, "createInvoiceLink": of a subscription).
const MOST_STARS: i64 = 10_000;
/// The longest name: with what stands before it, it is a button's data in Telegram.
const LONGEST_NAME: usize = 40;
/// The longest title and description: they stand in an invoice.
const LONGEST_TITLE: usize = 32;
const LONGEST_DESCRIPTION: usize = 255;
/// Of two plans with one product nobody could tell which was bought.
const PRODUCT_TAKEN: &str = "another plan has this product of Google Play";

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
    /// A value is out of its range.
    #[error("{0}")]
    Invalid(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Changes a plan, or makes it. New periods get it as it is then; running ones keep what they were given, unless
/// `running`: then they take over the model, the providers and the longest answer, and a higher limit.
pub async fn set(db: &Db, name: &str, changes: Changes, running: bool, now: Ts) -> Result<Plan, PlanError> {
    check_name(name).map_err(|message| PlanError::Invalid(message.into()))?;
    let (name, changes) = (name.to_owned(), Arc::new(changes));
    db.write(move |tx| {
        let (name, changes) = (name.clone(), changes.clone());
        Box::pin(async move {
            let plan = match plans::find(tx, &name).await? {
                Some(plan) => plan,
                None => match (changes.unit, changes.usage_limit, changes.period) {
                    (Some(unit), Some(limit), Some(period)) => new(&name, unit, limit, period, now),
                    _ => return Err(PlanError::Missing),
                },
            };
            let plan = changes.applied_to(plan);
            check(&plan)?;
            if let Some(product) = &plan.google_product_id
                && plans::by_google_product(tx, product).await?.is_some_and(|other| other.name != plan.name)
            {
                return Err(PlanError::Invalid(PRODUCT_TAKEN.into()));
            }
            plans::set(tx, &plan).await?;
            if running {
                subscriptions::take_over(tx, &plan, now).await?;
            }
            Ok(plan)
        })
    })
    .await
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
        check_name(name)?;
        let plan = from_seed(name, seed, Ts::from_micros(0));
        check(&plan).map_err(|error| format!("{name}: {error}"))?;
        if plan.google_product_id.is_some_and(|product| !products.insert(product)) {
            return Err(format!("{name}: {PRODUCT_TAKEN}"));
        }
    }
    Ok(())
}

/// A plan's name: it is a key in files, in addresses, and on buttons.
fn check_name(name: &str) -> Result<(), &'static str> {
    let is_ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    if (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_ok) {
        Ok(())
    } else {
        Err("a plan's name is 1 to 40 characters of a-z, 0-9, _ and -")
    }
}

fn check(plan: &Plan) -> Result<(), PlanError> {
    let refuse = |message: String| Err(PlanError::Invalid(message));
    if plan.usage_limit < 0 {
        return refuse("the usage limit cannot be negative".into());
    }
    if plan.price_stars.is_some_and(|price| !(1..=MOST_STARS).contains(&price)) {
        return refuse(format!("a price is 1 to {MOST_STARS} Stars"));
    }
    if plan.name == FREE && plan.price_stars.is_some() {
        return refuse("the free plan has no price".into());
    }
    if plan.max_answer_tokens.is_some_and(|most| most < 1) {
        return refuse("the longest answer has at least one token".into());
    }
    let providers = plan.providers.iter().flat_map(|names| names.split(','));
    let mut names = plan.model.iter().chain(&plan.google_product_id).map(String::as_str).chain(providers);
    if names.any(|name| name.trim().is_empty()) {
        return refuse("a model, a provider and a product have a name".into());
    }
    for (text, most) in [
        (&plan.title_ru, LONGEST_TITLE),
        (&plan.title_en, LONGEST_TITLE),
        (&plan.description_ru, LONGEST_DESCRIPTION),
        (&plan.description_en, LONGEST_DESCRIPTION),
    ] {
        let fits = |text: &String| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if text.as_ref().is_some_and(|text| !fits(text)) {
            return refuse(format!("a title has 1 to {LONGEST_TITLE} characters, a description {LONGEST_DESCRIPTION}"));
        }
    }
    Ok(())
}
