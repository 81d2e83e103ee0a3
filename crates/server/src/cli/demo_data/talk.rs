//! What a made-up person asks, and is answered: through the same statements as real turns, with a journal that can be
//! rebuilt.

use std::{sync::Arc, time::Duration};

use llm::{Attempt, Response, Usage};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{DIALOGUE, person::Person, pick};
use crate::{
    db::{
        Conn, Result, Ts, batches,
        messages::{Exchange, Message, Sender, Status},
        sessions::{self, Channel, Session},
        subscriptions,
        turns::{Ended, NewTurn, State},
        usage_logs,
    },
    ids,
    journal::{Entries, KnownTexts},
    turn::window::Window,
};

const QUESTIONS: [&str; 4] = [
    "Что посмотреть в Казани за один день, если идёт дождь?",
    "Write a short letter to my landlord about the broken heating.",
    "Объясни простыми словами, почему небо голубое.",
    "How do I centre a box in CSS without flexbox?",
];
const ANSWERS: [&str; 4] = [
    "Начните с Кремля: мечеть Кул-Шариф и башня Сююмбике рядом, а от дождя укроет Эрмитаж-Казань. Потом дойдите по \
     улице Баумана до Чак-Чак музея и согрейтесь чаем с эчпочмаком.",
    "Dear Mr Brown, the heating in my flat has been out of order since Monday, and the rooms stay below 15 °C. Please \
     have it repaired by Friday. Kind regards",
    "Солнечный свет состоит из всех цветов. Воздух сильнее всего рассеивает голубой, и он приходит к нам со всех сторон \
     неба, а не только от солнца.",
    "Give the box `position: absolute; inset: 0; margin: auto;` and a width and height; its parent needs `position: \
     relative`.",
];
const PARAMETERS: &str = r#"{"model":"demo","stream":true}"#;
const USAGE: Usage = Usage { prompt_tokens: 200, completion_tokens: 50 };
const TOKENS: i64 = 250;

impl Person {
    /// Asks the questions from one to another, which begin a dialogue.
    pub(super) async fn talk(&self, tx: &mut Conn<'_>, from: u64, until: u64) -> Result<()> {
        let known = KnownTexts::default();
        let (mut window, mut session_id, mut subscription_id) =
            (Window { system: self.system_text.clone(), exchanges: Vec::new() }, Uuid::nil(), Uuid::nil());
        for question in from..until {
            let at = self.at(question);
            if question % DIALOGUE == 0 {
                let subscription = self.subscription(tx, at).await?;
                // However much they say, there is enough of it.
                let enough = subscription.used_requests + i64::try_from(DIALOGUE).unwrap_or(0);
                subscriptions::raise_limit(tx, subscription.id, enough).await?;
                window.exchanges.clear();
                session_id = self.begin_dialogue(tx, at).await?;
                subscription_id = subscription.id;
            }
            self.exchange(tx, session_id, subscription_id, question, &mut window, &known).await?;
        }
        Ok(())
    }

    async fn begin_dialogue(&self, tx: &mut Conn<'_>, at: Ts) -> Result<Uuid> {
        let session = Session {
            id: ids::new_id(at),
            user_id: self.user.id,
            started_at: at,
            ended_at: None,
            is_active: true,
            title: Some(pick(&QUESTIONS, self.index).into()),
            channel: Channel::Api,
            last_activity_at: at,
            last_seq: 0,
            companion_name: None,
            companion_gender: None,
            companion_age: None,
            day: Some(self.day(at)),
        };
        sessions::insert(tx, &session).await?;
        sessions::set_last_seq(tx, session.id, i64::try_from(DIALOGUE).unwrap_or(0)).await?;
        usage_logs::add(tx, ids::new_id(at), self.user.id, self.day(at), 0, 0, 1).await?;
        Ok(session.id)
    }

    /// A question and its answer.
    async fn exchange(
        &self,
        tx: &mut Conn<'_>,
        session_id: Uuid,
        subscription_id: Uuid,
        question: u64,
        window: &mut Window,
        known: &KnownTexts,
    ) -> Result<()> {
        let (at, node_id) = (self.at(question), Uuid::nil());
        let seq = i64::try_from(question % DIALOGUE + 1).unwrap_or(1);
        let asked = Message {
            id: ids::new_id(at),
            session_id,
            user_id: self.user.id,
            sender: Sender::User,
            message_text: pick(&QUESTIONS, question).into(),
            created_at: at,
            token_usage: None,
            turn_id: ids::new_id(at),
            seq,
            answers_id: None,
            status: Status::Complete,
            finish_reason: None,
        };
        let turn = NewTurn {
            id: asked.turn_id,
            user_id: self.user.id,
            session_id,
            message_id: asked.id,
            seq,
            channel: Channel::Api,
            idempotency_key: None,
            request_hash: &[],
            subscription_id,
            reserved: 0,
            day: self.day(at),
            node_id,
            created_at: at,
            deliver_to: None,
        };
        let turn = batches::ask(tx, &asked, &turn).await?.ok_or(sqlx::Error::RowNotFound)?;
        let text = asked.message_text.clone();
        window.exchanges.push(Exchange { id: asked.id, seq, question: text, answer: None });
        let answered_at = at.after(Duration::from_secs(3));
        let answer = Message {
            id: ids::new_id(answered_at),
            sender: Sender::Ai,
            message_text: pick(&ANSWERS, question).into(),
            created_at: answered_at,
            token_usage: Some(TOKENS),
            answers_id: Some(asked.id),
            finish_reason: Some("stop".into()),
            ..asked
        };
        let ended = Ended {
            state: State::Complete,
            at: answered_at,
            ai_message_id: Some(answer.id),
            tokens: TOKENS,
            problem: None,
            time_to_first_token_ms: Some(400),
        };
        let journal = Entries::new(&turn, window, vec![attempt(window)], at, Some(answer.id), None, known);
        journal.write_earlier(tx, self.user.id, at).await?;
        let attempt = journal.last().ok_or(sqlx::Error::RowNotFound)?;
        let usage_id = ids::new_id(answered_at);
        batches::answer(tx, &answer, attempt, &turn, Some(node_id), &ended, usage_id).await?;
        journal.written(self.user.id, known);
        if let Some(last) = window.exchanges.last_mut() {
            last.answer = Some(answer.message_text);
        }
        Ok(())
    }
}

fn attempt(window: &Window) -> Attempt {
    Attempt {
        provider: "demo".into(),
        model: "demo".into(),
        parameters: Arc::from(PARAMETERS),
        body_sha256: Sha256::digest(llm::encode(PARAMETERS, &window.messages())).into(),
        started: Duration::ZERO,
        response_time: Duration::from_secs(3),
        time_to_first_token: Some(Duration::from_millis(400)),
        status_code: Some(200),
        response: Some(Response { finish_reason: Some("stop".into()), usage: Some(USAGE), ..Response::default() }),
        error: None,
        failure: None,
        usage: Some(USAGE),
    }
}
