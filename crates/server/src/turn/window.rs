//! What a model is sent: the system text, and the newest history that fits the budget.

use llm::{Message, Role};
use uuid::Uuid;

use crate::db::{
    Conn, Result,
    messages::{self, Exchange},
};

/// How many exchanges are read first; each further read takes four times as many.
const FIRST_PAGE: i64 = 16;
/// Tokens that a message costs beside its text.
const OVERHEAD: u64 = 4;

/// What a request is made of.
#[derive(Clone, Debug)]
pub struct Window {
    /// What the conversation begins with.
    pub system: String,
    /// Questions with their answers, oldest first; the last question is the one to answer, and has none.
    pub exchanges: Vec<Exchange>,
}

impl Window {
    /// Reads the window of a turn: everything said before the question numbered `question`, as far as turn number
    /// `turn` may see it and `budget` tokens reach. The question itself is always in it. None: it is gone.
    pub async fn load(
        conn: &mut Conn<'_>,
        session_id: Uuid,
        question: i64,
        turn: i64,
        system: String,
        budget: u64,
    ) -> Result<Option<Self>> {
        let mut fit = Fit::new(system, budget);
        let mut page = FIRST_PAGE;
        let mut up_to = question;
        loop {
            let exchanges = messages::exchanges(conn, session_id, up_to, turn, page).await?;
            let whole = i64::try_from(exchanges.len()).is_ok_and(|read| read < page);
            up_to = exchanges.last().map_or(0, |oldest| oldest.seq - 1);
            if !fit.take_all(exchanges) || whole {
                return Ok(fit.window());
            }
            page *= 4;
        }
    }

    /// The window of a question that follows on `history`, oldest first, which the last turn left here.
    pub fn follow(history: Vec<Exchange>, question: Exchange, system: String, budget: u64) -> Option<Self> {
        let mut fit = Fit::new(system, budget);
        fit.take_all(std::iter::once(question).chain(history.into_iter().rev()));
        fit.window()
    }

    /// The window of exchanges that come newest first, all of them.
    pub fn whole(system: String, exchanges: Vec<Exchange>) -> Option<Self> {
        let mut fit = Fit::new(system, u64::MAX);
        fit.take_all(exchanges);
        fit.window()
    }

    /// The first question in it.
    pub fn first(&self) -> Option<Uuid> {
        self.exchanges.first().map(|exchange| exchange.id)
    }

    /// The messages, by turns. Questions that were never answered are joined with the next one, as many models demand
    /// that speakers alternate.
    pub fn messages(&self) -> Vec<Message> {
        let mut messages = Vec::with_capacity(1 + self.exchanges.len() * 2);
        messages.push(Message { role: Role::System, content: self.system.clone() });
        for exchange in &self.exchanges {
            match messages.last_mut() {
                Some(last) if last.role == Role::User => {
                    last.content.push_str("\n\n");
                    last.content.push_str(&exchange.question);
                }
                _ => messages.push(Message { role: Role::User, content: exchange.question.clone() }),
            }
            if let Some(answer) = &exchange.answer {
                messages.push(Message { role: Role::Assistant, content: answer.clone() });
            }
        }
        messages
    }

    /// The question that is answered.
    pub fn question(&self) -> &str {
        self.exchanges.last().map_or("", |exchange| &exchange.question)
    }

    /// About how many tokens the messages are.
    pub fn estimate(&self) -> u64 {
        cost(&self.system) + self.exchanges.iter().map(price).sum::<u64>()
    }
}

/// Takes exchanges, newest first, as long as they fit.
struct Fit {
    system: String,
    left: u64,
    taken: Vec<Exchange>,
}

impl Fit {
    fn new(system: String, budget: u64) -> Self {
        Self { left: budget.saturating_sub(cost(&system)), system, taken: Vec::new() }
    }

    /// False when one did not fit.
    fn take_all(&mut self, exchanges: impl IntoIterator<Item = Exchange>) -> bool {
        for mut exchange in exchanges {
            if self.taken.is_empty() {
                // The question that is answered comes without the answers it already has, and always fits.
                exchange.answer = None;
            }
            let price = price(&exchange);
            if price > self.left && !self.taken.is_empty() {
                return false;
            }
            self.left = self.left.saturating_sub(price);
            self.taken.push(exchange);
        }
        true
    }

    fn window(mut self) -> Option<Window> {
        self.taken.reverse();
        (!self.taken.is_empty()).then_some(Window { system: self.system, exchanges: self.taken })
    }
}

fn price(exchange: &Exchange) -> u64 {
    cost(&exchange.question) + exchange.answer.as_deref().map_or(0, cost)
}

fn cost(text: &str) -> u64 {
    llm::estimate(text) + OVERHEAD
}
