//! The built-in companion: answers without any model, says that it is a demonstration and how to connect one.

use std::time::Duration;

use crate::account::profile::Companion;
use crate::db::users::{Gender, User};

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
    pub fn new(user: &User, companion: &Companion, question: &str) -> Self {
        let text = if is_russian(user, question) {
            russian(user, companion, question)
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

fn is_russian(user: &User, question: &str) -> bool {
    let cyrillic = |text: &str| text.chars().any(|c| ('\u{400}'..='\u{4ff}').contains(&c));
    match user.language.as_deref() {
        Some(language) => language.starts_with("ru"),
        None => cyrillic(question) || user.name.as_deref().is_some_and(cyrillic),
    }
}

fn quote(question: &str) -> String {
    let short: String = question.chars().take(120).collect();
    if short.len() < question.len() { format!("{}…", short.trim_end()) } else { short }
}

fn russian(user: &User, companion: &Companion, question: &str) -> String {
    let greeting =
        user.name.as_deref().map_or("Здравствуйте!".to_owned(), |name| format!("Здравствуйте, {name}!"));
    let heard = if companion.gender == Some(Gender::Male) { "прочёл" } else { "прочла" };
    let heard = if companion.gender == Some(Gender::Other) { "у меня есть" } else { heard };
    let known = match user.gender {
        Some(Gender::Female) => "Рада, что вы сами мне написали — вы первая, кто проверяет эту установку.",
        Some(Gender::Male) => "Хорошо, что вы сами мне написали — вы первый, кто проверяет эту установку.",
        _ => "Хорошо, что эта установка уже работает.",
    };
    let known = match (user.gender, companion.gender) {
        (Some(Gender::Female), Some(Gender::Male)) => {
            "Рад, что вы сами мне написали — вы первая, кто проверяет эту установку."
        }
        _ => known,
    };
    format!(
        "{greeting} Меня зовут {}, я {heard} ваше сообщение: «{}». {known} Но это только демонстрация: модель ещё не \
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
