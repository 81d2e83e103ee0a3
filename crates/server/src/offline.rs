//! The built-in companion: answers without any model, says that it is a demonstration and how to connect one.

use std::time::Duration;

use crate::{
    account::profile::{ADULT, Companion, current_age},
    db::{
        Ts,
        users::{Gender, User},
    },
};

/// The name under which it stands in the journal.
pub const PROVIDER: &str = "offline";
/// Its model's name in the journal.
pub const MODEL: &str = "demonstration";
/// What would be sent to a model besides the messages.
pub const PARAMETERS: &str = r#"{"model":"demonstration","stream":true}"#;

const PACE: Duration = Duration::from_millis(15);

/// An answer of the built-in companion, word by word.
#[derive(Debug)]
pub struct Chat {
    words: std::vec::IntoIter<String>,
}

impl Chat {
    /// Composes the answer to `question`.
    pub fn new(user: &User, companion: &Companion, question: &str, now: Ts) -> Self {
        let text = if is_russian(user, question) {
            let minor = current_age(user, now).is_some_and(|age| age < ADULT);
            russian(user, companion, question, minor)
        } else {
            english(user, companion, question)
        };
        let words: Vec<String> = text.split_inclusive(' ').map(str::to_owned).collect();
        Self { words: words.into_iter() }
    }

    /// The next word. Cancel-safe.
    pub async fn next(&mut self) -> Option<String> {
        if self.words.as_slice().is_empty() {
            return None;
        }
        tokio::time::sleep(PACE).await;
        self.words.next()
    }
}

/// The language of the question, else the person's own.
fn is_russian(user: &User, question: &str) -> bool {
    let cyrillic = |text: &str| text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c));
    if cyrillic(question) {
        return true;
    }
    if question.chars().any(char::is_alphabetic) {
        return false;
    }
    match user.language.as_deref() {
        Some(language) => language.starts_with("ru"),
        None => user.name.as_deref().is_some_and(cyrillic),
    }
}

fn quote(question: &str) -> String {
    let short: String = question.chars().take(120).collect();
    if short.len() < question.len() { format!("{}…", short.trim_end()) } else { short }
}

fn russian(user: &User, companion: &Companion, question: &str, minor: bool) -> String {
    let (hello, your) = if minor { ("Привет", "твоё") } else { ("Здравствуйте", "ваше") };
    let greeting = user.name.as_deref().map_or(format!("{hello}!"), |name| format!("{hello}, {name}!"));
    let heard = match companion.gender {
        Some(Gender::Male) => format!("я прочёл {your} сообщение"),
        Some(Gender::Female) => format!("я прочла {your} сообщение"),
        _ => format!("{your} сообщение у меня"),
    };
    let works = match (minor, user.gender) {
        (true, Some(Gender::Male)) => "Раз ты смог мне написать",
        (true, Some(Gender::Female)) => "Раз ты смогла мне написать",
        (true, _) => "Раз твоё сообщение дошло",
        (false, _) => "Раз вы смогли мне написать",
    };
    format!(
        "{greeting} Меня зовут {}, {heard}: «{}». {works}, сервис работает. Но это только демонстрация: модель ещё не \
         подключена, и по-настоящему ответить некому. Чтобы подключить модель, укажите llm.base_url, llm.api_key и \
         llm.model в файле настроек, или задайте OPENAI_API_KEY, или запустите Ollama на этой машине — и перезапустите \
         сервис.",
        companion.name,
        quote(question),
    )
}

fn english(user: &User, companion: &Companion, question: &str) -> String {
    let greeting = user.name.as_deref().map_or("Hello!".to_owned(), |name| format!("Hello, {name}!"));
    format!(
        "{greeting} I am {}, and I have your message: \"{}\". This is only a demonstration: no model is connected yet, \
         so there is nobody to really answer. To connect one, set llm.base_url, llm.api_key and llm.model in the \
         configuration file, or set OPENAI_API_KEY, or start Ollama on this machine, and restart the service.",
        companion.name,
        quote(question),
    )
}

/// What the journal keeps of an answer.
pub fn transcript(messages: &[llm::Message], first: Option<Duration>, took: Duration, cut: bool) -> llm::Transcript {
    let finished = llm::End::Finished(llm::FinishReason::Stop);
    llm::Transcript {
        attempts: vec![llm::Attempt {
            provider: PROVIDER.into(),
            model: MODEL.into(),
            parameters: PARAMETERS.into(),
            body_sha256: crate::ids::sha256(&llm::encode(PARAMETERS, messages)),
            started: Duration::ZERO,
            response_time: took,
            time_to_first_token: first,
            status_code: Some(200),
            response: Some(llm::Response {
                model: Some(MODEL.into()),
                finish_reason: (!cut).then(|| "stop".into()),
                ..llm::Response::default()
            }),
            error: None,
            failure: None,
            usage: None,
        }],
        end: if cut { llm::End::Cancelled } else { finished },
    }
}
