//! `/admin`: the way into the panel for those who have a role there. It is in no menu: to others it is no command.

use super::{
    contact::Contact,
    outgoing::{Button, Link, Outgoing},
    texts::{Lang, text},
};
use crate::{
    app::App,
    db::{Result, admin_links::MadeBy, admins, deliveries::Delivery},
    staff::{Actor, audit::Via, links},
};

/// A link to be made when it is sent; none for who has no role.
pub(super) async fn offer(app: &App, contact: &Contact) -> Result<Option<Outgoing>> {
    let admin = admins::find(&mut app.db.read().await?.conn(), contact.user.id).await?;
    let may = admin.is_some_and(|admin| admin.blocked_at.is_none());
    Ok(may.then(|| Outgoing { link: Some(Link::Panel), ..Outgoing::default() }))
}

/// Makes the link; none when the role is gone meanwhile. Telegram takes only addresses of the open internet for
/// buttons, so others stand in the text.
pub(super) async fn words(app: &App, lang: Lang, delivery: &Delivery) -> Result<Option<Outgoing>> {
    let admin = admins::find(&mut app.db.read().await?.conn(), delivery.user_id).await?;
    let Some(admin) = admin else { return Ok(None) };
    let actor = Actor {
        id: Some(admin.user_id),
        name: admin.name,
        role: Some(admin.role),
        via: Via::Bot,
        address: None,
        session_id: None,
    };
    let Some(link) = links::create(app.office(), actor, delivery.user_id, MadeBy::Bot).await? else { return Ok(None) };
    let url = link.url(&app.config);
    let told = text(lang, "panel-link", &[]);
    Ok(Some(if app.config.http.is_secure() {
        Outgoing::new(told).row([Button::link(text(lang, "button-panel", &[]), url)])
    } else {
        Outgoing::new(format!("{told}\n\n{url}"))
    }))
}
