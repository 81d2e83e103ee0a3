//! `beseda copy --to URL`

use secrecy::SecretString;
use sqlx::Connection as _;

use super::{CliError, print_line};
use crate::{
    clock::Clock,
    config::Config,
    db::{
        Conn,
        copy::{self, TABLES},
        dialect, execute, nodes,
        open::{self, Single},
    },
};

/// Moves a service to a database of the other kind: everything in one transaction, or nothing.
pub(super) async fn copy(config: &Config, to: SecretString) -> Result<(), CliError> {
    // Held until the copy is done, so that nobody serves from either file.
    let _from_lock = open::serve_lock(&config.database.url)?;
    let _to_lock = open::serve_lock(&to)?;
    let from = open::connect(&config.database.url).await?;
    let to = open::connect(&to).await?;
    match (from, to) {
        (Single::Sqlite(mut from), Single::Postgres(mut to)) => {
            let columns = describe(&mut to).await?;
            let (mut read, mut write) = (from.begin().await?, to.begin().await?);
            copy_all(&mut Conn::Sqlite(&mut read), &mut Conn::Postgres(&mut write), columns).await?;
            write.commit().await?;
        }
        (Single::Postgres(mut from), Single::Sqlite(mut to)) => {
            let columns = describe(&mut from).await?;
            let mut read = from.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
            let mut write = to.begin_with("BEGIN IMMEDIATE").await?;
            copy_all(&mut Conn::Postgres(&mut read), &mut Conn::Sqlite(&mut write), columns).await?;
            write.commit().await?;
        }
        (Single::Sqlite(_), Single::Sqlite(_)) => {
            return Err(CliError::Said("both databases are SQLite: use `beseda backup`".into()));
        }
        (Single::Postgres(_), Single::Postgres(_)) => {
            return Err(CliError::Said("both databases are PostgreSQL: use pg_dump".into()));
        }
    }
    print_line("copied and verified")
}

type Columns = Vec<Vec<copy::ColumnType>>;

async fn describe(postgres: &mut sqlx::PgConnection) -> Result<Columns, CliError> {
    let mut columns = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        columns.push(copy::columns(postgres, table).await?);
    }
    Ok(columns)
}

async fn copy_all<'c>(from: &mut Conn<'c>, to: &mut Conn<'c>, columns: Columns) -> Result<(), CliError> {
    refuse_served(from).await?;
    refuse_served(to).await?;
    if !copy::is_empty(to).await? {
        return Err(CliError::NotEmpty);
    }
    dialect::defer_references(to).await?;
    // Plans are seeded at the first start; the source's are the ones that people have.
    execute!(&mut *to, "DELETE FROM plans")?;
    for (table, columns) in TABLES.into_iter().zip(columns) {
        let read = copy::copy_table(from, to, table, &columns).await?;
        let written = copy::content(to, table, &columns).await?;
        if read != written {
            return Err(CliError::Said(format!("{table} differs after copying: nothing was kept")));
        }
        print_line(&format!("{table}: {} rows", read.rows))?;
    }
    Ok(())
}

/// A SQLite file is locked by now, and whoever has a lease in it is gone; a PostgreSQL may have living nodes.
async fn refuse_served(conn: &mut Conn<'_>) -> Result<(), CliError> {
    if matches!(conn, Conn::Postgres(_)) && nodes::any_living(conn, Clock::System.now()).await? {
        return Err(CliError::Said("a node is serving from the PostgreSQL database: stop it first".into()));
    }
    Ok(())
}
