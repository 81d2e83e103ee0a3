//! The catalogue of problems: everything that can go wrong for a caller, with its stable type (RFC 9457).

/// Declares the kinds of problem: variant, stable type, HTTP status, title.
macro_rules! problems {
    ($($(#[$meta:meta])* $variant:ident = $slug:literal, $status:literal, $title:literal;)+) => {
        /// A kind of problem. Its text is the `type` member of `application/problem+json`, which never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$meta])* #[doc = $title] $variant),+ }

        impl Kind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable type.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// A short text for developers.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// The kind with this stable type.
            pub fn from_slug(slug: &str) -> Option<Self> {
                match slug { $($slug => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

problems! {
    BadRequest = "bad-request", 400, "The request cannot be read";
    InvalidCursor = "invalid-cursor", 400, "The cursor is not one of ours";
    Unauthorized = "unauthorized", 401, "A valid access token is required";
    TokenReused = "token-reused", 401, "The refresh token was used before: the device is signed out";
    QuotaExceeded = "quota-exceeded", 402, "The plan's quota is spent";
    Blocked = "blocked", 403, "The account is blocked";
    NotFound = "not-found", 404, "There is no such thing here";
    MethodNotAllowed = "method-not-allowed", 405, "The path does not take this method";
    NotAcceptable = "not-acceptable", 406, "Answers are application/json or text/event-stream";
    SessionEnded = "session-ended", 409, "The dialogue has ended";
    Stopped = "stopped", 409, "The answer was stopped before its first word";
    PlanUnavailable = "plan-unavailable", 409, "The plan cannot be bought now";
    RenewalElsewhere = "renewal-elsewhere", 409, "The renewal can only be turned on where it was turned off";
    TelegramNotJoined = "telegram-not-joined", 409, "The account is not joined with Telegram";
    GooglePlayOff = "google-play-off", 409, "Nothing is sold in Google Play here";
    GoogleOff = "google-off", 409, "Nobody signs in with Google here";
    GoogleTaken = "google-taken", 409, "The account at Google is linked to another account: say which to keep";
    SignInUsed = "sign-in-used", 409, "A device was signed in by this before";
    AccountsApart = "accounts-apart", 409, "Both accounts have a Telegram account of their own";
    PurchaseTaken = "purchase-taken", 409, "The purchase belongs to another account";
    LastOwner = "last-owner", 409, "The last owner cannot be erased";
    TooLarge = "too-large", 413, "The body is too large";
    UnsupportedMediaType = "unsupported-media-type", 415, "The body must be application/json";
    Invalid = "invalid", 422, "A value is out of its range";
    PurchaseInvalid = "purchase-invalid", 422, "Google Play knows no such purchase of that product";
    SignInInvalid = "sign-in-invalid", 422, "What is shown proves nobody, or not any more";
    KeyReused = "idempotency-key-reused", 422, "The idempotency key belongs to another request";
    TooManyRequests = "too-many-requests", 429, "Too many requests";
    TooManyWaiting = "too-many-waiting", 429, "Too many messages wait in this dialogue";
    Internal = "internal", 500, "Something went wrong here";
    ModelFailed = "model-failed", 502, "The model gave no answer";
    ModelsResting = "models-resting", 503, "Every model provider rests after failures";
    Interrupted = "interrupted", 503, "The service stopped before the first word of the answer";
    ProviderUnavailable = "provider-unavailable", 503, "The payment provider does not answer";
    SignInUnavailable = "sign-in-unavailable", 503, "Google does not answer";
    Overloaded = "overloaded", 503, "The service is at its limit";
    PushOff = "push-off", 409, "Browsers are not told of answers here";
    TelegramOff = "telegram-off", 409, "No Telegram bot is connected";
    ShuttingDown = "shutting-down", 503, "This node is stopping";
    Unavailable = "unavailable", 503, "The database does not answer";
    ModelTimeout = "model-timeout", 504, "The model took too long";
}
