//! `beseda admin grant|link|list|revoke`

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{CliError, open_database, print, print_line, who::Who};
use crate::{
    account::profile::Name,
    billing::plan,
    clock::Clock,
    config::Config,
    db::{Db, admin_links::MadeBy, admins, users},
    ids,
    staff::{
        Actor, Office,
        appoint::{self, AppointError, Newcomer},
        links,
        role::Role,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Give a person a role in the panel, or another one; prints a link that signs them in, once, within 15 minutes.
    Grant {
        /// As what: owner, admin or moderator.
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        whom: Whom,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Print a link that signs a person in who has a role.
    Link {
        #[command(flatten)]
        who: Who,
    },
    /// Print everybody who may use the panel.
    List,
    /// Take a person's role away, and sign them out.
    Revoke {
        #[command(flatten)]
        who: Who,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
    },
}

/// A person: by one of their ids, or somebody new.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Whom {
    /// The person's id.
    #[arg(long, value_name = "ID")]
    user: Option<Uuid>,
    /// The person's id in Telegram.
    #[arg(long, value_name = "N")]
    telegram_id: Option<i64>,
    /// The name of somebody who is added.
    #[arg(long)]
    name: Option<String>,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "expected owner, admin or moderator".into())
}

/// Runs the command.
pub(super) async fn admin(config: &Config, command: Command) -> Result<(), CliError> {
    let db = open_database(config).await?;
    let office = Office { db: &db, clock: &Clock::System };
    match command {
        Command::Grant { role, whom, reason } => {
            let user_id = find_or_add(config, office, whom).await?;
            change(office, user_id, Some(role), reason).await?;
            link(config, office, user_id).await?;
        }
        Command::Link { who } => link(config, office, who.find(&db).await?).await?,
        Command::List => print(&admins::list(&mut db.read().await?.conn()).await?)?,
        Command::Revoke { who, reason } => change(office, who.find(&db).await?, None, reason).await?,
    }
    db.close().await;
    Ok(())
}

async fn find_or_add(config: &Config, office: Office<'_>, whom: Whom) -> Result<Uuid, CliError> {
    let Some(name) = whom.name else {
        return find(office.db, whom).await;
    };
    let name = Name::parse(&name).map_err(|error| CliError::Said(format!("--name {error}")))?;
    plan::seed(office.db, &config.plans, office.now()).await?;
    let newcomer = Newcomer { id: ids::new_id(office.now()), name: name.into_inner(), language: None };
    let (id, now, zone) = (newcomer.id, office.now(), config.service.zone());
    office
        .db
        .write(move |tx| {
            let (newcomer, zone) = (newcomer.clone(), zone.clone());
            Box::pin(async move { appoint::add_person(tx, &newcomer, now, &zone).await })
        })
        .await?;
    Ok(id)
}

async fn find(db: &Db, whom: Whom) -> Result<Uuid, CliError> {
    let mut reader = db.read().await?;
    let conn = &mut reader.conn();
    let user = match (whom.user, whom.telegram_id) {
        (Some(id), _) => users::find(conn, id).await?,
        (None, Some(id)) => users::by_telegram_id(conn, id).await?,
        (None, None) => None,
    };
    user.map(|user| user.id).ok_or_else(|| CliError::Said("there is no such person".into()))
}

async fn change(office: Office<'_>, user_id: Uuid, role: Option<Role>, reason: Option<String>) -> Result<(), CliError> {
    let change = appoint::Change { actor: Actor::cli(), user_id, role, reason };
    appoint::change(office, change).await.map_err(|error| match error {
        AppointError::Database(error) => error.into(),
        refused => CliError::Said(refused.to_string()),
    })
}

async fn link(config: &Config, office: Office<'_>, user_id: Uuid) -> Result<(), CliError> {
    let link = links::create(office, Actor::cli(), user_id, MadeBy::Cli).await?;
    let link =
        link.ok_or_else(|| CliError::Said("the person has no role, or is blocked: see `beseda admin grant`".into()))?;
    print_line(&link.url(config))
}
