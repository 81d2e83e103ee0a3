//! `beseda demo-data`: people and dialogues to try figures and pages with.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{CliError, open_database, print_line};
use crate::{
    billing::{plan, subscription},
    clock::Clock,
    config::Config,
    db::{
        Conn, Day, Result, Ts, ai_requests, batches,
        messages::{Message, Sender, Status},
        sessions::{self, Channel, Session},
        turns::{Ended, NewTurn, State},
        usage_logs,
        users::{self, Gender, User},
    },
    ids,
};

/// Questions of a dialogue, before the next one begins.
const DIALOGUE: u64 = 20;
/// Questions of a transaction.
const BATCH: u64 = 500;
/// How far back the oldest dialogue lies.
const PAST: Duration = Duration::from_secs(90 * 86_400);

const NAMES: [(&str, Gender); 6] = [
    ("Анна", Gender::Female),
    ("Борис", Gender::Male),
    ("Вера", Gender::Female),
    ("Grace", Gender::Female),
    ("Дмитрий", Gender::Male),
    ("Alan", Gender::Male),
];
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

/// Adds `people` people who have written and received `messages` messages in all.
pub(super) async fn demo_data(config: &Config, people: u64, messages: u64) -> std::result::Result<(), CliError> {
    let db = open_database(config).await?;
    let now = Clock::System.now();
    plan::seed(&db, &config.plans, now).await?;
    let zone = config.service.zone();
    let (questions, people) = (messages / 2, people.max(1));
    for index in 0..people {
        // The first ones take what does not divide.
        let own = questions / people + u64::from(index < questions % people);
        let person = Arc::new(Person::new(index, own, now, zone.clone()));
        let begin = person.clone();
        db.write(move |tx| {
            let person = begin.clone();
            Box::pin(async move { person.begin(tx).await })
        })
        .await?;
        let mut done = 0;
        while done < own {
            let until = own.min(done + BATCH);
            let person = person.clone();
            db.write(move |tx| {
                let person = person.clone();
                Box::pin(async move { person.talk(tx, done, until).await })
            })
            .await?;
            done = until;
        }
    }
    db.close().await;
    print_line(&format!("{people} people, {} messages", questions * 2))
}

/// A made-up person, and when they said what.
struct Person {
    index: u64,
    id: Uuid,
    questions: u64,
    joined: Ts,
    zone: jiff::tz::TimeZone,
}

impl Person {
    fn new(index: u64, questions: u64, now: Ts, zone: jiff::tz::TimeZone) -> Self {
        let joined = now.before(PAST);
        Self { index, id: ids::new_id(joined), questions, joined, zone }
    }

    /// The moment of a question: they are spread evenly over the past.
    fn at(&self, question: u64) -> Ts {
        let step = PAST.as_micros() / u128::from(self.questions.max(1));
        let micros = u64::try_from(step * u128::from(question)).unwrap_or(0);
        self.joined.after(Duration::from_micros(micros))
    }

    async fn begin(&self, tx: &mut Conn<'_>) -> Result<()> {
        let (name, gender) = pick(&NAMES, self.index);
        let user = User {
            id: self.id,
            telegram_id: None,
            username: None,
            first_name: None,
            last_name: None,
            gender: Some(gender),
            created_at: self.joined,
            name: Some(name.into()),
            age: Some(18 + i16::try_from(self.index % 50).unwrap_or(0)),
            age_stated_at: Some(self.joined),
            language: None,
            time_zone: None,
            companion_name: None,
            companion_gender: None,
            companion_age: None,
            blocked_at: None,
        };
        users::insert(tx, &user).await?;
        subscription::begin_free(tx, self.id, self.joined, &self.zone).await.map(drop)
    }

    async fn talk(&self, tx: &mut Conn<'_>, from: u64, until: u64) -> Result<()> {
        let active = subscription::current(tx, self.id, self.at(from), &self.zone).await?;
        let active = active.ok_or(sqlx::Error::RowNotFound)?;
        // A dialogue never crosses a batch: the batch is a whole number of them.
        let mut session_id = Uuid::nil();
        for question in from..until {
            let at = self.at(question);
            if question % DIALOGUE == 0 {
                session_id = self.begin_dialogue(tx, at).await?;
            }
            let seq = i64::try_from(question % DIALOGUE + 1).unwrap_or(1);
            self.exchange(tx, session_id, active.id, seq, question, at).await?;
        }
        Ok(())
    }

    fn day(&self, at: Ts) -> Day {
        at.day(&self.zone)
    }

    async fn begin_dialogue(&self, tx: &mut Conn<'_>, at: Ts) -> Result<Uuid> {
        let session = Session {
            id: ids::new_id(at),
            user_id: self.id,
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
        usage_logs::add(tx, ids::new_id(at), self.id, self.day(at), 0, 0, 1).await?;
        Ok(session.id)
    }

    /// A question and its answer, through the same statements as real ones.
    async fn exchange(
        &self,
        tx: &mut Conn<'_>,
        session_id: Uuid,
        subscription_id: Uuid,
        seq: i64,
        question: u64,
        at: Ts,
    ) -> Result<()> {
        const TOKENS: i64 = 250;
        let (turn_id, node_id) = (ids::new_id(at), Uuid::nil());
        let asked = Message {
            id: ids::new_id(at),
            session_id,
            user_id: self.id,
            sender: Sender::User,
            message_text: pick(&QUESTIONS, question).into(),
            created_at: at,
            token_usage: None,
            turn_id,
            seq,
            answers_id: None,
            status: Status::Complete,
            finish_reason: None,
        };
        let turn = NewTurn {
            id: turn_id,
            user_id: self.id,
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
        let answered_at = at.after(Duration::from_secs(3));
        let answer = Message {
            id: ids::new_id(answered_at),
            sender: Sender::Ai,
            message_text: pick(&ANSWERS, question).into(),
            created_at: answered_at,
            token_usage: Some(TOKENS),
            answers_id: Some(asked.id),
            finish_reason: Some("stop".into()),
            ..asked.clone()
        };
        let ended = Ended {
            state: State::Complete,
            at: answered_at,
            ai_message_id: Some(answer.id),
            tokens: TOKENS,
            problem: None,
            time_to_first_token_ms: Some(400),
        };
        let (attempt, usage_id) = (attempt(&asked, at), ids::new_id(answered_at));
        batches::answer(tx, &answer, &attempt, &turn, Some(node_id), &ended, usage_id).await.map(drop)
    }
}

fn attempt(asked: &Message, at: Ts) -> ai_requests::AiRequest {
    ai_requests::AiRequest {
        id: ids::new_id(at),
        message_id: asked.id,
        request_payload: None,
        response_payload: None,
        response_time_ms: Some(3000),
        status_code: Some(200),
        error_message: None,
        created_at: at,
        user_id: asked.user_id,
        turn_id: asked.turn_id,
        provider: "demo".into(),
        model: "demo".into(),
        time_to_first_token_ms: Some(400),
        prompt_tokens: Some(200),
        completion_tokens: Some(50),
        tokens_estimated: true,
        request_sha256: None,
    }
}

/// One of a few, by turns.
fn pick<T: Copy, const N: usize>(of: &[T; N], index: u64) -> T {
    of[usize::try_from(index).unwrap_or(0) % N]
}
