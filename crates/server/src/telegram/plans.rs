//! `/plan`: what the person has, what else there is, and the buttons that buy, turn off and turn on.

use std::sync::Arc;

use super::{
    Bot,
    contact::Contact,
    inbox::{Effects, Unseen},
    outgoing::{Button, Outgoing},
    stars, talk,
    texts::{Lang, Value, text},
    usage,
};
use crate::{
    app::{App, Shared},
    billing::{
        offer::{self, OfferError},
        payment,
        renewal::{self, RenewalError, Wish},
        subscription,
    },
    db::{
        Result, Ts,
        payments::{self, Payment, PaymentKind},
        plans::{self, FREE, Plan},
        purchases::Provider,
        subscriptions::Subscription,
    },
};

/// How many payments `/paysupport` shows.
const SHOWN: i64 = 5;

/// What people read as a plan's name.
pub(super) fn title(lang: Lang, plan: &Plan) -> String {
    let (own, other) = match lang {
        Lang::Ru => (&plan.title_ru, &plan.title_en),
        Lang::En => (&plan.title_en, &plan.title_ru),
    };
    own.as_ref().or(other.as_ref()).unwrap_or(&plan.name).clone()
}

/// The same of the plan with this name, which may be gone.
pub(super) async fn title_of(app: &App, lang: Lang, name: &str) -> String {
    let find = async { plans::find(&mut app.db.read().await?.conn(), name).await };
    match find.await {
        Ok(Some(plan)) => title(lang, &plan),
        // A text that is a little worse is better than none.
        Ok(None) | Err(_) => name.to_owned(),
    }
}

/// What a plan gives, in words.
pub(super) fn description(lang: Lang, plan: &Plan) -> String {
    let (own, other) = match lang {
        Lang::Ru => (&plan.description_ru, &plan.description_en),
        Lang::En => (&plan.description_en, &plan.description_ru),
    };
    own.as_ref().or(other.as_ref()).cloned().unwrap_or_else(|| text(lang, "plan-gives", &gives(plan)))
}

fn gives(plan: &Plan) -> [(&'static str, Value<'_>); 3] {
    [("limit", plan.usage_limit.into()), ("unit", plan.unit.as_str().into()), ("period", plan.period.as_str().into())]
}

/// What the person has, and what else there is.
pub(super) async fn card(app: &App, contact: &Contact) -> Result<Outgoing> {
    let lang = contact.lang;
    let Some(current) = subscription::look(app, contact.user.id).await? else {
        return Ok(Outgoing::new(text(lang, "failed-internal", &[])));
    };
    let (plans, entitled) = {
        let mut reader = app.db.read().await?;
        let conn = &mut reader.conn();
        (plans::list(conn).await?, subscription::entitlements(conn, contact.user.id).await?)
    };
    let own = plans.iter().find(|plan| plan.name == current.plan_name);
    let own_title = own.map_or_else(|| current.plan_name.clone(), |plan| title(lang, plan));
    let mut told = format!(
        "{}\n{}\n{}",
        text(lang, "plan", &[("plan", (&own_title).into())]),
        usage::of_plan(lang, &current),
        ends(app, lang, &current)
    );
    let mut card = Outgoing::default();
    let charge = current.purchase_id.zip(current.charge_id.as_deref());
    let renews = charge.and_then(|(purchase, charge)| entitled.of_charge(purchase, charge)?.renews);
    match renews {
        Some(true) => card = card.row([Button::new(lang, "button-renew-off", "renew:off")]),
        Some(false) if current.provider == Some(Provider::Stars) => {
            card = card.row([Button::new(lang, "button-renew-on", "renew:on")]);
        }
        _ => {}
    }
    let for_sale: Vec<&Plan> = plans.iter().filter(|plan| plan.price().is_some()).collect();
    if !for_sale.is_empty() {
        told = format!("{told}\n\n{}", text(lang, "plans-for-sale", &[]));
    }
    for plan in for_sale {
        let price = plan.price().unwrap_or_default();
        let (title, about) = (title(lang, plan), description(lang, plan));
        let arguments = [
            ("plan", (&title).into()),
            ("about", (&about).into()),
            ("price", price.into()),
            ("period", plan.period.as_str().into()),
        ];
        told = format!("{told}\n{}", text(lang, "plan-for-sale", &arguments));
        if offer::may_buy(plan, &entitled, Some(&current), app.clock.now()).is_ok() {
            let label = text(lang, "button-buy", &[("plan", (&title).into()), ("price", price.into())]);
            card = card.row([Button::labelled(label, format!("buy:{}", plan.name))]);
        }
    }
    card.text = told;
    Ok(card)
}

/// When a subscription ends, and what follows.
fn ends(app: &App, lang: Lang, current: &Subscription) -> String {
    let state = match (current.end_date, current.plan_name == FREE, current.auto_renew) {
        (None, ..) => "endless",
        (Some(_), true, _) => "free",
        (Some(_), false, true) => "renews",
        (Some(_), false, false) => "ends",
    };
    let end = current.end_date.map_or_else(String::new, |end| talk::date(app, lang, end));
    text(lang, "plan-ends", &[("state", state.into()), ("end", (&end).into())])
}

/// The person wants a plan: an invoice for it, or why there is none.
pub(super) async fn buy(app: &Shared, bot: &Arc<Bot>, contact: &Contact, plan: &str) -> Result<Effects, Unseen> {
    let (lang, place) = (contact.lang, contact.place(None));
    let invoice = match offer::offer(app, contact.user.id, plan).await {
        Ok(invoice) => invoice,
        Err(OfferError::Database(error)) => return Err(error.into()),
        Err(error) => {
            let mut told = Outgoing::new(stars::refusal(app, lang, &error).await);
            match error {
                OfferError::Better { until: Some(_), .. } => {
                    told = told.row([Button::new(lang, "button-switch", format!("switch:{plan}"))]);
                }
                OfferError::Running { renews: false, until: Some(_) } => {
                    told = told.row([Button::new(lang, "button-renew-on", "renew:on")]);
                }
                _ => {}
            }
            return Ok(Effects::say(place, told));
        }
    };
    let url = match stars::link(bot, lang, &invoice).await {
        Ok(url) => url,
        Err(error) => {
            tracing::warn!(%error, "an invoice cannot be made");
            return Ok(Effects::say(place, Outgoing::new(text(lang, "buy-later", &[]))));
        }
    };
    let (title, about) = (title(lang, &invoice.plan), description(lang, &invoice.plan));
    let kind = if invoice.recurring { "recurring" } else { "once" };
    let arguments = [
        ("plan", (&title).into()),
        ("about", (&about).into()),
        ("price", invoice.price_stars.into()),
        ("kind", kind.into()),
    ];
    let pay = text(lang, "button-pay", &[("price", invoice.price_stars.into())]);
    let told = Outgoing::new(text(lang, "buy-invoice", &arguments)).row([Button::link(pay, url)]);
    Ok(Effects::say(place, told))
}

/// The person turns the renewal off or on, or wants another plan when this one ends.
pub(super) async fn renew(app: &Shared, contact: &Contact, wish: Wish) -> Result<Effects, Unseen> {
    let (lang, place) = (contact.lang, contact.place(None));
    let told = match renewal::wish(app, contact.user.id, wish.clone()).await {
        Ok(current) => {
            let end = current.end_date.map_or_else(|| "none".to_owned(), |end| talk::date(app, lang, end));
            match (&current.next_plan, wish.auto_renew) {
                (Some(next), Some(false)) if wish.next_plan.is_some() => {
                    let next = title_of(app, lang, next).await;
                    text(lang, "renew-switched", &[("plan", (&next).into()), ("until", (&end).into())])
                }
                (_, Some(true)) => text(lang, "renew-on", &[("until", (&end).into())]),
                _ => text(lang, "renew-off", &[("until", (&end).into())]),
            }
        }
        Err(RenewalError::Elsewhere(provider)) => {
            text(lang, "renew-elsewhere", &[("provider", provider.as_str().into())])
        }
        Err(RenewalError::NoSuchPlan) => text(lang, "buy-not-offered", &[]),
        Err(RenewalError::Nobody) => text(lang, "failed-internal", &[]),
        Err(RenewalError::Database(error)) => return Err(error.into()),
    };
    Ok(Effects::say(place, Outgoing::new(told)))
}

/// `/paysupport`: whom to turn to, and what to name.
pub(super) async fn support(app: &App, contact: &Contact) -> Result<Outgoing> {
    let lang = contact.lang;
    let payments = {
        let mut reader = app.db.read().await?;
        payments::page(&mut reader.conn(), contact.user.id, uuid::Uuid::max(), 50).await?
    };
    let settings = app.settings.now();
    let contact_address = match settings.support.as_str() {
        "" => "none",
        address => address,
    };
    let mut told = text(lang, "paysupport", &[("contact", contact_address.into())]);
    let charges = payments
        .iter()
        .filter(|p| matches!(p.kind, PaymentKind::Paid | PaymentKind::Refunded) && p.provider != Provider::Grant);
    let lines: Vec<String> =
        charges.take(usize::try_from(SHOWN).unwrap_or(5)).map(|payment| line(app, lang, payment)).collect();
    if !lines.is_empty() {
        told = format!("{told}\n\n{}\n{}", text(lang, "paysupport-payments", &[]), lines.join("\n"));
    }
    Ok(Outgoing::new(told))
}

fn line(app: &App, lang: Lang, payment: &Payment) -> String {
    let date = talk::date(app, lang, payment.occurred_at);
    let amount = payment::amount(payment).unwrap_or_default();
    let charge = payment.charge_id.as_deref().unwrap_or_default();
    let key = if payment.kind == PaymentKind::Refunded { "paysupport-refunded" } else { "paysupport-paid" };
    text(lang, key, &[("date", (&date).into()), ("amount", (&amount).into()), ("charge", charge.into())])
}

/// `/terms`: what is sold, and on which terms.
pub(super) fn terms(app: &App, lang: Lang) -> Outgoing {
    let terms = text(lang, "terms", &[]);
    Outgoing::new(match app.settings.now().terms_url.as_str() {
        "" => terms,
        url => format!("{terms}\n\n{}", text(lang, "terms-link", &[("link", url.into())])),
    })
}

/// A day, or the word for none.
pub(super) fn day(app: &App, lang: Lang, at: Option<Ts>) -> String {
    at.map_or_else(|| "none".to_owned(), |at| talk::date(app, lang, at))
}
