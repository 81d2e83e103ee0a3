//! Every quirk and fault of a model's server, against what the person gets, what is stored, what is charged, and what
//! the journal says; and what a healthy second provider makes of it.

use rstest::rstest;
use serde_json::Value;
use testkit::{
    app::{Database, Person, TestApp},
    model::{Behaviour, FakeModel},
};

use crate::{
    export::{Attempt, journal},
    support::{problem, service},
};

/// What the model does, in the words of the table; with several behaviours, one a request and the last for all others.
fn cases() -> Vec<(&'static str, Vec<Behaviour>)> {
    let hello = || Behaviour::answer("Привет, Анна!");
    let refuse = |status: u16| Behaviour::error(status, format!(r#"{{"error":{{"message":"status {status}"}}}}"#));
    vec![
        ("streams as OpenAI does", vec![hello()]),
        ("answers whole, no stream", vec![Behaviour::json("Привет, Анна!")]),
        ("comments, pings, named events", vec![hello().with_comments()]),
        ("CR LF", vec![hello().crlf()]),
        ("a byte order mark", vec![hello().bom()]),
        ("several data: lines a frame", vec![hello().multi_data_lines()]),
        ("frames split at every byte", vec![hello().split_every(1)]),
        ("characters split across reads", vec![hello().split_by([7, 1, 3])]),
        ("all in one read", vec![hello().split_every(1 << 20)]),
        ("no [DONE]", vec![hello().without_done()]),
        ("usage in each chunk", vec![hello().usage_in_each()]),
        ("usage with the finish reason", vec![hello().usage_with_finish()]),
        ("no usage", vec![hello().without_usage()]),
        ("reasoning_content first", vec![hello().reasoning("думаю вслух")]),
        ("empty, null, role-only deltas", vec![hello().empty_deltas()]),
        ("U+0000 in the text", vec![Behaviour::deltas(["При\u{0}", "вет"])]),
        ("no finish reason but [DONE]", vec![hello().finish_reason("")]),
        ("finish_reason length", vec![hello().finish_reason("length")]),
        ("finish_reason content_filter", vec![hello().finish_reason("content_filter")]),
        ("finish_reason of its own", vec![hello().finish_reason("eos_token")]),
        ("silence after the end", vec![hello().then_hang()]),
        ("breaks off after the end", vec![hello().then_abort()]),
        ("error object in mid-stream", vec![hello().error_after(1)]),
        ("breaks off in mid-stream", vec![hello().abort_after(1)]),
        ("falls silent in mid-stream", vec![hello().hang_after(1)]),
        ("ends in mid-stream", vec![hello().end_after(1)]),
        ("503, then well", vec![refuse(503), hello()]),
        ("429 with Retry-After 1, then well", vec![refuse(429).retry_after(1), hello()]),
        ("429 with Retry-After 3600", vec![refuse(429).retry_after(3600)]),
        ("400", vec![refuse(400)]),
        ("401", vec![refuse(401)]),
        ("402", vec![refuse(402)]),
        ("404", vec![refuse(404)]),
        ("429", vec![refuse(429)]),
        ("500", vec![refuse(500)]),
        ("503", vec![refuse(503)]),
        ("502 with an HTML page", vec![Behaviour::html(502)]),
        ("200 with an HTML page", vec![Behaviour::raw("text/html", "<html>login</html>")]),
        ("200 with an error object", vec![Behaviour::ok_with_error_object()]),
        ("200 with no JSON", vec![Behaviour::garbage()]),
        ("200 with an empty body", vec![Behaviour::raw("text/event-stream", "")]),
        ("an answer without text", vec![Behaviour::deltas([""; 0])]),
        ("reasoning without text", vec![Behaviour::deltas([""; 0]).reasoning("думаю")]),
        ("content_filter without text", vec![Behaviour::deltas([""; 0]).finish_reason("content_filter")]),
        ("error object as first frame", vec![hello().error_after(0)]),
        ("ends before the first text", vec![hello().end_after(0)]),
        ("breaks off before the head", vec![hello().abort_after(0)]),
        ("no first token in time", vec![hello().hang_after(0)]),
    ]
}

/// A service whose limits are short, and whose first provider never rests.
async fn impatient(database: Database, more: &str) -> (FakeModel, TestApp) {
    let model = FakeModel::start().await.unwrap();
    let builder = service(database, &model)
        .env("BESEDA__LLM__FIRST_TOKEN_SECONDS", 2)
        .env("BESEDA__LLM__SILENCE_SECONDS", 2)
        .env("BESEDA__LLM__REST_AFTER_FAILURES", 1_000_000)
        .env("BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE", 1_000_000)
        .config_toml(more);
    (model, builder.start().await.unwrap())
}

/// Lets a new person ask, and gives what they got.
async fn ask(model: &FakeModel, app: &TestApp, behaviours: &[Behaviour]) -> (Person, String) {
    let (last, first) = behaviours.split_last().unwrap();
    first.iter().for_each(|behaviour| model.next(behaviour.clone()));
    model.always(last.clone());
    let anna = app.register("Анна").await;
    let session = anna.session().await;
    let answer = anna.send(session, "Привет").await;
    let got = if answer.0 == 201 {
        let message = &answer.2["ai_message"];
        let word = |name: &str| message[name].as_str().unwrap().to_owned();
        format!("201 {} ({}) {:?}", word("status"), word("finish_reason"), word("message_text"))
    } else {
        problem(&answer)
    };
    (anna, got)
}

/// The answers that are stored, and what the person pays for them.
async fn kept(person: &Person) -> String {
    let (_, _, sessions) = person.get("/v1/sessions").await;
    let path = format!("/v1/sessions/{}/messages", sessions["items"][0]["id"].as_str().unwrap());
    let (_, _, history) = person.get(&path).await;
    let items = history["items"].as_array().unwrap();
    let subscription = person.subscription().await;
    assert_eq!(subscription["reserved"], 0);
    let answers: Vec<&Value> = items.iter().filter(|message| message["sender"] == "ai").collect();
    let stored = match answers.as_slice() {
        [] => "the question".to_owned(),
        [answer] => format!("{} characters", answer["message_text"].as_str().unwrap().chars().count()),
        more => panic!("{more:?}"),
    };
    format!("{stored} | {}", subscription["used_requests"])
}

fn described(attempt: &Attempt) -> String {
    assert_eq!(attempt.request_verified, Some(true));
    let status = attempt.status_code.map_or("none".into(), |status| status.to_string());
    let tokens = match (attempt.prompt_tokens, attempt.completion_tokens, attempt.tokens_estimated) {
        (Some(prompt), Some(completion), false) => format!(" {prompt}+{completion}"),
        (Some(prompt), Some(completion), true) => {
            assert!(prompt > completion && completion > 0);
            " estimated".to_owned()
        }
        _ => String::new(),
    };
    // What the system says of a broken connection is its own.
    let error = attempt.error_message.as_deref().map(|error| {
        let error = error.split(": error ").next().unwrap_or(error).split(" at line ").next().unwrap_or(error);
        format!(" {error:?}")
    });
    format!("{status}{tokens}{}", error.unwrap_or_default())
}

#[rstest]
#[tokio::test]
async fn every_quirk_and_fault(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let healthy = FakeModel::start().await.unwrap();
    healthy.always(Behaviour::answer("Вторая слушает."));
    let second = format!(
        "[[llm.providers]]\nname = \"second\"\nbase_url = \"{}\"\nmodel = \"other-model\"\nfirst_token_seconds = 30",
        healthy.base_url()
    );
    let (model, alone) = impatient(database, "").await;
    let (first, seconded) = impatient(database, &second).await;
    let mut table =
        String::from("the model | the person gets | stored | charged | journal | with a healthy second provider\n");
    for (name, behaviours) in cases() {
        let (person, got) = ask(&model, &alone, &behaviours).await;
        let journal_alone = journal(&person).await;
        let attempts: Vec<String> = journal_alone.iter().map(described).collect();
        let mut line = format!("{name} | {got} | {} | {}", kept(&person).await, attempts.join(", "));
        if got.starts_with("201") && attempts.len() == 1 {
            line.push_str(" | -");
        } else {
            let (person, got) = ask(&first, &seconded, &behaviours).await;
            let providers: Vec<String> = journal(&person).await.into_iter().map(|attempt| attempt.provider).collect();
            assert_eq!(got, "201 complete (stop) \"Вторая слушает.\"", "{name}: {providers:?}");
            assert_eq!(kept(&person).await, "15 characters | 1", "{name}");
            line.push_str(&format!(" | answered: {}", providers.join(", ")));
        }
        table.push_str(&line);
        table.push('\n');
    }
    println!("{database:?}\n{table}");
    insta::allow_duplicates! { insta::assert_snapshot!(table, @r#"
    the model | the person gets | stored | charged | journal | with a healthy second provider
    streams as OpenAI does | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    answers whole, no stream | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    comments, pings, named events | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    CR LF | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    a byte order mark | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    several data: lines a frame | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    frames split at every byte | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    characters split across reads | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    all in one read | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    no [DONE] | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    usage in each chunk | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    usage with the finish reason | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    no usage | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 estimated | -
    reasoning_content first | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    empty, null, role-only deltas | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    U+0000 in the text | 201 complete (stop) "При�вет" | 7 characters | 1 | 200 7+2 | -
    no finish reason but [DONE] | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    finish_reason length | 201 partial (length) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    finish_reason content_filter | 201 partial (content_filter) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    finish_reason of its own | 201 complete (eos_token) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    silence after the end | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    breaks off after the end | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 200 7+2 | -
    error object in mid-stream | 201 partial (interrupted) "Привет, " | 8 characters | 1 | 200 estimated "the provider reports: the model fell over" | -
    breaks off in mid-stream | 201 partial (interrupted) "Привет, " | 8 characters | 1 | 200 estimated "the connection broke off" | -
    falls silent in mid-stream | 201 partial (interrupted) "Привет, " | 8 characters | 1 | 200 estimated "out of time: the limit for the next token" | -
    ends in mid-stream | 201 partial (interrupted) "Привет, " | 8 characters | 1 | 200 estimated "the connection ended before the answer did" | -
    503, then well | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 503 "HTTP 503: status 503", 200 7+2 | answered: default, second
    429 with Retry-After 1, then well | 201 complete (stop) "Привет, Анна!" | 13 characters | 1 | 429 "HTTP 429: status 429", 200 7+2 | answered: default, second
    429 with Retry-After 3600 | 502 model-failed | the question | 0 | 429 "HTTP 429: status 429" | answered: default, second
    400 | 502 model-failed | the question | 0 | 400 "HTTP 400: status 400" | answered: default, second
    401 | 502 model-failed | the question | 0 | 401 "HTTP 401: status 401" | answered: default, second
    402 | 502 model-failed | the question | 0 | 402 "HTTP 402: status 402" | answered: default, second
    404 | 502 model-failed | the question | 0 | 404 "HTTP 404: status 404" | answered: default, second
    429 | 502 model-failed | the question | 0 | 429 "HTTP 429: status 429", 429 "HTTP 429: status 429" | answered: default, second
    500 | 502 model-failed | the question | 0 | 500 "HTTP 500: status 500", 500 "HTTP 500: status 500" | answered: default, second
    503 | 502 model-failed | the question | 0 | 503 "HTTP 503: status 503", 503 "HTTP 503: status 503" | answered: default, second
    502 with an HTML page | 502 model-failed | the question | 0 | 502 "HTTP 502: 502 from the proxy", 502 "HTTP 502: 502 from the proxy" | answered: default, second
    200 with an HTML page | 502 model-failed | the question | 0 | 200 "an HTML page in place of an answer" | answered: default, second
    200 with an error object | 502 model-failed | the question | 0 | 200 "the provider reports: the model is overloaded", 200 "the provider reports: the model is overloaded" | answered: default, second
    200 with no JSON | 502 model-failed | the question | 0 | 200 "not a chat completion: EOF while parsing a value" | answered: default, second
    200 with an empty body | 502 model-failed | the question | 0 | 200 "the connection ended before the answer did", 200 "the connection ended before the answer did" | answered: default, second
    an answer without text | 502 model-failed | the question | 0 | 200 7+0 "the answer holds no text" | answered: default, second
    reasoning without text | 502 model-failed | the question | 0 | 200 7+0 "the answer holds no text" | answered: default, second
    content_filter without text | 502 model-failed | the question | 0 | 200 7+0 "the provider's content filter held back the whole answer" | answered: default, second
    error object as first frame | 502 model-failed | the question | 0 | 200 "the provider reports: the model fell over", 200 "the provider reports: the model fell over" | answered: default, second
    ends before the first text | 502 model-failed | the question | 0 | 200 "the connection ended before the answer did", 200 "the connection ended before the answer did" | answered: default, second
    breaks off before the head | 502 model-failed | the question | 0 | none "the connection broke off", none "the connection broke off" | answered: default, second
    no first token in time | 504 model-timeout | the question | 0 | none "out of time: the limit for the first token", none "out of time: the limit for the first token" | answered: default, second
    "#) }
}
