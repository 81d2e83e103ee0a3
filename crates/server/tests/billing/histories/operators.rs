//! What operators and the person do.

use beseda::{
    billing::{
        grant::{self, Desk, GrantError},
        renewal::{self, RenewalError, Wish},
    },
    db::Ts,
    staff::Actor,
};

use super::History;
use crate::reference::{Charge, Purchase, Said};

impl History {
    /// The person's running subscription, if it was bought or granted: its purchase and charge.
    pub(super) fn bought(&mut self, who: usize) -> Option<(usize, usize)> {
        let charge_id = self.look(who).charge.clone()?;
        self.ought[who].purchases.iter().enumerate().find_map(|(number, purchase)| {
            let place = purchase.charges.iter().position(|charge| charge.id == charge_id)?;
            Some((number, place))
        })
    }

    pub(super) async fn wish(&mut self, who: usize, on: bool) {
        let wish = Wish { auto_renew: Some(on), next_plan: None };
        let wished = renewal::wish(self.world.app(), self.people[who], wish).await;
        let (bought, at) = (self.bought(who), self.world.now().as_micros());
        let own = bought.map(|(number, _)| number).filter(|number| self.ought[who].renews(*number).is_some());
        let meant = match own {
            Some(own) => vec![own],
            None => self.ought[who].open(self.world.now(), &self.zone),
        };
        let changed: Vec<usize> = meant.into_iter().filter(|n| self.ought[who].renews(*n) == Some(!on)).collect();
        let off_here = |number: &usize| {
            self.ought[who].purchases[*number].last_said().is_some_and(|said| said.update_id.is_none())
        };
        let may: Vec<usize> = changed.iter().copied().filter(|number| !on || off_here(number)).collect();
        match wished {
            Err(RenewalError::Elsewhere(_)) => return assert!(!changed.is_empty() && may.is_empty()),
            Err(error) => panic!("{error}"),
            Ok(_) => assert!(changed.is_empty() || !may.is_empty(), "turned on what Telegram has turned off"),
        }
        if own.is_none() {
            self.look(who).auto_renew = on;
        }
        for number in may {
            let purchase = &mut self.ought[who].purchases[number];
            let at = purchase.after_all(at);
            purchase.said.push(Said { at, on, update_id: None });
            self.settle(who);
        }
    }

    pub(super) async fn grant(&mut self, who: usize, plan: &str, span: Option<i64>) {
        let (now, zone) = (self.world.now(), self.zone.clone());
        let until = span.map(|span| Ts::from_micros(now.as_micros() + span));
        let desk = Desk { db: self.world.db(), zone: &zone, now, actor: &Actor::cli() };
        grant::grant(&desk, self.people[who], plan, until, None).await.unwrap();
        let heard = {
            let mut reader = self.world.db().read().await.unwrap();
            beseda::db::payments::of(&mut reader.conn(), self.people[who]).await.unwrap()
        };
        let granted =
            heard.into_iter().filter(|payment| payment.occurred_at == now).find_map(|payment| payment.charge_id);
        let charge = Charge {
            id: granted.unwrap(),
            paid_at: now.as_micros(),
            said_at: now.as_micros(),
            until: until.map(Ts::as_micros),
            plan: plan.to_owned(),
            terms: self.plans[plan].clone(),
            cut_at: None,
            extended_to: None,
        };
        self.ought[who].purchases.push(Purchase { grant: true, charges: vec![charge], ..Purchase::default() });
        self.settle(who);
    }

    pub(super) async fn extend(&mut self, who: usize, span: i64) {
        let bought = self.bought(who);
        let end = self.look(who).end;
        let (now, zone) = (self.world.now(), self.zone.clone());
        let until = Ts::from_micros(end.unwrap_or(now.as_micros()) + span);
        let desk = Desk { db: self.world.db(), zone: &zone, now, actor: &Actor::cli() };
        match (grant::extend(&desk, self.people[who], until, None).await, bought, end) {
            (Err(GrantError::NothingBought), bought, end) => assert!(bought.is_none() || end.is_none()),
            (Ok(_), Some((number, place)), Some(_)) => {
                let purchase = &mut self.ought[who].purchases[number];
                let at = purchase.after_all(now.as_micros());
                purchase.charges[place].extended_to = Some(until.as_micros());
                purchase.other.push(at);
                self.settle(who);
            }
            (other, ..) => panic!("{other:?}"),
        }
    }

    pub(super) async fn revoke(&mut self, who: usize) {
        let bought = self.bought(who);
        let (now, zone) = (self.world.now(), self.zone.clone());
        let desk = Desk { db: self.world.db(), zone: &zone, now, actor: &Actor::cli() };
        match (grant::revoke(&desk, self.people[who], None).await, bought) {
            (Err(GrantError::NothingBought), None) => {}
            (Ok(_), Some((number, _))) => {
                let purchase = &mut self.ought[who].purchases[number];
                let at = purchase.after_all(now.as_micros());
                purchase.revoked.push(at);
                purchase.said.push(Said { at, on: false, update_id: None });
                self.settle(who);
            }
            (other, _) => panic!("{other:?}"),
        }
    }
}
