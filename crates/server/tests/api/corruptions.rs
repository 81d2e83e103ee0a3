//! What `beseda verify` must find: each a change of one row in the database of an ordinary history.

use testkit::app::{Database, Person, TestApp};
use uuid::Uuid;

/// Something that is wrong, and what is said of it.
pub(crate) struct Corruption {
    /// What is changed, and where.
    pub(crate) table: &'static str,
    pub(crate) row: String,
    /// The column and its new value; none: the row is deleted.
    pub(crate) change: Option<(&'static str, String)>,
    /// What is found wrong, with which row.
    pub(crate) found: &'static str,
    pub(crate) named: Uuid,
}

impl Corruption {
    fn found(self, found: &'static str) -> Self {
        Self { found, ..self }
    }

    /// With another row than the one that was changed.
    fn with(self, named: Uuid) -> Self {
        Self { named, ..self }
    }
}

/// What is wrong with a person's history: theirs who has free, was given a plan, has bought one, and was given the money
/// back.
pub(crate) async fn all(app: &TestApp, [anna, boris, vera, gleb]: &[Person; 4]) -> Vec<Corruption> {
    let look = Look(app);
    let mut all = of_counts(&look, anna, boris).await;
    all.extend(of_dialogues(&look, anna).await);
    all.extend(of_payments(&look, anna, boris, vera).await);
    all.extend(of_refunds(&look, anna, gleb).await);
    all
}

/// Looks rows up, and changes them.
struct Look<'a>(&'a TestApp);

impl Look<'_> {
    /// An id of the first row that a condition finds.
    async fn id(&self, column: &str, from: &str) -> Uuid {
        let column = match self.0.database() {
            Database::Sqlite => format!("hex({column})"),
            Database::Postgres => format!("{column}::text"),
        };
        self.0.query_text(&format!("SELECT {column} FROM {from} LIMIT 1")).await.unwrap().parse().unwrap()
    }

    /// The id of a person's row.
    async fn of(&self, person: &Person, table: &str, condition: &str) -> Uuid {
        self.id("id", &format!("{table} WHERE user_id = {} AND {condition}", self.0.sql_id(person.id))).await
    }

    fn set(&self, table: &'static str, id: Uuid, column: &'static str, value: &str) -> Corruption {
        Corruption { change: Some((column, value.to_owned())), ..self.gone(table, id) }
    }

    fn gone(&self, table: &'static str, id: Uuid) -> Corruption {
        Corruption { table, row: format!("id = {}", self.0.sql_id(id)), change: None, found: "", named: id }
    }
}

/// What is counted while it happens.
async fn of_counts(look: &Look<'_>, anna: &Person, boris: &Person) -> Vec<Corruption> {
    let used = look.of(anna, "subscriptions", "is_active").await;
    let day = look.of(boris, "usage_logs", "session_count > 0").await;
    let deleted = look.of(boris, "deleted_sessions", "1 = 1").await;
    let sessions = "day of usage_logs with another session_count than dialogues begun";
    vec![
        look.set("subscriptions", used, "used_requests", "used_requests + 1")
            .found("subscription with other used_requests than answered turns"),
        look.set("subscriptions", used, "used_tokens", "used_tokens - 1")
            .found("subscription with other used_tokens than its turns"),
        look.set("subscriptions", used, "reserved", "1")
            .found("subscription with another reservation than its open turns"),
        look.set("subscriptions", used, "is_active", "FALSE")
            .found("person without exactly one active subscription")
            .with(anna.id),
        look.set("usage_logs", day, "requests_count", "requests_count + 1")
            .found("day of usage_logs with another requests_count than answered turns"),
        look.set("usage_logs", day, "tokens_used", "0")
            .found("day of usage_logs with other tokens_used than its turns"),
        look.set("usage_logs", day, "session_count", "session_count - 1").found(sessions),
        look.gone("deleted_sessions", deleted).found(sessions).with(day),
    ]
}

/// What was said, and what the model was asked.
async fn of_dialogues(look: &Look<'_>, anna: &Person) -> Vec<Corruption> {
    let question = look.of(anna, "messages", "message_text = 'Первый вопрос'").await;
    let is_question = |column: &str| format!("{column} = {}", look.0.sql_id(question));
    let answer = look.of(anna, "messages", &is_question("answers_id")).await;
    let turn = look.id("turn_id", &format!("messages WHERE id = {}", look.0.sql_id(answer))).await;
    let request = look.of(anna, "ai_requests", &is_question("message_id")).await;
    // The next question of the same dialogue was sent with both of them.
    let next = "messages m JOIN messages n ON n.session_id = m.session_id AND n.message_text = 'Второй вопрос'";
    let next_question = look.id("n.id", &format!("{next} WHERE {}", is_question("m.id"))).await;
    let is_next = format!("message_id = {}", look.0.sql_id(next_question));
    let next_request = look.of(anna, "ai_requests", &is_next).await;
    let not_sent = "request of the journal that is not what was sent";
    let of_her = format!("user_id = {} AND body LIKE '%Анна%'", look.0.sql_id(anna.id));
    vec![
        look.set("messages", question, "message_text", "'Другой вопрос'").found(not_sent).with(request),
        look.set("messages", answer, "message_text", "message_text || '!'").found(not_sent).with(next_request),
        look.set("messages", answer, "token_usage", "token_usage + 1")
            .found("answer that does not match its turn")
            .with(turn),
        look.set("messages", answer, "turn_id", &look.0.sql_id(Uuid::from_u128(7)))
            .found("answer without an answered turn"),
        look.set("turns", turn, "answered", "FALSE").found("answer without an answered turn").with(answer),
        look.gone("ai_requests", request).found("answered turn whose tokens no row of the journal has").with(turn),
        look.set("ai_requests", request, "message_id", &look.0.sql_id(next_question))
            .found("row of the journal without its turn"),
        Corruption { row: of_her, ..look.set("ai_texts", request, "body", "body || '!'") }.found(not_sent),
    ]
}

/// What was paid for.
async fn of_payments(look: &Look<'_>, anna: &Person, boris: &Person, vera: &Person) -> Vec<Corruption> {
    let bought = look.of(vera, "subscriptions", "provider = 'google_play'").await;
    let charge = format!(
        "payments p JOIN subscriptions s ON s.purchase_id = p.purchase_id AND s.charge_id = p.charge_id \
         WHERE p.kind = 'paid' AND s.id = {}",
        look.0.sql_id(bought)
    );
    let charge = look.id("p.id", &charge).await;
    let granted = look.of(boris, "subscriptions", "provider = 'grant' AND is_active").await;
    let extended = look.of(boris, "payments", "kind = 'extended'").await;
    let day_before = match look.0.database() {
        Database::Sqlite => "end_date - 86400000000",
        Database::Postgres => "end_date - interval '1 day'",
    };
    let (time, charged) =
        ("subscription of another time than was paid for", "subscription whose charge was never paid");
    vec![
        look.set("subscriptions", bought, "end_date", day_before).found(time),
        look.set("subscriptions", bought, "auto_renew", "NOT auto_renew")
            .found("subscription with another auto_renew than its payments"),
        look.set("subscriptions", bought, "usage_limit", "usage_limit - 1")
            .found("subscription of another plan than was paid for"),
        look.set("subscriptions", bought, "charge_id", "'GPA.0'").found(charged),
        look.gone("payments", charge).found(charged).with(bought),
        look.set("payments", charge, "user_id", &look.0.sql_id(anna.id))
            .found("payment of another person or provider than its purchase"),
        look.gone("payments", extended).found(time).with(granted),
    ]
}

/// What was given back.
async fn of_refunds(look: &Look<'_>, anna: &Person, gleb: &Person) -> Vec<Corruption> {
    let refund = look.of(gleb, "payments", "kind = 'refunded'").await;
    let purchase = look.id("purchase_id", &format!("payments WHERE id = {}", look.0.sql_id(refund))).await;
    let given_back = look.of(gleb, "subscriptions", &format!("purchase_id = {}", look.0.sql_id(purchase))).await;
    let active = look.of(gleb, "subscriptions", "is_active").await;
    let observed = look.of(gleb, "payments", "kind = 'observed' ORDER BY sequence DESC").await;
    vec![
        look.set("payments", refund, "charge_id", "'GPA.0'").found("refund of a charge that was never paid"),
        look.set("purchases", purchase, "user_id", &look.0.sql_id(anna.id))
            .found("subscription of a purchase of somebody else's")
            .with(given_back),
        look.gone("payments", observed).found("active subscription that is not what was paid for").with(active),
    ]
}
