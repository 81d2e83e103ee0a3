//! `users`: people, with their profile.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Result, Ts, execute, fetch_all, fetch_optional, text_enum};

text_enum! {
    /// Grammatical gender, as a person states it.
    Gender {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
        /// Neither of the two.
        Other = "other",
    }
}

/// A row of `users`.
#[derive(Clone, Debug, FromRow)]
pub struct User {
    /// Internal id.
    pub id: Uuid,
    /// The Telegram account joined with this one.
    pub telegram_id: Option<i64>,
    /// Telegram's username.
    pub username: Option<String>,
    /// Telegram's first name.
    pub first_name: Option<String>,
    /// Telegram's last name.
    pub last_name: Option<String>,
    /// Stated gender.
    pub gender: Option<Gender>,
    /// When the account was made.
    pub created_at: Ts,
    /// The name to be addressed by.
    pub name: Option<String>,
    /// Stated age in years, at `age_stated_at`.
    pub age: Option<i16>,
    /// When the age was stated.
    pub age_stated_at: Option<Ts>,
    /// Preferred language, a BCP 47 tag.
    pub language: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Default companion: name.
    pub companion_name: Option<String>,
    /// Default companion: gender.
    pub companion_gender: Option<Gender>,
    /// Default companion: age.
    pub companion_age: Option<i16>,
    /// When an operator blocked the person.
    pub blocked_at: Option<Ts>,
}

impl User {
    /// Somebody of whom nothing is known yet.
    pub const fn new(id: Uuid, created_at: Ts) -> Self {
        Self {
            id,
            telegram_id: None,
            username: None,
            first_name: None,
            last_name: None,
            gender: None,
            created_at,
            name: None,
            age: None,
            age_stated_at: None,
            language: None,
            time_zone: None,
            companion_name: None,
            companion_gender: None,
            companion_age: None,
            blocked_at: None,
        }
    }

    /// What the person is called: by themselves, else by Telegram.
    pub fn called(&self) -> Option<&str> {
        self.name.as_deref().or(self.first_name.as_deref()).or(self.username.as_deref())
    }

    /// The name as it is searched; empty where there is none.
    pub fn name_key(&self) -> String {
        self.name.as_deref().or(self.first_name.as_deref()).map(search_key).unwrap_or_default()
    }

    /// The username as it is searched.
    pub fn username_key(&self) -> Option<String> {
        self.username.as_deref().map(search_key)
    }
}

/// A text as it is searched: without case, ё as е, single spaces.
pub fn search_key(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds a person.
pub async fn insert(conn: &mut Conn<'_>, user: &User) -> Result<()> {
    let sql = "INSERT INTO users (id, telegram_id, username, first_name, last_name, gender, created_at, name, age, \
               age_stated_at, language, time_zone, companion_name, companion_gender, companion_age, blocked_at, name_key, \
               username_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    execute!(
        conn,
        sql,
        user.id,
        user.telegram_id,
        &user.username,
        &user.first_name,
        &user.last_name,
        user.gender,
        user.created_at,
        &user.name,
        user.age,
        user.age_stated_at,
        &user.language,
        &user.time_zone,
        &user.companion_name,
        user.companion_gender,
        user.companion_age,
        user.blocked_at,
        user.name_key(),
        user.username_key(),
    )
    .map(drop)
}

/// The person with this id.
pub async fn find(conn: &mut Conn<'_>, id: Uuid) -> Result<Option<User>> {
    fetch_optional!(conn, User, "SELECT * FROM users WHERE id = $1", id)
}

/// The person with this Telegram account.
pub async fn by_telegram_id(conn: &mut Conn<'_>, telegram_id: i64) -> Result<Option<User>> {
    fetch_optional!(conn, User, "SELECT * FROM users WHERE telegram_id = $1", telegram_id)
}

/// Writes what Telegram says of a person.
pub async fn update_telegram(conn: &mut Conn<'_>, user: &User) -> Result<()> {
    let sql = "UPDATE users SET username = $2, first_name = $3, last_name = $4, name_key = $5, username_key = $6 \
               WHERE id = $1";
    let (name_key, username_key) = (user.name_key(), user.username_key());
    execute!(conn, sql, user.id, &user.username, &user.first_name, &user.last_name, name_key, username_key).map(drop)
}

/// Writes the profile's columns of `user`; false when the person is gone.
pub async fn update_profile(conn: &mut Conn<'_>, user: &User) -> Result<bool> {
    let sql = "UPDATE users SET name = $2, gender = $3, age = $4, age_stated_at = $5, language = $6, time_zone = $7, \
               companion_name = $8, companion_gender = $9, companion_age = $10, name_key = $11 WHERE id = $1";
    let rows = execute!(
        conn,
        sql,
        user.id,
        &user.name,
        user.gender,
        user.age,
        user.age_stated_at,
        &user.language,
        &user.time_zone,
        &user.companion_name,
        user.companion_gender,
        user.companion_age,
        user.name_key(),
    )?;
    Ok(rows == 1)
}

/// People whose searched name is not kept yet.
pub async fn keyless(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<User>> {
    fetch_all!(conn, User, "SELECT * FROM users WHERE name_key IS NULL LIMIT $1", limit)
}

/// Keeps a person's name and username as they are searched, unless they have been written meanwhile.
pub async fn set_keys(conn: &mut Conn<'_>, user: &User) -> Result<()> {
    let sql = "UPDATE users SET name_key = $2, username_key = $3 WHERE id = $1 AND name_key IS NULL";
    execute!(conn, sql, user.id, user.name_key(), user.username_key()).map(drop)
}

/// Blocks the person, or lets them in again; false when they are gone or it was so already.
pub async fn set_blocked(conn: &mut Conn<'_>, id: Uuid, blocked_at: Option<Ts>) -> Result<bool> {
    let sql = "UPDATE users SET blocked_at = $2 WHERE id = $1 AND (blocked_at IS NULL) <> ($2 IS NULL)";
    Ok(execute!(conn, sql, id, blocked_at)? == 1)
}

/// Erases the person and, by the foreign keys, every row that carries their `user_id`.
pub async fn delete(conn: &mut Conn<'_>, id: Uuid) -> Result<bool> {
    Ok(execute!(conn, "DELETE FROM users WHERE id = $1", id)? == 1)
}
