//! What the fake model says in these tests: one endless text, of which every answer is a beginning.

use std::{
    fmt::Write as _,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use testkit::model::{Behaviour, FakeModel};
use tokio::task::JoinSet;

/// More words than any answer has.
const WORDS: usize = 2_000;
/// How many behaviours are laid out ahead.
const AHEAD: usize = 400;

/// `слово1 слово2 …`, as [`Behaviour::tokens`] says it.
pub(crate) fn endless() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        (1..=WORDS).fold(String::new(), |mut text, number| {
            write!(text, "слово{number} ").expect("a string takes everything");
            text
        })
    })
}

/// Whether a text is a beginning of what the model says.
pub(crate) fn is_beginning(text: &str) -> bool {
    endless().starts_with(text)
}

/// Keeps a model supplied with answers of every length and pace, and some faults, until it is dropped.
pub(crate) struct Speech {
    _feeding: JoinSet<()>,
}

impl Speech {
    /// Feeds `model` from `seed`.
    pub(crate) fn varied(model: &Arc<FakeModel>, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let model = model.clone();
        model.always(Behaviour::tokens(8));
        let mut feeding = JoinSet::new();
        feeding.spawn(async move {
            let mut laid_out = 0;
            loop {
                while laid_out < model.request_count() + AHEAD {
                    model.next(behaviour(&mut random));
                    laid_out += 1;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        Self { _feeding: feeding }
    }
}

fn behaviour(random: &mut StdRng) -> Behaviour {
    let pause = Duration::from_millis;
    match random.random_range(0..100) {
        // Most answers are short.
        0..50 => Behaviour::tokens(random.random_range(1..20)).chunk_delay(pause(random.random_range(0..8))),
        50..75 => Behaviour::tokens(random.random_range(10..40)).chunk_delay(pause(random.random_range(5..30))),
        // Long enough for checkpoints to matter.
        75..90 => Behaviour::tokens(random.random_range(30..80)).chunk_delay(pause(random.random_range(30..60))),
        90..93 => Behaviour::tokens(20).first_delay(pause(random.random_range(200..1_500))),
        93..95 => Behaviour::tokens(30).chunk_delay(pause(10)).hang_after(random.random_range(1..30)),
        95..97 => Behaviour::tokens(30).chunk_delay(pause(10)).abort_after(random.random_range(1..30)),
        97..98 => Behaviour::tokens(10).without_usage(),
        98..99 => Behaviour::tokens(10).abort_after(0),
        _ => Behaviour::error(500, r#"{"error":{"message":"the model is unwell"}}"#),
    }
}
