//! `/admin/plans`: what can be subscribed to.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::{
    Failure, Result, csv,
    extract::{Allowed, Staff},
    page::{Page, render},
    plan_form::{FieldFault, Typed},
    visit::Done,
};
use crate::{
    app::App,
    billing::plan::{self, Change, PlanError},
    db::plans::{self, Period, Plan, Unit},
    http::Edge,
    models,
    staff::role::{Permission, demand},
};

const PATH: &str = "/admin/plans";
/// How many of a file's last columns are about money.
const MONEY: usize = 2;

#[derive(Template)]
#[template(path = "admin/plans.html")]
struct Plans {
    page: Page,
    plans: Vec<Plan>,
}

#[derive(Template)]
#[template(path = "admin/plan.html")]
struct PlanForm {
    page: Page,
    /// The plan as it is; none: a new one.
    plan: Option<Plan>,
    typed: Typed,
    faults: Vec<FieldFault>,
    units: [Unit; 2],
    periods: [Period; 5],
    unknown_providers: Vec<String>,
    unknown_model: Option<String>,
}

impl PlanForm {
    fn new(app: &App, staff: &Staff, plan: Option<Plan>, typed: Typed, faults: Vec<FieldFault>) -> Self {
        let page = staff.page("plan-new");
        let page = match &plan {
            Some(plan) => page.titled(plan.name.clone()),
            None => page,
        };
        let (mut unknown_providers, mut unknown_model) = (Vec::new(), None);
        if let Some(plan) = &plan {
            let llm = &app.config.llm;
            unknown_providers = models::unknown_providers(llm, plan).into_iter().map(str::to_owned).collect();
            unknown_model = models::unknown_model(llm, plan).map(str::to_owned);
        }
        let periods = [Period::Day, Period::Week, Period::Month, Period::Year, Period::None];
        let units = [Unit::Requests, Unit::Tokens];
        Self { page, plan, typed, faults, units, periods, unknown_providers, unknown_model }
    }

    /// What is wrong with a field, in words.
    fn fault(&self, field: &str) -> Option<String> {
        let fault = self.faults.iter().find(|fault| fault.field == field)?;
        Some(self.page.word(fault.family, fault.word))
    }

    fn action(&self) -> String {
        self.plan.as_ref().map_or_else(|| format!("{PATH}/~new"), |plan| format!("{PATH}/{}", plan.name))
    }
}

/// All plans, the least first.
pub(super) async fn list(State(edge): State<Edge>, staff: Allowed<demand::ViewPeople>) -> Result<Response> {
    let plans = plans::list(&mut edge.app.db.read().await?.conn()).await?;
    render(&Plans { page: staff.page("menu-plans"), plans })
}

/// The same as a file, with prices for those who may see money.
pub(super) async fn export(State(edge): State<Edge>, staff: Allowed<demand::ViewPeople>) -> Result<Response> {
    let columns = [
        "name",
        "unit",
        "usage_limit",
        "period",
        "auto_renew",
        "is_offered",
        "model",
        "providers",
        "max_answer_tokens",
        "title_ru",
        "title_en",
        "description_ru",
        "description_en",
        "price_stars",
        "google_product_id",
    ];
    let shown = if staff.who.role.may(Permission::ViewMoney) { columns.len() } else { columns.len() - MONEY };
    let app = edge.app.clone();
    let fetch = move |last: Option<Plan>| {
        let app = app.clone();
        async move {
            match last {
                None => plans::list(&mut app.db.read().await?.conn()).await,
                Some(_) => Ok(Vec::new()),
            }
        }
    };
    let write = move |plan: &Plan| cells(plan).into_iter().take(shown).collect();
    csv::download(&edge.app, &staff, "plans", columns.get(..shown).unwrap_or_default(), fetch, write).await
}

fn cells(plan: &Plan) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        plan.name.clone(),
        plan.unit.as_str().to_owned(),
        plan.usage_limit.to_string(),
        plan.period.as_str().to_owned(),
        plan.auto_renew.to_string(),
        plan.is_offered.to_string(),
        text(&plan.model),
        text(&plan.providers),
        number(plan.max_answer_tokens),
        text(&plan.title_ru),
        text(&plan.title_en),
        text(&plan.description_ru),
        text(&plan.description_en),
        number(plan.price_stars),
        text(&plan.google_product_id),
    ]
}

/// One plan, with the form that changes it for those who may.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::ViewPeople>,
    Path(name): Path<String>,
) -> Result<Response> {
    let plan = find(&edge.app, &name).await?;
    let typed = Typed::of(&plan);
    render(&PlanForm::new(&edge.app, &staff, Some(plan), typed, Vec::new()))
}

/// The form of a new plan.
pub(super) async fn blank(State(edge): State<Edge>, staff: Allowed<demand::ManageBilling>) -> Result<Response> {
    render(&PlanForm::new(&edge.app, &staff, None, Typed::blank(), Vec::new()))
}

/// Changes a plan.
pub(super) async fn change(
    State(edge): State<Edge>,
    staff: Allowed<demand::ManageBilling>,
    Path(name): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let plan = find(&edge.app, &name).await?;
    put(&edge.app, &staff, Some(plan), Typed { name, ..typed }).await
}

/// Makes a plan.
pub(super) async fn make(
    State(edge): State<Edge>,
    staff: Allowed<demand::ManageBilling>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    put(&edge.app, &staff, None, typed).await
}

/// Keeps what was typed; what is wrong with it is said beside it.
async fn put(app: &App, staff: &Staff, plan: Option<Plan>, typed: Typed) -> Result<Response> {
    let is_new = plan.is_none();
    let faults = match typed.parse() {
        Ok((changes, reason)) => {
            let (name, running) = (typed.name.trim().to_owned(), typed.running.is_some());
            let change = Change { actor: staff.actor(), name, changes, is_new, running, reason: Some(reason) };
            match plan::set(app.office(), change).await {
                Ok(plan) => {
                    let done = Done::see(format!("{PATH}/{}", plan.name));
                    let done = if is_new { done.saying("plan-made") } else { done.saying("plan-changed") };
                    return Ok(done.into_response());
                }
                Err(PlanError::Invalid(faults)) => faults.into_iter().map(FieldFault::from).collect(),
                Err(PlanError::Exists) => vec![FieldFault::own("name", "exists")],
                Err(PlanError::Missing) => return Err(Failure::NotFound),
                Err(PlanError::Database(error)) => return Err(error.into()),
            }
        }
        Err(faults) => faults,
    };
    let page = render(&PlanForm::new(app, staff, plan, typed, faults))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn find(app: &App, name: &str) -> Result<Plan> {
    plans::find(&mut app.db.read().await?.conn(), name).await?.ok_or(Failure::NotFound)
}
