//! `/admin/broadcasts`: a text in two languages for many people, through the bot.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Failure, Result, csv,
    extract::{Allowed, Staff},
    form::{WithReason, blank},
    page::{Page, render},
    paging::{Paged, Place, ROWS},
    visit::Done,
};
use crate::{
    app::App,
    broadcast::{self, Audience, BroadcastError, MOST_COUNTED, Reach, Unfit, shown},
    db::{
        Ts,
        broadcasts::{self, Broadcast, State as Stage},
        plans::{self, Plan},
    },
    http::Edge,
    staff::role::demand,
    texts::Lang,
};

const PATH: &str = "/admin/broadcasts";
/// The most that is taken of a text: what is longer is no message.
const MOST_TYPED: usize = 20_000;

/// The cursor.
#[derive(Debug, Deserialize)]
pub(super) struct Cursor {
    #[serde(default, deserialize_with = "blank")]
    before: Option<Uuid>,
    #[serde(default, deserialize_with = "blank")]
    after: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "admin/broadcasts.html")]
struct Broadcasts {
    page: Page,
    has_bot: bool,
    paged: Paged<Broadcast>,
}

impl Broadcasts {
    fn tone(&self, state: &Stage) -> &'static str {
        tone(*state)
    }
}

#[derive(Template)]
#[template(path = "admin/broadcast.html")]
struct One {
    page: Page,
    has_bot: bool,
    broadcast: Broadcast,
    /// How it looks, in each language.
    russian: String,
    english: String,
    /// Of a draft: whom it would reach.
    reach: Option<Reach>,
    most_counted: i64,
}

impl One {
    fn tone(&self, state: &Stage) -> &'static str {
        tone(*state)
    }

    fn is_draft(&self) -> bool {
        self.broadcast.state == Stage::Draft
    }

    fn is_running(&self) -> bool {
        self.broadcast.state == Stage::Running
    }

    /// How many are left, on their way included; none: nobody knows.
    fn left(&self) -> Option<i64> {
        let ended = self.broadcast.taken - self.broadcast.open();
        self.broadcast.expected.map(|expected| (expected - ended).max(0))
    }
}

/// How a state is coloured.
const fn tone(state: Stage) -> &'static str {
    match state {
        Stage::Draft => "calm",
        Stage::Running => "warn",
        Stage::Done => "good",
        Stage::Stopped => "bad",
    }
}

#[derive(Template)]
#[template(path = "admin/broadcast_new.html")]
struct NewForm {
    page: Page,
    plans: Vec<Plan>,
    typed: Typed,
    /// Field, and the key of what is wrong with it.
    faults: Vec<(&'static str, &'static str)>,
}

impl NewForm {
    fn fault(&self, field: &str) -> Option<String> {
        let (_, key) = self.faults.iter().find(|(found, _)| *found == field)?;
        Some(self.page.t(key))
    }
}

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    text_ru: String,
    text_en: String,
    plan: String,
    language: String,
    active_since: String,
}

impl Typed {
    /// To whom; else which fields are wrong, and how.
    fn parse(&self, app: &App, plans: &[Plan]) -> std::result::Result<Audience, Vec<(&'static str, &'static str)>> {
        let mut faults = Vec::new();
        for (field, text) in [("text_ru", &self.text_ru), ("text_en", &self.text_en)] {
            let unfit = if text.len() > MOST_TYPED { Err(Unfit::Long) } else { shown(text).map(drop) };
            match unfit {
                Ok(()) => {}
                Err(Unfit::Empty) => faults.push((field, "broadcast-empty")),
                Err(Unfit::Long) => faults.push((field, "broadcast-long")),
            }
        }
        let plan = Some(self.plan.trim()).filter(|plan| !plan.is_empty());
        if plan.is_some_and(|name| plans.iter().all(|plan| plan.name != name)) {
            faults.push(("plan", "broadcast-no-plan"));
        }
        let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == self.language);
        if lang.is_none() && !self.language.is_empty() {
            faults.push(("language", "invalid"));
        }
        let since = Some(self.active_since.trim()).filter(|day| !day.is_empty());
        let day = since.map(|day| day.parse::<Date>().ok().and_then(|day| day.to_zoned(app.zone.clone()).ok()));
        let active_since = match day {
            None => None,
            Some(Some(day)) => Some(Ts::from_timestamp(day.timestamp())),
            Some(None) => {
                faults.push(("active_since", "broadcast-no-day"));
                None
            }
        };
        if faults.is_empty() { Ok(Audience { plan: plan.map(str::to_owned), lang, active_since }) } else { Err(faults) }
    }
}

/// A page of them.
pub(super) async fn list(
    State(edge): State<Edge>,
    staff: Allowed<demand::Broadcast>,
    Query(cursor): Query<Cursor>,
) -> Result<Response> {
    let place = Place::of(cursor.before, cursor.after);
    let limit = i64::try_from(ROWS + 1).unwrap_or(i64::MAX);
    let rows = broadcasts::page(&mut edge.app.db.read().await?.conn(), place.cursor(), limit).await?;
    let paged = Paged::new(PATH, &[(); 0], &place, rows, |row| row.id.to_string());
    render(&Broadcasts { page: staff.page("menu-broadcasts"), has_bot: edge.app.bot.is_some(), paged })
}

/// The same as a file.
pub(super) async fn export(State(edge): State<Edge>, staff: Allowed<demand::Broadcast>) -> Result<Response> {
    let columns = [
        "id",
        "created_at",
        "state",
        "plan_name",
        "language",
        "active_since",
        "started_at",
        "ended_at",
        "expected",
        "taken",
        "sent",
        "closed",
        "failed",
        "cancelled",
        "text_ru",
        "text_en",
    ];
    let app = edge.app.clone();
    let fetch = move |last: Option<Broadcast>| {
        let app = app.clone();
        async move {
            let place = last.map(|row| (row.id, false));
            broadcasts::page(&mut app.db.read().await?.conn(), place, csv::BATCH).await
        }
    };
    csv::download(&edge.app, &staff, "broadcasts", &columns, fetch, cells).await
}

fn cells(row: &Broadcast) -> Vec<String> {
    let moment = |at: Option<Ts>| at.map(|at| at.to_string()).unwrap_or_default();
    vec![
        row.id.to_string(),
        row.created_at.to_string(),
        row.state.as_str().to_owned(),
        row.plan_name.clone().unwrap_or_default(),
        row.language.clone().unwrap_or_default(),
        moment(row.active_since),
        moment(row.started_at),
        moment(row.ended_at),
        row.expected.map(|count| count.to_string()).unwrap_or_default(),
        row.taken.to_string(),
        row.sent.to_string(),
        row.closed.to_string(),
        row.failed.to_string(),
        row.cancelled.to_string(),
        row.text_ru.clone(),
        row.text_en.clone(),
    ]
}

/// The form of a new one.
pub(super) async fn blank_form(State(edge): State<Edge>, staff: Allowed<demand::Broadcast>) -> Result<Response> {
    form(&edge.app, &staff, Typed::default(), Vec::new()).await
}

async fn form(app: &App, staff: &Staff, typed: Typed, faults: Vec<(&'static str, &'static str)>) -> Result<Response> {
    let plans = plans::list(&mut app.db.read().await?.conn()).await?;
    render(&NewForm { page: staff.page("broadcast-new"), plans, typed, faults })
}

/// Keeps a draft, and shows how it looks.
pub(super) async fn write(
    State(edge): State<Edge>,
    staff: Allowed<demand::Broadcast>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let app = &edge.app;
    let plans = plans::list(&mut app.db.read().await?.conn()).await?;
    match typed.parse(app, &plans) {
        Ok(audience) => {
            let id = broadcast::write(app, staff.actor(), &typed.text_ru, &typed.text_en, &audience).await?;
            Ok(Done::see(format!("{PATH}/{id}")).into_response())
        }
        Err(faults) => {
            let page = form(app, &staff, typed, faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// One of them.
pub(super) async fn show(
    State(edge): State<Edge>,
    staff: Allowed<demand::Broadcast>,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let app = &edge.app;
    let found = broadcasts::find(&mut app.db.read().await?.conn(), id).await?;
    let broadcast = found.ok_or(Failure::NotFound)?;
    let reach = match broadcast.state {
        Stage::Draft => Some(broadcast::reach(app, &Audience::of(&broadcast)).await?),
        _ => None,
    };
    let look = |text: &str| shown(text).unwrap_or_default();
    let (russian, english) = (look(&broadcast.text_ru), look(&broadcast.text_en));
    let (page, has_bot) = (staff.page("broadcast-title"), app.bot.is_some());
    render(&One { page, has_bot, broadcast, russian, english, reach, most_counted: MOST_COUNTED })
}

/// Lets it begin.
pub(super) async fn start(
    State(edge): State<Edge>,
    staff: Allowed<demand::Broadcast>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    broadcast::start(&edge.app, staff.actor(), id, form.checked()?).await?;
    Ok(Done::see(format!("{PATH}/{id}")).saying("broadcast-started"))
}

/// Stops it, or throws it away.
pub(super) async fn stop(
    State(edge): State<Edge>,
    staff: Allowed<demand::Broadcast>,
    Path(id): Path<Uuid>,
    Form(form): Form<WithReason>,
) -> Result<Done> {
    broadcast::stop(&edge.app, staff.actor(), id, form.checked()?).await?;
    Ok(Done::see(format!("{PATH}/{id}")).saying("broadcast-stopped"))
}

impl From<BroadcastError> for Failure {
    fn from(error: BroadcastError) -> Self {
        match error {
            BroadcastError::NotFound => Self::NotFound,
            BroadcastError::NoBot => Self::Conflict("broadcast-no-bot"),
            BroadcastError::Over => Self::Conflict("broadcast-over"),
            BroadcastError::Database(error) => error.into(),
        }
    }
}
