//! What may happen, and how often it does.

use beseda::{billing::stars::Change, db::plans::Period};
use proptest::prelude::*;

use super::{DAY, HOUR, PEOPLE, PLANS};

/// Something that happens, to one of the people.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Talk(usize, Talk),
    Pass(Jump),
    /// Until a moment near the end of what the person has.
    ToEnd(usize, i64),
    Buy(usize, usize),
    /// Telegram takes the next charge of a purchase.
    Renew(usize, usize),
    Changed(usize, usize, Change),
    Refund(usize, usize),
    Wish(usize, bool),
    Grant(usize, usize, Option<i64>),
    Extend(usize, i64),
    Revoke(usize),
    Plan(usize, i64, Option<Period>, bool),
    RollOver,
    DeleteDialogue(usize),
    /// What Telegram tells is kept back from now on, or told, in whichever order and how often.
    Late(bool),
    Tell(usize, bool),
}

#[derive(Clone, Debug)]
pub(super) enum Talk {
    Answered(i64),
    Failed,
    Crashed(bool),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Jump {
    Ahead(i64),
    Back(i64),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    let change = prop_oneof![Just(Change::Canceled), Just(Change::Resumed), Just(Change::Failed)];
    let ahead = prop_oneof![
        6 => 1..48 * HOUR,
        4 => 20 * DAY..40 * DAY,
        1 => 300 * DAY..800 * DAY,
    ];
    let talk = prop_oneof![
        6 => (1..60_i64).prop_map(Talk::Answered),
        1 => Just(Talk::Failed),
        1 => any::<bool>().prop_map(Talk::Crashed),
    ];
    let period =
        prop_oneof![Just(Period::Day), Just(Period::Week), Just(Period::Month), Just(Period::Year), Just(Period::None)];
    prop_oneof![
        10 => (who.clone(), talk).prop_map(|(who, talk)| Step::Talk(who, talk)),
        5 => ahead.prop_map(|span| Step::Pass(Jump::Ahead(span))),
        1 => (1..2 * HOUR).prop_map(|span| Step::Pass(Jump::Back(span))),
        4 => (who.clone(), prop_oneof![Just(-1), Just(0), Just(1), 0..DAY]).prop_map(|(who, by)| Step::ToEnd(who, by)),
        5 => (who.clone(), 1..PLANS.len()).prop_map(|(who, plan)| Step::Buy(who, plan)),
        4 => (who.clone(), any::<usize>()).prop_map(|(who, which)| Step::Renew(who, which)),
        4 => (who.clone(), any::<usize>(), change).prop_map(|(who, which, change)| Step::Changed(who, which, change)),
        2 => (who.clone(), any::<usize>()).prop_map(|(who, which)| Step::Refund(who, which)),
        3 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Wish(who, on)),
        2 => (who.clone(), 1..PLANS.len(), proptest::option::of(HOUR..60 * DAY))
            .prop_map(|(who, plan, span)| Step::Grant(who, plan, span)),
        1 => (who.clone(), HOUR..60 * DAY).prop_map(|(who, span)| Step::Extend(who, span)),
        1 => who.clone().prop_map(Step::Revoke),
        2 => (0..PLANS.len(), 0..12_i64, proptest::option::of(period), any::<bool>())
            .prop_map(|(plan, limit, period, offered)| Step::Plan(plan, limit, period, offered)),
        2 => Just(Step::RollOver),
        1 => who.prop_map(Step::DeleteDialogue),
        2 => any::<bool>().prop_map(Step::Late),
        4 => (any::<usize>(), any::<bool>()).prop_map(|(which, again)| Step::Tell(which, again)),
    ]
}
