//! Behaviours from a line of text, for clients that run at the same time.

use std::time::Duration;

use super::behaviour::Behaviour;

impl Behaviour {
    /// A behaviour from words such as `tokens=20 delay_ms=50`; what is not understood gets an
    /// HTTP 400 that says so.
    ///
    /// | word | does |
    /// |---|---|
    /// | `tokens=N`, `echo`, `json`, `garbage`, `html`, `error_object`, `status=N` | the reply (a greeting if there is none) |
    /// | `delay_ms=N`, `first_ms=N` | pauses between deltas, before the first |
    /// | `error_after=N`, `abort_after=N`, `hang_after=N`, `end_after=N` | faults after N deltas |
    /// | `finish=REASON`, `reasoning=N`, `usage=P/C`, `no_usage`, `no_done`, `retry_after=S` | details |
    /// | `crlf`, `comments`, `multi`, `empty`, `split=N` | quirks |
    pub fn parse(spec: &str) -> Self {
        let words = spec.split_whitespace().map(|word| word.split_once('=').unwrap_or((word, "")));
        let (replies, rest): (Vec<_>, Vec<_>) = words.partition(|word| reply(*word).is_some());
        let first = replies.first().and_then(|word| reply(*word));
        let start = first.unwrap_or_else(|| Self::answer("Привет! Hello."));
        let behaviour = rest.iter().try_fold(start, |behaviour, word| behaviour.with(*word));
        behaviour.unwrap_or_else(|| {
            let message = format!("!fake {spec}: not understood");
            Self::error(400, serde_json::json!({"error": {"message": message}}).to_string())
        })
    }

    fn with(self, (name, value): (&str, &str)) -> Option<Self> {
        let number = || value.parse::<usize>().ok();
        let pause = || value.parse().ok().map(Duration::from_millis);
        Some(match name {
            "delay_ms" => self.chunk_delay(pause()?),
            "first_ms" => self.first_delay(pause()?),
            "error_after" => self.error_after(number()?),
            "abort_after" => self.abort_after(number()?),
            "hang_after" => self.hang_after(number()?),
            "end_after" => self.end_after(number()?),
            "finish" => self.finish_reason(value),
            "reasoning" => self.reasoning(&"hm ".repeat(number()?)),
            "usage" => {
                let (prompt, completion) = value.split_once('/')?;
                self.usage(prompt.parse().ok()?, completion.parse().ok()?)
            }
            "no_usage" => self.without_usage(),
            "no_done" => self.without_done(),
            "retry_after" => self.retry_after(value.parse().ok()?),
            "crlf" => self.crlf(),
            "comments" => self.with_comments(),
            "multi" => self.multi_data_lines(),
            "empty" => self.empty_deltas(),
            "split" => self.split_every(number()?),
            _ => return None,
        })
    }
}

fn reply((name, value): (&str, &str)) -> Option<Behaviour> {
    Some(match name {
        "tokens" => Behaviour::tokens(value.parse().ok()?),
        "echo" => Behaviour::echo(),
        "json" => Behaviour::json("Привет! Hello."),
        "garbage" => Behaviour::garbage(),
        "html" => Behaviour::html(502),
        "error_object" => Behaviour::ok_with_error_object(),
        "status" => Behaviour::error(value.parse().ok()?, r#"{"error":{"message":"as you wish"}}"#),
        _ => return None,
    })
}
