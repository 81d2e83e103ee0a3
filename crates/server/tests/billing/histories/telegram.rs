//! What is bought for Stars, and what Telegram tells of it.

use beseda::{
    billing::{
        offer::{self, OfferError},
        stars::{self, Change},
    },
    db::{Ts, plans::Period},
};

use super::{History, Told};
use crate::reference::{Charge, Purchase, STARS_MONTH, Said};

impl History {
    pub(super) async fn buy(&mut self, who: usize, plan: &str) {
        let offered = offer::offer(self.world.app(), self.people[who], plan).await;
        let wanted = self.plans[plan].clone();
        let running = self.ought[who].running(self.world.now(), &self.zone);
        let monthly = wanted.period == Period::Month;
        let refused = match running {
            _ if !wanted.offered => true,
            Some(has) if has.plan == plan => has.renews.is_some() || monthly || has.has_left,
            Some(has) => has.price > wanted.price.unwrap(),
            None => false,
        };
        let invoice = match offered {
            Err(OfferError::Database(error)) => panic!("{error}"),
            Err(error) => return assert!(refused, "{error}"),
            Ok(invoice) => invoice,
        };
        assert!(!refused, "{plan} was offered");
        let number = self.ought[who].purchases.len();
        self.ought[who].purchases.push(Purchase::default());
        self.purchases.insert(invoice.payload.clone(), (who, number));
        let until = monthly.then(|| Ts::from_micros(self.world.now().as_micros() + STARS_MONTH));
        self.invoiced.insert(invoice.payload.clone(), (plan.to_owned(), wanted));
        self.pay(who, invoice.payload, invoice.price_stars, until, false).await;
    }

    pub(super) async fn pay(&mut self, who: usize, payload: String, amount: i64, until: Option<Ts>, again: bool) {
        let charge_id = format!("c{:06}", self.fresh());
        let paid = stars::Charge {
            payload,
            charge_id,
            payer_id: i64::try_from(who).unwrap() + 1,
            amount,
            paid_at: self.world.now(),
            until,
            again: Some(again),
            update_id: Some(self.fresh()),
            raw: "{}".into(),
        };
        self.tell(Told::Paid(paid)).await;
    }

    /// One of the person's purchases for Stars of which a charge was heard: its payload and number.
    pub(super) fn stars(&self, who: usize, which: usize) -> Option<(String, usize)> {
        let own = self
            .purchases
            .iter()
            .filter(|(_, (owner, number))| *owner == who && !self.ought[who].purchases[*number].charges.is_empty());
        let own: Vec<_> = own.map(|(payload, (_, number))| (payload.clone(), *number)).collect();
        (!own.is_empty()).then(|| own[which % own.len()].clone())
    }

    pub(super) async fn renew(&mut self, who: usize, which: usize) {
        let Some((payload, number)) = self.stars(who, which) else { return };
        let charges = &self.ought[who].purchases[number].charges;
        let Some(last) = charges.iter().filter_map(|charge| charge.until).max() else { return };
        let price = charges[0].terms.price.unwrap();
        let from = last.max(self.world.now().as_micros());
        let until = Some(Ts::from_micros(from + STARS_MONTH));
        self.pay(who, payload, price, until, true).await;
    }

    pub(super) async fn refund(&mut self, who: usize, which: usize) {
        let Some((payload, number)) = self.stars(who, which) else { return };
        let charges = &self.ought[who].purchases[number].charges;
        let charge = &charges[which % charges.len()];
        if charge.cut_at.is_some() {
            return;
        }
        let (charge_id, at) = (charge.id.clone(), self.world.now());
        let known = |told: &Told| matches!(told, Told::Refunded { charge_id: known, .. } if *known == charge_id);
        if !self.untold.iter().any(known) {
            self.tell(Told::Refunded { payload, charge_id, at }).await;
        }
    }

    /// Telegram tells something, now or later.
    pub(super) async fn tell(&mut self, told: Told) {
        if self.late { self.untold.push_back(told) } else { self.hear(told).await }
    }

    pub(super) async fn hear(&mut self, told: Told) {
        let app = self.world.app().clone();
        match told {
            Told::Paid(charge) => {
                let credited = stars::credit(&app, charge.clone()).await.unwrap();
                let (who, number) = self.purchases[&charge.payload];
                let known = self.ought[who].purchases[number].charges.iter().any(|known| known.id == charge.charge_id);
                assert_eq!(credited == stars::Credited::Before, known);
                if !known {
                    self.credit(who, number, &charge);
                }
            }
            Told::Changed { payload, change, update_id, at } => {
                let (who, number) = self.purchases[&payload];
                let said = Said { at: at.as_micros(), on: change == Change::Resumed, update_id: Some(update_id) };
                if stars::changed(&app, &payload, change, update_id, at).await.unwrap() {
                    self.ought[who].purchases[number].said.push(said);
                    self.settle(who);
                }
            }
            Told::Refunded { payload, charge_id, at } => {
                let (who, number) = self.purchases[&payload];
                if stars::refunded(&app, Some(&payload), &charge_id, at).await.unwrap() {
                    let charges = &mut self.ought[who].purchases[number].charges;
                    let charge = charges.iter_mut().find(|charge| charge.id == charge_id).unwrap();
                    charge.cut_at = Some(charge.cut_at.map_or(at.as_micros(), |cut| cut.min(at.as_micros())));
                    self.settle(who);
                }
            }
        }
    }

    pub(super) fn credit(&mut self, who: usize, number: usize, charge: &stars::Charge) {
        // A renewal is a new period: it is of the plan as it is now.
        let (plan, mut terms) = self.invoiced[&charge.payload].clone();
        if charge.again == Some(true) {
            terms = self.plans[&plan].clone();
        }
        let purchase = &mut self.ought[who].purchases[number];
        purchase.charges.push(Charge {
            id: charge.charge_id.clone(),
            paid_at: charge.paid_at.min(self.world.now()).as_micros(),
            said_at: charge.paid_at.as_micros(),
            until: charge.until.map(Ts::as_micros),
            plan,
            terms,
            cut_at: None,
            extended_to: None,
        });
        purchase.said.push(Said { at: charge.paid_at.as_micros(), on: true, update_id: charge.update_id });
        self.settle(who);
    }
}
