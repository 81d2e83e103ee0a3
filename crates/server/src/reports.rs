//! Reports of answers: made by people, decided on by staff.

use uuid::Uuid;

use crate::{
    app::App,
    db::{
        Conn, Result,
        messages::{self, Message, Sender},
        reports::{self, Category, Queued, Report, ReportState},
    },
    staff::{
        Actor, Office,
        audit::{self, Action, Entry},
    },
};

/// A report, and whether it is a new one.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The report.
    pub report: Report,
    /// Whether the person had not reported the answer before.
    pub is_new: bool,
}

/// Reports an answer of one of the person's dialogues: `message_id` is the AI's message, or the person's whose newest
/// answer is meant. Of what is not said again, the first report stays. None: there is no such answer.
pub async fn file(
    app: &App,
    user_id: Uuid,
    message_id: Uuid,
    category: Option<Category>,
    comment: Option<String>,
) -> Result<Option<Filed>> {
    let (now, id) = (app.clock.now(), app.new_id());
    app.db
        .write(move |tx| {
            let comment = comment.clone();
            Box::pin(async move {
                let Some(answer) = answer(tx, user_id, message_id).await? else { return Ok(None) };
                let report = reports::put(tx, id, user_id, answer.id, category, comment.as_deref(), now).await?;
                let is_new = report.id == id;
                Ok::<_, sqlx::Error>(Some(Filed { report, is_new }))
            })
        })
        .await
}

async fn answer(conn: &mut Conn<'_>, user_id: Uuid, message_id: Uuid) -> Result<Option<Message>> {
    match messages::find(conn, user_id, message_id).await? {
        Some(question) if question.sender == Sender::User => messages::newest_answer(conn, user_id, question.id).await,
        found => Ok(found),
    }
}

/// Decides on a report; none when there is no such one.
pub async fn decide(
    office: Office<'_>,
    actor: Actor,
    id: Uuid,
    state: ReportState,
    note: String,
) -> Result<Option<Queued>> {
    let now = office.now();
    office
        .db
        .write(move |tx| {
            let (actor, note) = (actor.clone(), note.clone());
            Box::pin(async move {
                let Some(report) = reports::find(tx, id).await? else { return Ok(None) };
                reports::decide(tx, id, state, actor.id, &note, now).await?;
                let details = serde_json::json!({"before": report.state, "after": state});
                let entry = Entry::new(actor, Action::ReportDecided).to(report.user_id).on(id).because(Some(note));
                audit::record(tx, &entry.with(details), now).await?;
                Ok::<_, sqlx::Error>(Some(report))
            })
        })
        .await
}
