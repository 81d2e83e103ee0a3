//! Plans, payments and quota against a clock that the tests set: the real use cases on both databases, beside a model
//! that is simple enough to be right.
#![cfg(test)]

mod histories;
mod orders;
mod periods;
mod reference;
mod world;
