//! Copying everything from one database to another, of either kind, verified by counts and hashes.

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, PgConnection, Row as _, SqlSafeStr as _, SqliteConnection,
    Statement as _, TypeInfo as _,
};
use uuid::Uuid;

use super::{Conn, Day, JsonText, Result, Ts, fetch_one};

/// The tables, each after those it refers to. `nodes` and `roles` are of processes of the old place, and stay there.
pub const TABLES: [&str; 38] = [
    "plans",
    "users",
    "admins",
    "identities",
    "devices",
    "push_subscriptions",
    "access_tokens",
    "refresh_tokens",
    "purchases",
    "payments",
    "subscriptions",
    "chat_sessions",
    "deleted_sessions",
    "messages",
    "turns",
    "ai_requests",
    "ai_texts",
    "usage_logs",
    "telegram_updates",
    "telegram_chats",
    "broadcasts",
    "broadcast_recipients",
    "deliveries",
    "link_codes",
    "used_proofs",
    "admin_links",
    "admin_sessions",
    "openings",
    "passkeys",
    "passkey_challenges",
    "audit_log",
    "reports",
    "jobs",
    "positions",
    "service_keys",
    "day_figures",
    "usage_days",
    "settings",
];

/// Rows of one INSERT: the columns times this stay under both databases' limits of parameters.
const BATCH: usize = 500;

/// A column, as the PostgreSQL side declares it.
#[derive(Clone, Debug)]
pub struct ColumnType {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Uuid,
    Moment,
    Bool,
    Int2,
    Int4,
    Int8,
    Text,
    Bytes,
    Day,
    Json,
}

impl Kind {
    fn of(postgres_type: &str) -> Option<Self> {
        Some(match postgres_type {
            "UUID" => Self::Uuid,
            "TIMESTAMPTZ" => Self::Moment,
            "BOOL" => Self::Bool,
            "INT2" => Self::Int2,
            "INT4" => Self::Int4,
            "INT8" => Self::Int8,
            "TEXT" => Self::Text,
            "BYTEA" => Self::Bytes,
            "DATE" => Self::Day,
            "JSON" => Self::Json,
            _ => return None,
        })
    }
}

/// A value on its way.
enum Value {
    Uuid(Option<Uuid>),
    Moment(Option<Ts>),
    Bool(Option<bool>),
    Int2(Option<i16>),
    Int4(Option<i32>),
    Int8(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Day(Option<Day>),
    Json(Option<JsonText>),
}

impl Value {
    /// Adds the value to a row's hash, in a form that is the same for both databases.
    fn hash(&self, hash: &mut Sha256) {
        fn add(hash: &mut Sha256, bytes: Option<&[u8]>) {
            match bytes {
                None => hash.update([0]),
                Some(bytes) => {
                    hash.update([1]);
                    hash.update((bytes.len() as u64).to_be_bytes());
                    hash.update(bytes);
                }
            }
        }
        let number = |n: Option<i64>| n.map(i64::to_be_bytes);
        match self {
            Self::Uuid(v) => add(hash, v.as_ref().map(|v| &v.as_bytes()[..])),
            Self::Moment(v) => add(hash, number(v.map(Ts::as_micros)).as_ref().map(|b| &b[..])),
            Self::Bool(v) => add(hash, number(v.map(i64::from)).as_ref().map(|b| &b[..])),
            Self::Int2(v) => add(hash, number(v.map(i64::from)).as_ref().map(|b| &b[..])),
            Self::Int4(v) => add(hash, number(v.map(i64::from)).as_ref().map(|b| &b[..])),
            Self::Int8(v) => add(hash, number(*v).as_ref().map(|b| &b[..])),
            Self::Text(v) => add(hash, v.as_ref().map(String::as_bytes)),
            Self::Bytes(v) => add(hash, v.as_deref()),
            Self::Day(v) => add(hash, v.map(|day| day.0.to_string()).as_ref().map(String::as_bytes)),
            Self::Json(v) => add(hash, v.as_ref().map(|json| json.0.as_bytes())),
        }
    }
}

/// What a table holds: its number of rows, and a hash of them in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Rows.
    pub rows: u64,
    hash: [u8; 32],
}

impl Content {
    fn add(&mut self, row: &[Value]) {
        let mut hash = Sha256::new();
        row.iter().for_each(|value| value.hash(&mut hash));
        self.rows += 1;
        let one: [u8; 32] = hash.finalize().into();
        // Addition modulo 2^256: it does not depend on the order, and unlike XOR two equal rows do not cancel out.
        let mut carry = 0u16;
        for (sum, byte) in self.hash.iter_mut().zip(one) {
            let added = u16::from(*sum) + u16::from(byte) + carry;
            *sum = added.to_le_bytes()[0];
            carry = added >> 8;
        }
    }
}

/// The columns of a table.
pub async fn columns(postgres: &mut PgConnection, table: &str) -> Result<Vec<ColumnType>> {
    let statement = postgres.prepare(AssertSqlSafe(format!("SELECT * FROM {table}")).into_sql_str()).await?;
    let column = |column: &sqlx::postgres::PgColumn| {
        let kind = Kind::of(column.type_info().name());
        let kind = kind.ok_or_else(|| sqlx::Error::TypeNotFound { type_name: column.type_info().name().to_owned() })?;
        Ok(ColumnType { name: column.name().to_owned(), kind })
    };
    statement.columns().iter().map(column).collect()
}

/// Copies a table from one open transaction into another; gives what was read.
pub async fn copy_table(
    from: &mut Conn<'_>,
    to: &mut Conn<'_>,
    table: &str,
    columns: &[ColumnType],
) -> Result<Content> {
    let mut content = Content::default();
    read(from, table, columns, async |rows| {
        rows.iter().for_each(|row| content.add(row));
        match to {
            Conn::Sqlite(to) => sqlite::insert(to, table, columns, rows).await,
            Conn::Postgres(to) => postgres::insert(to, table, columns, rows).await,
        }
    })
    .await?;
    Ok(content)
}

/// What a table holds.
pub async fn content(conn: &mut Conn<'_>, table: &str, columns: &[ColumnType]) -> Result<Content> {
    let mut content = Content::default();
    read(conn, table, columns, async |rows| {
        rows.iter().for_each(|row| content.add(row));
        Ok(())
    })
    .await?;
    Ok(content)
}

async fn read(
    conn: &mut Conn<'_>,
    table: &str,
    columns: &[ColumnType],
    each: impl AsyncFnMut(Vec<Vec<Value>>) -> Result<()>,
) -> Result<()> {
    match conn {
        Conn::Sqlite(conn) => sqlite::read(conn, table, columns, each).await,
        Conn::Postgres(conn) => postgres::read(conn, table, columns, each).await,
    }
}

/// Whether nobody has an account in the database.
pub async fn is_empty(conn: &mut Conn<'_>) -> Result<bool> {
    let (people,): (i64,) = fetch_one!(conn, (i64,), "SELECT COUNT(*) FROM users")?;
    Ok(people == 0)
}

fn select(table: &str, columns: &[ColumnType]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    format!("SELECT {} FROM {table}", names.join(", "))
}

/// The same three functions for each database: they differ in types only.
macro_rules! side {
    ($side:ident, $database:ty, $connection:ty, $row:ty) => {
        mod $side {
            use super::*;

            fn value(row: &$row, index: usize, kind: Kind) -> Result<Value> {
                Ok(match kind {
                    Kind::Uuid => Value::Uuid(row.try_get(index)?),
                    Kind::Moment => Value::Moment(row.try_get(index)?),
                    Kind::Bool => Value::Bool(row.try_get(index)?),
                    Kind::Int2 => Value::Int2(row.try_get(index)?),
                    Kind::Int4 => Value::Int4(row.try_get(index)?),
                    Kind::Int8 => Value::Int8(row.try_get(index)?),
                    Kind::Text => Value::Text(row.try_get(index)?),
                    Kind::Bytes => Value::Bytes(row.try_get(index)?),
                    Kind::Day => Value::Day(row.try_get(index)?),
                    Kind::Json => Value::Json(row.try_get(index)?),
                })
            }

            /// Reads a table, some rows at a time.
            pub(super) async fn read(
                conn: &mut $connection,
                table: &str,
                columns: &[ColumnType],
                mut each: impl AsyncFnMut(Vec<Vec<Value>>) -> Result<()>,
            ) -> Result<()> {
                let sql = AssertSqlSafe(select(table, columns));
                let mut rows = sqlx::query(sql).persistent(false).fetch(conn);
                let mut batch = Vec::with_capacity(BATCH);
                while let Some(row) = rows.try_next().await? {
                    let values = columns.iter().enumerate().map(|(index, column)| value(&row, index, column.kind));
                    batch.push(values.collect::<Result<_>>()?);
                    if batch.len() == BATCH {
                        each(std::mem::take(&mut batch)).await?;
                    }
                }
                each(batch).await
            }

            /// Adds rows to a table.
            pub(super) async fn insert(
                conn: &mut $connection,
                table: &str,
                columns: &[ColumnType],
                rows: Vec<Vec<Value>>,
            ) -> Result<()> {
                if rows.is_empty() {
                    return Ok(());
                }
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                let mut query =
                    sqlx::QueryBuilder::<$database>::new(format!("INSERT INTO {table} ({}) ", names.join(", ")));
                query.push_values(rows, |mut row, values| {
                    for value in values {
                        match value {
                            Value::Uuid(v) => row.push_bind(v),
                            Value::Moment(v) => row.push_bind(v),
                            Value::Bool(v) => row.push_bind(v),
                            Value::Int2(v) => row.push_bind(v),
                            Value::Int4(v) => row.push_bind(v),
                            Value::Int8(v) => row.push_bind(v),
                            Value::Text(v) => row.push_bind(v),
                            Value::Bytes(v) => row.push_bind(v),
                            Value::Day(v) => row.push_bind(v),
                            Value::Json(v) => row.push_bind(v),
                        };
                    }
                });
                query.build().persistent(false).execute(conn).await.map(drop)
            }
        }
    };
}

side!(sqlite, sqlx::Sqlite, SqliteConnection, sqlx::sqlite::SqliteRow);
side!(postgres, sqlx::Postgres, PgConnection, sqlx::postgres::PgRow);
