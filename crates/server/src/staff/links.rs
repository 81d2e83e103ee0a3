//! One-time links that sign somebody in to the panel. A link is a bearer's: it goes only to whom it signs in.

use uuid::Uuid;

use super::{
    Actor, Office,
    audit::{self, Action, Entry},
};
use crate::{
    config::{Config, seconds},
    db::{
        Conn, Result, Ts,
        admin_links::{self, MadeBy},
        admins,
    },
    ids,
};

/// The path that a link's token stands behind.
pub const PATH: &str = "/admin/sign-in/";

/// How long a link can be used, in seconds.
const LIFE: u64 = 15 * 60;
/// What a token begins with.
const PREFIX: &str = "bl_";

/// A link, shown once.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// 256 random bits behind a prefix.
    token: String,
}

impl NewLink {
    /// A link of its own.
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        Self { token: ids::new_token(PREFIX) }
    }

    /// Its address.
    pub fn url(&self, config: &Config) -> String {
        format!("{}{PATH}{}", config.http.base_url(), self.token)
    }

    /// Keeps its hash in this transaction.
    pub async fn store(&self, conn: &mut Conn<'_>, user_id: Option<Uuid>, made_by: MadeBy, now: Ts) -> Result<()> {
        let hash = ids::sha256(self.token.as_bytes());
        admin_links::insert(conn, &hash, user_id, made_by, now, now.after(seconds(LIFE))).await
    }
}

/// Makes a link for somebody who has a role; none for who has none.
pub async fn create(office: Office<'_>, actor: Actor, user_id: Uuid, made_by: MadeBy) -> Result<Option<NewLink>> {
    let (link, now) = (NewLink::new(), office.now());
    let stored = link.clone();
    let made = office.db.write(move |tx| {
        let (link, actor) = (stored.clone(), actor.clone());
        Box::pin(async move {
            let Some(admin) = admins::find(tx, user_id).await?.filter(|admin| admin.blocked_at.is_none()) else {
                return Ok(false);
            };
            // Somebody who asks for themselves is told of as what they are.
            let role = actor.role.or_else(|| actor.id.filter(|id| *id == user_id).map(|_| admin.role));
            let entry = Entry::new(Actor { role, ..actor }, Action::LinkMade).to(user_id);
            audit::record(tx, &entry, now).await?;
            link.store(tx, Some(user_id), made_by, now).await?;
            Ok::<_, sqlx::Error>(true)
        })
    });
    Ok(made.await?.then_some(link))
}

/// Makes a link to a first owner, if there is none; whoever uses it becomes one.
pub async fn first(office: Office<'_>) -> Result<Option<NewLink>> {
    let (link, now) = (NewLink::new(), office.now());
    let stored = link.clone();
    let made = office.db.write(move |tx| {
        let link = stored.clone();
        Box::pin(async move {
            if admins::has_owner(tx).await? {
                return Ok(false);
            }
            audit::record(tx, &Entry::new(Actor::system(), Action::LinkMade), now).await?;
            link.store(tx, None, MadeBy::Start, now).await?;
            Ok::<_, sqlx::Error>(true)
        })
    });
    Ok(made.await?.then_some(link))
}
