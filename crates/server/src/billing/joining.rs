//! Two accounts become one, and so do their subscriptions: the better goes on, the other becomes history.

use std::cmp::Ordering;

use crate::db::{
    Conn, Result, Ts,
    plans::{self, FREE},
    subscriptions::{self, Subscription},
};

/// An active subscription, and the place of its plan among the others.
#[derive(Clone, Debug)]
struct Held {
    subscription: Subscription,
    rank: i64,
}

impl Held {
    async fn new(conn: &mut Conn<'_>, subscription: Subscription) -> Result<Self> {
        let plan = plans::find(conn, &subscription.plan_name).await?;
        Ok(Self { subscription, rank: plan.map_or(0, |plan| plan.rank()) })
    }

    fn is_free(&self) -> bool {
        self.subscription.plan_name == FREE
    }

    fn ends_at(&self) -> Ts {
        self.subscription.end_date.unwrap_or(Ts::MAX)
    }

    /// The higher plan is the better one, then the one that ends later, then the one of which more is left. Of two free
    /// ones it is that of which less is left: nobody gains a second quota by joining accounts.
    fn compare(&self, other: &Self) -> Ordering {
        let left = share_left(&self.subscription, &other.subscription);
        if self.is_free() && other.is_free() {
            return left.reverse();
        }
        let worth = |held: &Self| (!held.is_free(), held.rank, held.ends_at());
        worth(self).cmp(&worth(other)).then(left)
    }
}

/// Compares what is left of two limits, each as a share of itself: they may count different things.
pub(super) fn share_left(one: &Subscription, other: &Subscription) -> Ordering {
    let scaled =
        |part: &Subscription, whole: &Subscription| i128::from(part.remaining()) * i128::from(whole.usage_limit.max(1));
    scaled(one, other).cmp(&scaled(other, one))
}

/// Closes the lesser of two active subscriptions, or the second if they are equal: one person has one.
///
/// What was used stays counted on the row that it was used of, and a running turn settles on the row that it reserved.
pub async fn close_lesser(conn: &mut Conn<'_>, one: Subscription, other: Subscription) -> Result<()> {
    let (one, other) = (Held::new(conn, one).await?, Held::new(conn, other).await?);
    let closed = if other.compare(&one).is_gt() { one } else { other };
    subscriptions::close(conn, closed.subscription.id).await.map(drop)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::db::plans::Unit;

    fn held(plan: &str, rank: i64, end: Option<i64>, used: i64) -> Held {
        let subscription = Subscription {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            plan_name: plan.into(),
            is_active: true,
            start_date: Ts::from_micros(0),
            end_date: end.map(Ts::from_micros),
            usage_limit: 50,
            used_requests: used,
            auto_renew: true,
            unit: Unit::Requests,
            used_tokens: 0,
            reserved: 0,
            anchor_date: Ts::from_micros(0),
            model: None,
            providers: None,
            max_answer_tokens: None,
            provider: None,
            purchase_id: None,
            charge_id: None,
            next_plan: None,
            near_told_at: None,
            spent_told_at: None,
            yields_at: None,
        };
        Held { subscription, rank }
    }

    #[rstest]
    #[case::paid_beats_free(held("premium", 100, Some(1), 50), held("free", 0, Some(9), 0))]
    #[case::granted_beats_free(held("staff", 0, Some(1), 50), held("free", 0, Some(9), 0))]
    #[case::dearer_beats_cheaper(held("gold", 200, Some(1), 50), held("premium", 100, Some(9), 0))]
    #[case::later_beats_earlier(held("premium", 100, Some(9), 50), held("premium", 100, Some(1), 0))]
    #[case::endless_beats_all(held("premium", 100, None, 50), held("premium", 100, Some(9), 0))]
    #[case::more_left_beats_less(held("premium", 100, Some(9), 1), held("premium", 100, Some(9), 2))]
    #[case::free_with_less_left_goes_on(held("free", 0, Some(1), 2), held("free", 0, Some(9), 1))]
    fn the_better_one_goes_on(#[case] better: Held, #[case] lesser: Held) {
        assert_eq!(better.compare(&lesser), Ordering::Greater);
        assert_eq!(lesser.compare(&better), Ordering::Less);
    }

    #[test]
    fn limits_of_different_kinds_are_compared_by_what_is_left_of_each() {
        let requests = held("free", 0, None, 25);
        let mut tokens = held("free", 0, None, 0);
        tokens.subscription.unit = Unit::Tokens;
        tokens.subscription.usage_limit = 1000;
        tokens.subscription.used_tokens = 501;
        assert_eq!(tokens.compare(&requests), Ordering::Greater);
        tokens.subscription.used_tokens = 500;
        assert_eq!(tokens.compare(&requests), Ordering::Equal);
    }
}
