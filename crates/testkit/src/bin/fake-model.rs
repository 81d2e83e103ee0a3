//! `fake-model`: the fake model as a process of its own, for scripts. Prints its base URL; ends when its standard
//! input does, so that it never outlives who started it.

use std::io::{Read as _, Write as _};

use testkit::model::{Behaviour, FakeModel};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = FakeModel::start().await?;
    model.always(Behaviour::tokens(3));
    writeln!(std::io::stdout(), "{}", model.base_url())?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
