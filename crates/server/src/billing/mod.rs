//! What a person may use: plans, subscriptions and the quota.

pub mod joining;
pub mod plan;
pub mod quota;
pub mod subscription;
