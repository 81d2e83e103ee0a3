//! What a plan can be: each rule with the field that it is about.

use crate::db::plans::{FREE, Plan};

/// The most that a price in Stars may be (Bot API, "createInvoiceLink": of a subscription).
const MOST_STARS: i64 = 10_000;
/// The longest name: with what stands before it, it is a button's data in Telegram.
const LONGEST_NAME: usize = 40;
/// The longest title and description: they stand in an invoice.
const LONGEST_TITLE: usize = 32;
const LONGEST_DESCRIPTION: usize = 255;

/// Declares the faults, each with its word and the field that it is of.
macro_rules! faults {
    ($($(#[$meta:meta])* $fault:ident = $word:literal of $field:literal;)+) => {
        /// Something that no plan can be.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault { $($(#[$meta])* $fault),+ }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$fault),+];

            /// Its word, by which pages say it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$fault => $word),+ }
            }

            /// The column that it is of.
            pub const fn field(self) -> &'static str {
                match self { $(Self::$fault => $field),+ }
            }
        }
    };
}

faults! {
    /// It is a key in files, in addresses, and on buttons.
    Name = "name" of "name";
    /// A limit below zero.
    UsageLimit = "limit" of "usage_limit";
    /// A price that Telegram does not take.
    Price = "price" of "price_stars";
    /// Everybody has the free plan.
    FreePrice = "free-price" of "price_stars";
    /// An answer of nothing.
    LongestAnswer = "longest" of "max_answer_tokens";
    /// A model without a name.
    Model = "nameless" of "model";
    /// A provider without a name.
    Provider = "nameless" of "providers";
    /// A product without a name.
    Product = "nameless" of "google_product_id";
    /// Of two plans with one product nobody could tell which was bought.
    ProductTaken = "product-taken" of "google_product_id";
    /// Too long, empty, or with line breaks.
    TitleRu = "title" of "title_ru";
    /// The same.
    TitleEn = "title" of "title_en";
    /// The same.
    DescriptionRu = "description" of "description_ru";
    /// The same.
    DescriptionEn = "description" of "description_en";
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name => f.write_str("a plan's name is 1 to 40 characters of a-z, 0-9, _ and -"),
            Self::UsageLimit => f.write_str("the usage limit cannot be negative"),
            Self::Price => write!(f, "a price is 1 to {MOST_STARS} Stars"),
            Self::FreePrice => f.write_str("the free plan has no price"),
            Self::LongestAnswer => f.write_str("the longest answer has at least one token"),
            Self::Model | Self::Provider | Self::Product => {
                f.write_str("a model, a provider and a product have a name")
            }
            Self::ProductTaken => f.write_str("another plan has this product of Google Play"),
            Self::TitleRu | Self::TitleEn | Self::DescriptionRu | Self::DescriptionEn => {
                write!(f, "a title has 1 to {LONGEST_TITLE} characters, a description {LONGEST_DESCRIPTION}")
            }
        }
    }
}

/// Whether a plan can be called this.
pub fn check_name(name: &str) -> bool {
    let is_ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_ok)
}

/// What the plan cannot be, its name apart.
pub fn check(plan: &Plan) -> Vec<Fault> {
    let nameless = |name: &String| name.trim().is_empty();
    let unfit = |text: &Option<String>, most: usize| {
        let fits = |text: &String| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        text.as_ref().is_some_and(|text| !fits(text))
    };
    let mut providers = plan.providers.iter().flat_map(|names| names.split(','));
    let found = [
        (plan.usage_limit < 0, Fault::UsageLimit),
        (plan.price_stars.is_some_and(|price| !(1..=MOST_STARS).contains(&price)), Fault::Price),
        (plan.name == FREE && plan.price_stars.is_some(), Fault::FreePrice),
        (plan.max_answer_tokens.is_some_and(|most| most < 1), Fault::LongestAnswer),
        (plan.model.as_ref().is_some_and(nameless), Fault::Model),
        (providers.any(|name| name.trim().is_empty()), Fault::Provider),
        (plan.google_product_id.as_ref().is_some_and(nameless), Fault::Product),
        (unfit(&plan.title_ru, LONGEST_TITLE), Fault::TitleRu),
        (unfit(&plan.title_en, LONGEST_TITLE), Fault::TitleEn),
        (unfit(&plan.description_ru, LONGEST_DESCRIPTION), Fault::DescriptionRu),
        (unfit(&plan.description_en, LONGEST_DESCRIPTION), Fault::DescriptionEn),
    ];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, fault)| fault).collect()
}
