//! The time to the first token with one client: directly, through the pass-through and from the
//! service, in turn, so that a noisy moment meets all three.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::client::Client;
use crate::machine::{Meter, Party, Spent};
use crate::quantiles::Quantiles;

/// Rounds that are not counted.
const WARM_UP: u32 = 50;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// From the request's last byte to the first token's first.
#[derive(Debug, Serialize)]
pub(crate) struct FirstToken {
    pub(crate) requests: u32,
    pub(crate) direct: Quantiles,
    pub(crate) bare: Quantiles,
    pub(crate) service: Quantiles,
    /// What the pass-through adds to the direct time.
    pub(crate) bare_added: Quantiles,
    /// What the service adds to the direct time.
    pub(crate) service_added: Quantiles,
    /// From the request to the end of the service's turn.
    pub(crate) service_turn: Quantiles,
    pub(crate) spent: Spent,
}

/// The three that are asked in turn.
pub(crate) struct Three {
    pub(crate) direct: Client,
    pub(crate) bare: Client,
    pub(crate) service: Client,
}

/// Asks each so many times.
pub(crate) async fn measure(three: Three, requests: u32, parties: &[Party]) -> Result<FirstToken> {
    let names = ["the model", "the pass-through", "the service"];
    let mut clients = [three.direct, three.bare, three.service];
    let mut first: [Vec<Duration>; 3] = Default::default();
    let mut turns = Vec::new();
    let mut meter = Meter::start(parties)?;
    for round in 0..WARM_UP + requests {
        if round == WARM_UP {
            meter = Meter::start(parties)?;
        }
        for (at, client) in clients.iter_mut().enumerate() {
            let answer = client.turn(PATIENCE).await;
            let answer = answer.with_context(|| format!("{}, request {round}", names[at]))?;
            if round < WARM_UP {
                continue;
            }
            first[at].push(answer.first_token);
            if at == 2 {
                turns.push(answer.whole);
            }
        }
    }
    let spent = meter.stop()?;
    let [direct, bare, service] = first.map(Quantiles::of);
    Ok(FirstToken {
        requests,
        direct,
        bare,
        service,
        bare_added: bare.beyond(direct),
        service_added: service.beyond(direct),
        service_turn: Quantiles::of(turns),
        spent,
    })
}
