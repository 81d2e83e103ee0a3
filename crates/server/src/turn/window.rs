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

/// The messages of a request.
#[derive(Clone, Debug)]
pub struct Window {
    /// The first question in it.
    pub first: Uuid,
    /// System text, then questions and answers by turns, the last question last.
    pub messages: Vec<Message>,
}

impl Window {
    /// Reads the window of a turn: everything said before the question numbered `question`, as far as turn number
    /// `turn` may see it and `budget` tokens reach. The question itself is always in it.
    pub async fn load(
        conn: &mut Conn<'_>,
        session_id: Uuid,
        question: i64,
        turn: i64,
        system: String,
        budget: u64,
    ) -> Result<Option<Self>> {
        let mut left = budget.saturating_sub(cost(&system));
        let mut chosen: Vec<Exchange> = Vec::new();
        let mut page = FIRST_PAGE;
        let mut up_to = question;
        loop {
            let exchanges = messages::exchanges(conn, session_id, up_to, turn, page).await?;
            let read = i64::try_from(exchanges.len()).unwrap_or(i64::MAX);
            for exchange in exchanges {
                // The question that is answered comes without the answers it already has.
                let answer = exchange.answer.as_deref().filter(|_| exchange.seq != question);
                let price = cost(&exchange.question) + answer.map_or(0, cost);
                if price > left && !chosen.is_empty() {
                    return Ok(Self::assemble(system, chosen));
                }
                left = left.saturating_sub(price);
                up_to = exchange.seq - 1;
                chosen.push(exchange);
            }
            if read < page {
                return Ok(Self::assemble(system, chosen));
            }
            page *= 4;
        }
    }

    /// Makes the messages of exchanges that come newest first. None: there is no question.
    ///
    /// Questions that were never answered are joined with the next one, as many models demand that speakers alternate.
    pub fn assemble(system: String, exchanges: Vec<Exchange>) -> Option<Self> {
        let first = exchanges.last()?.id;
        let newest = exchanges.first()?.seq;
        let mut messages = Vec::with_capacity(1 + exchanges.len() * 2);
        messages.push(Message { role: Role::System, content: system });
        for exchange in exchanges.into_iter().rev() {
            match messages.last_mut() {
                Some(last) if last.role == Role::User => {
                    last.content.push_str("\n\n");
                    last.content.push_str(&exchange.question);
                }
                _ => messages.push(Message { role: Role::User, content: exchange.question }),
            }
            if let Some(answer) = exchange.answer.filter(|_| exchange.seq != newest) {
                messages.push(Message { role: Role::Assistant, content: answer });
            }
        }
        Some(Self { first, messages })
    }

    /// The text that the conversation begins with.
    pub fn system_text(&self) -> &str {
        self.messages.first().map_or("", |m| &m.content)
    }

    /// The question that is answered, joined with unanswered ones before it.
    pub fn question(&self) -> &str {
        self.messages.last().map_or("", |m| &m.content)
    }

    /// About how many tokens the messages are.
    pub fn estimate(&self) -> u64 {
        self.messages.iter().map(|m| cost(&m.content)).sum()
    }
}

fn cost(text: &str) -> u64 {
    llm::estimate(text) + OVERHEAD
}
