//! What is typed into the form of a plan.

use serde::{Deserialize, de::DeserializeOwned};

use super::form::reason;
use crate::{
    billing::{plan::Changes, plan_check::Fault},
    db::plans::Plan,
};

/// The fields, as they are typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub unit: String,
    pub usage_limit: String,
    pub period: String,
    pub price_stars: String,
    pub model: String,
    pub providers: String,
    pub max_answer_tokens: String,
    pub rank: String,
    pub google_product_id: String,
    pub title_ru: String,
    pub title_en: String,
    pub description_ru: String,
    pub description_en: String,
    pub auto_renew: Option<String>,
    pub is_offered: Option<String>,
    /// Whether running periods change too.
    pub running: Option<String>,
    /// Why.
    pub reason: String,
}

/// What is wrong with a field: the text `family-word`.
#[derive(Clone, Copy, Debug)]
pub struct FieldFault {
    /// The field.
    pub field: &'static str,
    /// The family of the text.
    pub family: &'static str,
    /// Its word.
    pub word: &'static str,
}

impl FieldFault {
    /// A fault that only a form can have.
    pub const fn own(field: &'static str, word: &'static str) -> Self {
        Self { field, family: "plan-typed", word }
    }
}

impl From<Fault> for FieldFault {
    fn from(fault: Fault) -> Self {
        Self { field: fault.field(), family: "plan-fault", word: fault.as_str() }
    }
}

impl Typed {
    /// The form of a plan as it is.
    pub fn of(plan: &Plan) -> Self {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let checked = |is_so: bool| is_so.then(|| "on".to_owned());
        Self {
            name: plan.name.clone(),
            unit: plan.unit.as_str().into(),
            usage_limit: plan.usage_limit.to_string(),
            period: plan.period.as_str().into(),
            price_stars: number(plan.price_stars),
            model: text(&plan.model),
            providers: text(&plan.providers),
            max_answer_tokens: number(plan.max_answer_tokens),
            rank: number(plan.rank),
            google_product_id: text(&plan.google_product_id),
            title_ru: text(&plan.title_ru),
            title_en: text(&plan.title_en),
            description_ru: text(&plan.description_ru),
            description_en: text(&plan.description_en),
            auto_renew: checked(plan.auto_renew),
            is_offered: checked(plan.is_offered),
            running: None,
            reason: String::new(),
        }
    }

    /// The form of a new plan.
    pub fn blank() -> Self {
        let on = Some("on".to_owned());
        Self {
            unit: "requests".into(),
            period: "month".into(),
            auto_renew: on.clone(),
            is_offered: on,
            ..Self::default()
        }
    }

    /// The changes and the reason; else what is wrong with which field.
    pub fn parse(&self) -> Result<(Changes, String), Vec<FieldFault>> {
        let mut faults = Vec::new();
        let text = |text: &str| Some(Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
        let mut number = |field, text: &str| {
            let text = text.trim();
            let number = (!text.is_empty()).then(|| text.parse::<i64>()).transpose();
            number.unwrap_or_else(|_| {
                faults.push(FieldFault::own(field, "number"));
                None
            })
        };
        let (price_stars, rank) = (number("price_stars", &self.price_stars), number("rank", &self.rank));
        let max_answer_tokens = number("max_answer_tokens", &self.max_answer_tokens);
        let usage_limit = number("usage_limit", &self.usage_limit);
        if usage_limit.is_none() && self.usage_limit.trim().is_empty() {
            faults.push(FieldFault::own("usage_limit", "number"));
        }
        let (unit, period) = (word(&self.unit), word(&self.period));
        if unit.is_none() {
            faults.push(FieldFault::own("unit", "choice"));
        }
        if period.is_none() {
            faults.push(FieldFault::own("period", "choice"));
        }
        let why = reason(&self.reason).unwrap_or_else(|_| {
            faults.push(FieldFault::own("reason", "reason"));
            String::new()
        });
        if !faults.is_empty() {
            return Err(faults);
        }
        let changes = Changes {
            unit,
            usage_limit,
            period,
            price_stars: Some(price_stars),
            model: text(&self.model),
            auto_renew: Some(self.auto_renew.is_some()),
            title_ru: text(&self.title_ru),
            title_en: text(&self.title_en),
            description_ru: text(&self.description_ru),
            description_en: text(&self.description_en),
            providers: text(&self.providers),
            max_answer_tokens: Some(max_answer_tokens),
            rank: Some(rank),
            google_product_id: text(&self.google_product_id),
            is_offered: Some(self.is_offered.is_some()),
        };
        Ok((changes, why))
    }
}

/// A word that is stored.
pub fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::from(text)).ok()
}
