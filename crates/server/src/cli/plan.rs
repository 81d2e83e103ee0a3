//! `beseda plan list`, `beseda plan set NAME …`

use clap::{Args, Subcommand};

use super::{CliError, open_database, print, print_line};
use crate::{
    billing::plan::{self, Change, Changes},
    clock::Clock,
    config::Config,
    db::plans::{self, Period, Plan, Unit},
    models,
    staff::{Actor, Office},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print all plans, the least first.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change a plan, or make one. New periods get it as it is then; running ones keep what they were given.
    Set(Box<Set>),
}

/// What is left out stays as it is; `none` takes away what need not be there.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The plan: 1 to 40 characters of a-z, 0-9, _ and -.
    name: String,
    /// What the limit counts: requests or tokens.
    #[arg(long, value_parser = parse::<Unit>)]
    unit: Option<Unit>,
    /// How much a period allows.
    #[arg(long, value_name = "N")]
    usage_limit: Option<i64>,
    /// How long a period is: day, week, month, year or none.
    #[arg(long, value_parser = parse::<Period>)]
    period: Option<Period>,
    /// Price in Telegram Stars, or none.
    #[arg(long, value_name = "N", value_parser = number_or_none)]
    price_stars: Option<Given<i64>>,
    /// The model that its turns ask for, or none.
    #[arg(long, value_parser = text_or_none)]
    model: Option<Given<String>>,
    /// The providers that its turns may use, in this order, with commas between; or none, which is all.
    #[arg(long, value_name = "A,B", value_parser = text_or_none)]
    providers: Option<Given<String>>,
    /// The longest answer in tokens, or none.
    #[arg(long, value_name = "N", value_parser = number_or_none)]
    max_answer_tokens: Option<Given<i64>>,
    /// Its place among the plans, the better the higher; or none, which is its price.
    #[arg(long, value_name = "N", value_parser = number_or_none)]
    rank: Option<Given<i64>>,
    /// Its id in the Play Console, or none.
    #[arg(long, value_name = "ID", value_parser = text_or_none)]
    google_product_id: Option<Given<String>>,
    /// Whether a new subscription wishes to go on.
    #[arg(long, value_name = "true|false")]
    auto_renew: Option<bool>,
    /// Whether it can be bought: false retires it, and who has it keeps it.
    #[arg(long, value_name = "true|false")]
    offered: Option<bool>,
    /// Its name for people in Russian, at most 32 characters; or none.
    #[arg(long, value_name = "TEXT", value_parser = text_or_none)]
    title_ru: Option<Given<String>>,
    /// The same in English.
    #[arg(long, value_name = "TEXT", value_parser = text_or_none)]
    title_en: Option<Given<String>>,
    /// What it gives, in Russian, at most 255 characters; or none.
    #[arg(long, value_name = "TEXT", value_parser = text_or_none)]
    description_ru: Option<Given<String>>,
    /// The same in English.
    #[arg(long, value_name = "TEXT", value_parser = text_or_none)]
    description_en: Option<Given<String>>,
    /// Let running periods take over the model, the providers and the longest answer, and a higher limit.
    #[arg(long)]
    running: bool,
}

/// A value, or the word `none`.
#[derive(Clone, Debug)]
struct Given<T>(Option<T>);

fn text_or_none(text: &str) -> Result<Given<String>, String> {
    Ok(Given(Some(text).filter(|text| *text != "none").map(str::to_owned)))
}

fn number_or_none(text: &str) -> Result<Given<i64>, String> {
    match text {
        "none" => Ok(Given(None)),
        number => number.parse().map(|number| Given(Some(number))).map_err(|_| "expected a number or none".into()),
    }
}

/// A word that is stored.
fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| "not one of those".into())
}

/// Runs the command.
pub(super) async fn plan(config: &Config, command: Command) -> Result<(), CliError> {
    let db = open_database(config).await?;
    plan::seed(&db, &config.plans, Clock::System.now()).await?;
    match command {
        Command::List { json } => {
            let plans = plans::list(&mut db.read().await?.conn()).await?;
            if json { print(&plans.iter().map(as_json).collect::<Vec<_>>())? } else { print_table(&plans)? }
        }
        Command::Set(set) => {
            let office = Office { db: &db, clock: &Clock::System };
            let plan = plan::set(office, set.change()).await;
            let plan = plan.map_err(|error| CliError::Said(error.to_string()))?;
            models::warn_of_unknown(&config.llm, &plan);
            print(&as_json(&plan))?;
        }
    }
    db.close().await;
    Ok(())
}

impl Set {
    fn change(self) -> Change {
        let (name, running) = (self.name.clone(), self.running);
        Change { actor: Actor::cli(), name, changes: self.changes(), is_new: false, running, reason: None }
    }

    fn changes(self) -> Changes {
        fn given<T>(value: Option<Given<T>>) -> Option<Option<T>> {
            value.map(|Given(value)| value)
        }
        Changes {
            unit: self.unit,
            usage_limit: self.usage_limit,
            period: self.period,
            price_stars: given(self.price_stars),
            model: given(self.model),
            auto_renew: self.auto_renew,
            title_ru: given(self.title_ru),
            title_en: given(self.title_en),
            description_ru: given(self.description_ru),
            description_en: given(self.description_en),
            providers: given(self.providers),
            max_answer_tokens: given(self.max_answer_tokens),
            rank: given(self.rank),
            google_product_id: given(self.google_product_id),
            is_offered: self.offered,
        }
    }
}

fn as_json(plan: &Plan) -> serde_json::Value {
    serde_json::json!({
        "name": plan.name, "unit": plan.unit, "usage_limit": plan.usage_limit, "period": plan.period,
        "price_stars": plan.price_stars, "model": plan.model, "providers": plan.providers,
        "max_answer_tokens": plan.max_answer_tokens, "rank": plan.rank(), "google_product_id": plan.google_product_id,
        "auto_renew": plan.auto_renew, "is_offered": plan.is_offered, "title_ru": plan.title_ru,
        "title_en": plan.title_en, "description_ru": plan.description_ru, "description_en": plan.description_en,
    })
}

fn print_table(plans: &[Plan]) -> Result<(), CliError> {
    for plan in plans {
        let price = plan.price_stars.map_or_else(|| "not sold for Stars".into(), |price| format!("{price} Stars"));
        let sold = if plan.is_offered { "" } else { ", retired" };
        let Plan { name, usage_limit, .. } = plan;
        let (unit, period) = (plan.unit.as_str(), plan.period.as_str());
        print_line(&format!("{name}: {usage_limit} {unit}, period {period}, {price}{sold}"))?;
    }
    Ok(())
}
