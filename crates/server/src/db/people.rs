//! `users` as the panel lists them: searched, filtered, the newest first.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Conn, Day, Result, Ts, fetch_all, fetch_one, users::search_key};

/// A person in the list.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Id.
    pub id: Uuid,
    /// What they are called.
    pub name: Option<String>,
    /// Telegram's username.
    pub username: Option<String>,
    /// Their id in Telegram.
    pub telegram_id: Option<i64>,
    /// When the account was made.
    pub created_at: Ts,
    /// When they were blocked.
    pub blocked_at: Option<Ts>,
    /// Their active subscription's plan.
    pub plan_name: Option<String>,
    /// When they last began a turn.
    pub last_activity_at: Option<Ts>,
}

/// What somebody is looked for by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// Their id.
    Id(Uuid),
    /// Their id in Telegram.
    Telegram(i64),
    /// The beginning of their name or username, as [`search_key`] has it.
    Words(String),
}

impl Search {
    /// Reads what was typed; none when it is nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(id) = text.parse() {
            return Some(Self::Id(id));
        }
        if let Ok(id) = text.parse() {
            return Some(Self::Telegram(id));
        }
        let words = search_key(text.strip_prefix('@').unwrap_or(text));
        (!words.is_empty()).then_some(Self::Words(words))
    }
}

/// Which people.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only who is found by this.
    pub search: Option<Search>,
    /// Only of this plan.
    pub plan: Option<String>,
    /// Only with a Telegram account, or only without.
    pub in_telegram: Option<bool>,
    /// Only the blocked, or only the others.
    pub blocked: Option<bool>,
    /// Only who was answered on this day or later.
    pub active_since: Option<Day>,
}

/// How many people a search or a time may find to be looked up one by one. If there are more, those of a page are soon
/// met among all.
const FEW: i64 = 5_000;

/// How many people, or a few more, are found by words; not more than `FEW + 1` by each of their names are counted.
async fn count_words(conn: &mut Conn<'_>, words: &str, end: &str) -> Result<i64> {
    let sql = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM users WHERE name_key >= $1 AND name_key < $2 \
               LIMIT $3) n) + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM users WHERE username_key >= $1 \
               AND username_key < $2 LIMIT $3) u)";
    fetch_one!(conn, (i64,), sql, words, end, FEW + 1).map(|(count,)| count)
}

/// On how many days people were answered since a day, up to `FEW + 1`.
async fn count_active(conn: &mut Conn<'_>, since: Day) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM usage_logs WHERE date >= $1 LIMIT $2) l";
    fetch_one!(conn, (i64,), sql, since, FEW + 1).map(|(count,)| count)
}

/// A page of people: `Some((id, newer))` is those next to `id` on its newer or older side, `None` the newest. The rows
/// nearest to the place come first.
pub async fn page(
    conn: &mut Conn<'_>,
    filter: &Filter,
    place: Option<(Uuid, bool)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let Filter { search, plan, in_telegram, blocked, active_since } = filter;
    let (mut words, mut id, mut telegram_id) = (None, None, None);
    match search {
        Some(Search::Words(found)) => words = Some(found.as_str()),
        Some(Search::Id(found)) => id = Some(*found),
        Some(Search::Telegram(found)) => telegram_id = Some(*found),
        None => {}
    }
    // Behind every text that begins with the words: there is no later character.
    let end = words.map(|words| format!("{words}\u{10ffff}"));
    let few_words = match (words, &end) {
        (Some(words), Some(end)) => count_words(conn, words, end).await? <= FEW,
        _ => false,
    };
    let few_active = match active_since {
        Some(since) => count_active(conn, *since).await? <= FEW,
        None => false,
    };
    // One filter chooses what is walked in the order of ids; the others are looked at on the way. What is shown of other
    // tables is read for the rows of the page only. The last day of use is asked for as a value, which either database
    // looks up row by row; EXISTS might make PostgreSQL read the whole time beforehand.
    macro_rules! select {
        ($from:literal, $scope:literal, $id:literal, $way:literal, $order:literal) => {
            concat!(
                "SELECT p.*, (SELECT c.last_activity_at FROM chat_sessions c WHERE c.user_id = p.id \
                 ORDER BY c.last_activity_at DESC LIMIT 1) AS last_activity_at FROM \
                 (SELECT u.id, COALESCE(u.name, u.first_name) AS name, u.username, u.telegram_id, u.created_at, \
                 u.blocked_at, s.plan_name FROM ",
                $from,
                " WHERE ",
                $scope,
                " AND ($1 IS NULL OR (u.name_key >= $1 AND u.name_key < $2) \
                 OR (u.username_key >= $1 AND u.username_key < $2)) \
                 AND ($5 IS NULL OR s.plan_name = $5) AND ($6 IS NULL OR (u.telegram_id IS NOT NULL) = $6) \
                 AND ($7 IS NULL OR (u.blocked_at IS NOT NULL) = $7) AND ($8 IS NULL OR \
                 (SELECT l.date FROM usage_logs l WHERE l.user_id = u.id ORDER BY l.date DESC LIMIT 1) >= $8) AND ",
                $id,
                $way,
                " $9 ORDER BY ",
                $id,
                $order,
                " LIMIT $10) p ORDER BY p.id",
                $order
            )
        };
    }
    macro_rules! ordered {
        ($from:literal, $scope:literal, $id:literal) => {
            match place {
                None | Some((_, false)) => select!($from, $scope, $id, " <", " DESC"),
                Some((_, true)) => select!($from, $scope, $id, " >", " ASC"),
            }
        };
    }
    macro_rules! people {
        ($scope:literal) => {
            ordered!("users u LEFT JOIN subscriptions s ON s.user_id = u.id AND s.is_active", $scope, "u.id")
        };
    }
    let sql = match () {
        () if id.is_some() => people!("u.id = $3"),
        () if telegram_id.is_some() => people!("u.telegram_id = $4"),
        () if few_words => people!(
            "u.id IN (SELECT id FROM users WHERE name_key >= $1 AND name_key < $2 \
             UNION SELECT id FROM users WHERE username_key >= $1 AND username_key < $2)"
        ),
        () if *blocked == Some(true) => people!("u.blocked_at IS NOT NULL"),
        () if few_active => people!("u.id IN (SELECT user_id FROM usage_logs WHERE date >= $8)"),
        () if plan.is_some() => ordered!(
            "subscriptions s JOIN users u ON u.id = s.user_id",
            "s.is_active AND s.plan_name = $5",
            "s.user_id"
        ),
        () => match in_telegram {
            Some(true) => people!("u.telegram_id IS NOT NULL"),
            Some(false) => people!("u.telegram_id IS NULL"),
            None => people!("TRUE"),
        },
    };
    let from = place.map_or(Uuid::max(), |(id, _)| id);
    fetch_all!(
        conn,
        Listed,
        sql,
        words,
        end.as_deref(),
        id,
        telegram_id,
        plan.as_deref(),
        *in_telegram,
        *blocked,
        *active_since,
        from,
        limit,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_an_id_a_number_or_words() {
        let id = Uuid::from_u128(7);
        assert_eq!(Search::parse(&format!(" {id} ")), Some(Search::Id(id)));
        assert_eq!(Search::parse("700"), Some(Search::Telegram(700)));
        assert_eq!(Search::parse("@Anna_K"), Some(Search::Words("anna_k".into())));
        assert_eq!(Search::parse("  АЛЁНА  Иванова"), Some(Search::Words("алена иванова".into())));
        assert_eq!(Search::parse(" @ "), None);
    }
}
