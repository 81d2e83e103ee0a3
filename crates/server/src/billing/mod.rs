//! What a person may use: plans, what was paid for, the subscription that follows from it, and the quota.

pub mod entitlement;
pub mod google_play;
pub mod grant;
pub mod joining;
pub mod notice;
pub mod offer;
pub mod payment;
pub mod period;
pub mod plan;
pub mod plan_check;
pub mod provider;
pub mod quota;
pub mod renewal;
pub mod stars;
pub mod subscription;
pub mod usage;
