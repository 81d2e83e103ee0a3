//! Each view on a phone and on a desk, in both languages and schemes: whether everybody can use it, and a picture.

use rstest::rstest;
use serde_json::json;
use testkit::{app::Database, model::Behaviour};

use super::visitor::Visitor;
use crate::look::{barriers, faults, keep_picture};

/// An answer with all that Markdown has.
const ANSWER: &str = "# Заголовок\n\n**Жирно**, *косо*, `код`, [ссылка](https://example.org/?a=1&b=2).\n\n1. раз\n2. два\n   - и ещё\n\n\
                      > цитата\n\n```rust\nfn main() { println!(\"очень длинная строка, которая никуда не помещается, и ещё\"); }\n\
                      ```\n\n| имя | возраст | город | занятие |\n|---|--:|:-:|---|\n| Анна | 27 | Казань | переводчица |\n\n---\n\n\
                      ![картинка](https://example.org/x.png)";

/// Names of what is pressed, as they are in a language.
struct Names {
    begin: &'static str,
    report: &'static str,
    rename: &'static str,
    end: &'static str,
    delete: &'static str,
    sign_out: &'static str,
    erase: &'static str,
}

const RU: Names = Names {
    begin: "Начать разговор",
    report: "Пожаловаться",
    rename: "Переименовать",
    end: "Завершить",
    delete: "Удалить",
    sign_out: "Выйти",
    erase: "Удалить учётную запись",
};
const EN: Names = Names {
    begin: "Begin the conversation",
    report: "Report",
    rename: "Rename",
    end: "End",
    delete: "Delete",
    sign_out: "Sign out",
    erase: "Delete the account",
};

/// A look at every view.
struct Round {
    visitor: Visitor,
    /// Behind the names of the pictures.
    suffix: String,
    found: Vec<String>,
}

impl Round {
    /// Looks at what is shown.
    async fn look(&mut self, view: &str) {
        let chrome = &self.visitor.chrome;
        keep_picture(chrome, &format!("client-{view}-{}", self.suffix)).await;
        let wrong = [faults(chrome).await, barriers(chrome).await].concat();
        let long = "const page = document.documentElement; \
                    return document.querySelector('.frame') !== null && page.scrollHeight > page.clientHeight;";
        if chrome.evaluate(long).await == true {
            self.found.push(format!("{view}-{}: the page scrolls as a whole", self.suffix));
        }
        self.found.extend(wrong.into_iter().map(|wrong| format!("{view}-{}: {wrong}", self.suffix)));
    }

    /// Looks at the question that a button asks, and goes back.
    async fn look_at_question(&mut self, button: &str, view: &str) {
        self.visitor.press(button).await;
        self.visitor.chrome.until("document.querySelector('dialog[open]')").await;
        self.look(view).await;
        self.visitor.chrome.keys("\u{E00C}").await;
        self.visitor.chrome.until("!document.querySelector('dialog')").await;
    }

    async fn before_the_door(&mut self, names: &Names) {
        self.look("welcome").await;
        self.visitor.press(names.begin).await;
        self.visitor.chrome.until("document.querySelector('[aria-invalid=true]')").await;
        self.look("welcome-wrong").await;
        self.visitor.begin().await;
        self.visitor.chrome.until("!document.querySelector('.welcome')").await;
        self.look("new").await;
    }

    async fn talking(&mut self, names: &Names) {
        let visitor = &mut self.visitor;
        visitor.model.next(Behaviour::error(400, "{\"error\": {\"message\": \"no\"}}"));
        visitor
            .say("Сначала то, на что не ответят, потому что у модели что-то не получилось, а сообщение длинное")
            .await;
        visitor.chrome.until("document.querySelector('.failed')").await;
        self.look("failed").await;
        self.visitor.model.next(Behaviour::answer(ANSWER));
        self.visitor.say("Покажи, что **умеешь**").await;
        self.visitor.is_answered().await;
        self.visitor.chrome.until("document.querySelector('.code .hljs-keyword')").await;
        self.look("dialogue").await;
        self.look_at_question(names.report, "report").await;
        self.visitor.chrome.press(".top .menu > button").await;
        self.look("menu").await;
        for (button, view) in [(names.rename, "rename"), (names.end, "end"), (names.delete, "delete")] {
            if self.visitor.chrome.evaluate("return document.querySelector('.top .menu ul') === null;").await == true {
                self.visitor.chrome.press(".top .menu > button").await;
            }
            self.look_at_question(button, view).await;
        }
        self.visitor.model.next(Behaviour::tokens(4).hang_after(3));
        self.visitor.say("И ещё").await;
        self.visitor.sees("слово3").await;
        self.look("writing").await;
        self.visitor.chrome.press(".composer button.round:not(.primary)").await;
        self.visitor.is_answered().await;
        self.look("stopped").await;
    }

    async fn the_list(&mut self) {
        let person = self.visitor.person().await;
        for (title, ended) in
            [("Рецепты на неделю, которые можно готовить с детьми, и список покупок к ним", false), ("English", true)]
        {
            let session = person.session_with(&json!({"title": title})).await;
            if ended {
                person.post(&format!("/v1/sessions/{}/end", session["id"].as_str().unwrap()), &json!(null)).await;
            }
        }
        self.visitor.reload().await;
        self.visitor.go("").await;
        self.visitor.chrome.until("document.querySelectorAll('.list .row').length === 3").await;
        self.look("list").await;
        self.visitor.chrome.write("input[type=search]", "такого нет").await;
        self.visitor.chrome.until("document.querySelector('.rows .hint')").await;
        self.look("search").await;
    }

    async fn the_settings(&mut self, names: &Names) {
        for part in ["profile", "plan", "account"] {
            self.visitor.open_settings(part).await;
            self.look(part).await;
        }
        self.look_at_question(names.sign_out, "sign-out").await;
        self.look_at_question(names.erase, "erase").await;
    }
}

#[rstest]
#[case("ru", 390, false)]
#[case("en", 390, true)]
#[case("ru", 1280, true)]
#[case("en", 1280, false)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_use_each_view(#[case] lang: &str, #[case] width: u32, #[case] dark: bool) {
    let names = if lang == "ru" { &RU } else { &EN };
    let visitor = Visitor::of(Database::Sqlite, |builder| builder.env("BESEDA__LLM__RETRIES", 0)).await;
    visitor.chrome.shape(width, dark).await;
    visitor.chrome.press(&format!(".tongues button[lang={lang}]")).await;
    visitor.chrome.until(&format!("document.documentElement.lang === '{lang}'")).await;
    let suffix = format!("{width}-{lang}-{}", if dark { "dark" } else { "light" });
    let mut round = Round { visitor, suffix, found: Vec::new() };
    round.before_the_door(names).await;
    round.talking(names).await;
    round.the_list().await;
    round.the_settings(names).await;
    assert!(round.found.is_empty(), "{}", round.found.join("\n"));
}
