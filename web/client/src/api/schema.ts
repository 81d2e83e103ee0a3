// Made from the OpenAPI document by scripts/types.mjs. Not to be edited.

export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alive */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description The database answers, has this program's schema, and the service is not stopping.
         */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/google": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with Google
         * @description Without a token: signs the device in to the account that the account at Google is linked to, or to a new one (201).
         *     Each ID token signs one device in: `sign-in-used`.
         *
         *     With a token: links the account at Google to the caller's. If it is linked to another, the answer is `google-taken`;
         *     sent again with `keep`, the two become one: both histories, both usages, the better plan. `this` keeps the id and
         *     the profile of the caller's account, `other` those of the other one; every device of both stays signed in.
         */
        post: operations["sign_in_with_google"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign this device out */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one can sign in */
        get: operations["list_sign_in_methods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token
         * @description Each is exchanged once, within a short grace once more (its answer may have been lost). Any other use of an exchanged
         *     token signs the device out: `token-reused`.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/telegram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in from the Mini App
         * @description Signs the device in to the account of the person who has opened the Mini App in Telegram; whoever has none gets one,
         *     as by /start in the bot. What Telegram hands the page signs one device in, within an hour of the page's opening: when
         *     the page is loaded again it goes on with its tokens, as the second time the answer is `sign-in-used`.
         */
        post: operations["sign_in_with_telegram"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller */
        get: operations["me"];
        put?: never;
        post?: never;
        /**
         * Erase the account
         * @description Running answers are stopped, and everything the service holds on the person is gone: dialogues, journal, usage.
         */
        delete: operations["erase"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices that are signed in */
        get: operations["list_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign a device out */
        delete: operations["revoke_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description Everything the service holds on the person, as one JSON document, streamed.
         */
        get: operations["export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/google": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account at Google */
        get: operations["show_google_link"];
        put?: never;
        post?: never;
        /**
         * Unlink the account at Google
         * @description It signs nobody in to this account any more. Devices that are signed in stay so.
         */
        delete: operations["unlink_google"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Buy for Telegram Stars
         * @description Makes an invoice for a plan. The plan begins when it is paid. Nobody buys what they have, or what is less than what
         *     they have (`plan-unavailable`).
         */
        post: operations["create_invoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The payments
         * @description Everything that was heard of the caller's purchases: charges, refunds, renewals turned off and on. Newest first.
         */
        get: operations["list_payments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set the profile */
        put: operations["set_profile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/purchases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Credit a purchase in Google Play
         * @description Google is asked about it, and it is acknowledged; whoever sends it again gets the same answer. Renewals and changes
         *     are heard of by themselves. Set `obfuscatedAccountId` to the account's id when buying: then it is credited even if
         *     this call never comes.
         */
        post: operations["create_purchase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/push-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell this browser
         * @description Tells the browser of the calling device of each answer that nobody was reading when it was finished. The message,
         *     encrypted for it, is `{"session_id", "message_id"}`; `message_id` is the person's. A device has one subscription:
         *     another one takes its place. It ends with the device's being signed out, and when the push service says so.
         */
        post: operations["create_push_subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/push-subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Tell it no more */
        delete: operations["delete_push_subscription"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/subscription": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The subscription
         * @description As it counts now; a period that has ended is rolled over first.
         */
        get: operations["get_subscription"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Turn the renewal off or on
         * @description What was paid for stays until `end_date` in any case. What a provider renews is told it; a renewal that was turned off
         *     at the provider can only be turned on there (`renewal-elsewhere`). Free renews itself whatever this says.
         */
        patch: operations["change_subscription"];
        trace?: never;
    };
    "/v1/me/telegram-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A link for Telegram
         * @description Whoever opens it in Telegram and agrees joins their Telegram account with the caller's: one account, with both
         *     histories and the better plan. This account's id, profile and tokens stay. The link can be used once, within 15
         *     minutes, and replaces those made before it.
         */
        post: operations["create_telegram_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage by day
         * @description Of at most 366 days. A turn counts on the day on which it was accepted.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer again
         * @description Another try at a message, also after a failure; answered in the same three ways as a send. Every version is kept, the
         *     newest counts.
         */
        post: operations["regenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report an answer
         * @description Tells those who run the service that an answer is wrong or harmful. `id` is the AI's message, or the person's message
         *     whose newest answer is meant. An answer is reported once: again, the report is changed.
         */
        post: operations["report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop the answer
         * @description Answers once it is settled; the text so far is kept. One that is over stays as it is.
         */
        post: operations["stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The answer's stream
         * @description Replays from `Last-Event-ID`, then goes on live; after the end, from the database. `id` is the person's message.
         *     The events are those of sending. 204 when the reader has the end.
         */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The plans
         * @description What everybody has, and what can be bought: the least first.
         */
        get: operations["list_plans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key for subscribing */
        get: operations["get_push_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The dialogues
         * @description The latest active first.
         */
        get: operations["list_sessions"];
        put?: never;
        /** Begin a dialogue */
        post: operations["create_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A dialogue */
        get: operations["show_session"];
        put?: never;
        post?: never;
        /**
         * Delete a dialogue
         * @description With its messages and their journal; a running answer is stopped first. Usage stays counted.
         */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        /** Rename a dialogue */
        patch: operations["rename_session"];
        trace?: never;
    };
    "/v1/sessions/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a dialogue
         * @description It stays readable; writing to it gives 409 `session-ended`. An answer in progress goes on to its end.
         */
        post: operations["end_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The history
         * @description Newest first, every version of an answer included.
         */
        get: operations["list_messages"];
        put?: never;
        /**
         * Send a message
         * @description Three ways to get the answer: whole (`Accept: application/json`), streamed (`Accept: text/event-stream`), or later
         *     (`Prefer: respond-async`). The answer goes on whether anybody reads it or not. With an `Idempotency-Key` a repeated
         *     send is the same turn, answered and charged once.
         *
         *     Events of a stream: `accepted` {message_id, turn_id}; `delta` {text}, whose id is the length of the answer so far in
         *     Unicode scalar values; then `done` {ai_message, subscription} or `error` {problem}, both with the id `end`.
         */
        post: operations["send_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * First contact
         * @description Creates an account of the front's model and signs the device in. The account has the free plan.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description That a message was accepted, and where its answer is. */
        Accepted: {
            /**
             * Format: uuid
             * @description The person's message.
             */
            message_id: string;
            /** @description Where the answer streams, and can be resumed. */
            stream_url: string;
            /**
             * Format: uuid
             * @description The turn that answers it.
             */
            turn_id: string;
        };
        /** @description The message was accepted. */
        AcceptedEvent: {
            /**
             * Format: uuid
             * @description The person's message.
             */
            message_id: string;
            /**
             * Format: uuid
             * @description The turn that answers it.
             */
            turn_id: string;
        };
        /** @description A message and its answer. */
        Answered: {
            /** @description What was answered. */
            ai_message: components["schemas"]["Message"];
            subscription?: components["schemas"]["Subscription"] | null;
            /** @description What the person wrote. */
            user_message: components["schemas"]["Message"];
        };
        /**
         * @description What is wrong with an answer.
         * @enum {string}
         */
        Category: "harmful" | "sexual" | "hateful" | "wrong" | "other";
        /**
         * @description The door through which a dialogue or a turn came.
         * @enum {string}
         */
        Channel: "api" | "telegram";
        /** @description Who the AI is in a dialogue. */
        Companion: {
            /**
             * Format: int32
             * @description Its age in years.
             */
            age?: number | null;
            gender?: components["schemas"]["Gender"] | null;
            /**
             * @description Its name.
             * @example Беседа
             */
            name: string;
        };
        /** @description More of the answer. */
        DeltaEvent: {
            /** @description The piece. */
            text: string;
        };
        /** @description A device that is signed in. */
        Device: {
            /**
             * Format: date-time
             * @description When it signed in.
             */
            created_at: string;
            /** @description Whether this call comes from it. */
            current: boolean;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it last asked for tokens.
             */
            last_seen_at: string;
            /** @description What the person calls it. */
            name?: string | null;
        };
        /** @description The answer is over. */
        DoneEvent: {
            /** @description The whole answer: the truth, whatever was joined from the pieces. */
            ai_message: components["schemas"]["Message"];
            subscription?: components["schemas"]["Subscription"] | null;
        };
        /** @description There is no answer. */
        ErrorEvent: {
            /** @description Why. */
            problem: components["schemas"]["Problem"];
        };
        /**
         * @description The kinds of event. `done` and `error` are the last of a stream.
         * @enum {string}
         */
        EventName: "accepted" | "delta" | "done" | "error";
        /** @description A value that was refused. */
        FieldError: {
            /** @description The member of the body, or the parameter. */
            field: string;
            /** @description What is wrong with it. */
            message: string;
        };
        /**
         * @description Grammatical gender, as a person states it.
         * @enum {string}
         */
        Gender: "male" | "female" | "other";
        /** @description What an app needs to send somebody to Google (OpenID Connect Core 1.0, 3.2.2.1). */
        GoogleClient: {
            /**
             * @description Where to sign in.
             * @example https://accounts.google.com/o/oauth2/v2/auth
             */
            authorization_url: string;
            /**
             * @description The OAuth client of the web client; an Android app has one of its own.
             * @example 123-abc.apps.googleusercontent.com
             */
            client_id: string;
        };
        /** @description Whether the account is linked to one at Google. */
        GoogleLink: {
            /**
             * Format: date-time
             * @description When it was linked; null: it is not.
             */
            linked_at?: string | null;
        };
        /** @description What Google says of somebody. */
        GoogleSignIn: {
            /**
             * @description What to call this device in the list of devices.
             * @example Pixel 9
             */
            device_name?: string | null;
            /** @description The ID token, as Google gave it. */
            id_token: string;
            keep?: components["schemas"]["Keep"] | null;
            /**
             * @description Preferred language of a new account, a BCP 47 tag.
             * @example ru
             */
            language?: string | null;
            /** @description What was given to Google with the request, and stands in the token: new for each. */
            nonce: string;
        };
        /** @description An invoice. */
        Invoice: {
            /**
             * Format: date-time
             * @description Until when it can be paid.
             */
            expires_at: string;
            /** @description The plan. */
            plan_name: string;
            /**
             * Format: int64
             * @description Its price in Telegram Stars.
             */
            price_stars: number;
            /** @description Whether Telegram charges as much every 30 days. */
            recurring: boolean;
            /**
             * @description Telegram opens it; a Mini App passes it to `openInvoice`. Only the caller's own Telegram account can pay it.
             * @example https://t.me/$AbCdEf
             */
            url: string;
        };
        /**
         * @description Which account's id, tokens and profile stay when two become one.
         * @enum {string}
         */
        Keep: "this" | "other";
        /**
         * @description How near a limit is.
         * @enum {string}
         */
        LimitState: "open" | "near" | "reached";
        /** @description A message. */
        Message: {
            /**
             * Format: uuid
             * @description The message that it answers.
             */
            answers_id?: string | null;
            /**
             * Format: date-time
             * @description When it was sent, or the answer finished.
             */
            created_at: string;
            /** @description Why an answer ended: `stop`, `length`, `content_filter`, `stopped`, `interrupted`, or the provider's own word. */
            finish_reason?: string | null;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description The text. */
            message_text: string;
            /** @description Who speaks. */
            sender: components["schemas"]["Sender"];
            /**
             * Format: uuid
             * @description The dialogue.
             */
            session_id: string;
            /** @description Whether it is whole: a stopped or cut off answer is `partial`. */
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description Tokens used to make the answer; null for the person's messages.
             */
            token_usage?: number | null;
            /**
             * Format: uuid
             * @description The turn that brought it.
             */
            turn_id: string;
        };
        /** @description A plan to be paid for in Telegram. */
        NewInvoice: {
            /**
             * @description The plan.
             * @example premium
             */
            plan_name: string;
        };
        /** @description A message. */
        NewMessage: {
            /**
             * @description The text, not blank, without U+0000; at most as many characters as the service's limit (default 32,000).
             * @example Привет! Что посмотреть в Казани за один день?
             */
            message_text: string;
        };
        /** @description A purchase in Google Play, as the app was told of it. */
        NewPurchase: {
            /**
             * @description The id of the subscription in the Play Console, `Purchase.getProducts()`.
             * @example premium_monthly
             */
            product_id: string;
            /** @description `Purchase.getPurchaseToken()` */
            purchase_token: string;
        };
        /** @description A browser's subscription, as `PushSubscription.toJSON()` gives it. */
        NewPushSubscription: {
            /**
             * @description Where its push service takes messages: https, in the internet.
             * @example https://updates.push.services.mozilla.com/wpush/v2/gAAAAABl
             */
            endpoint: string;
            /** @description For whom messages are encrypted. */
            keys: components["schemas"]["PushKeys"];
        };
        /** @description A new dialogue. */
        NewSession: {
            companion?: components["schemas"]["PersonModel"] | null;
            /**
             * @description Absent: the first words of the first message.
             * @example Поездка в Казань
             */
            title?: string | null;
        };
        /** @description A page of a list. */
        Page_Message: {
            /** @description The rows. */
            items: {
                /**
                 * Format: uuid
                 * @description The message that it answers.
                 */
                answers_id?: string | null;
                /**
                 * Format: date-time
                 * @description When it was sent, or the answer finished.
                 */
                created_at: string;
                /** @description Why an answer ended: `stop`, `length`, `content_filter`, `stopped`, `interrupted`, or the provider's own word. */
                finish_reason?: string | null;
                /**
                 * Format: uuid
                 * @description Id.
                 */
                id: string;
                /** @description The text. */
                message_text: string;
                /** @description Who speaks. */
                sender: components["schemas"]["Sender"];
                /**
                 * Format: uuid
                 * @description The dialogue.
                 */
                session_id: string;
                /** @description Whether it is whole: a stopped or cut off answer is `partial`. */
                status: components["schemas"]["Status"];
                /**
                 * Format: int64
                 * @description Tokens used to make the answer; null for the person's messages.
                 */
                token_usage?: number | null;
                /**
                 * Format: uuid
                 * @description The turn that brought it.
                 */
                turn_id: string;
            }[];
            /** @description The cursor of the next page, for `before`; null at the end. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page_Payment: {
            /** @description The rows. */
            items: {
                /**
                 * @description How much, a decimal number.
                 * @example 500
                 */
                amount?: string | null;
                /** @description The provider's id of the charge. */
                charge_id?: string | null;
                /**
                 * @description ISO 4217, or XTR for Telegram Stars.
                 * @example XTR
                 */
                currency?: string | null;
                /**
                 * Format: uuid
                 * @description Id.
                 */
                id: string;
                /** @description What happened. */
                kind: components["schemas"]["PaymentKind"];
                /**
                 * Format: date-time
                 * @description When it happened.
                 */
                occurred_at: string;
                /**
                 * Format: date-time
                 * @description Until when it is paid for, where the provider says so.
                 */
                paid_until?: string | null;
                /** @description Who is paid. */
                provider: components["schemas"]["Provider"];
                /**
                 * Format: uuid
                 * @description The purchase: what belongs together.
                 */
                purchase_id: string;
            }[];
            /** @description The cursor of the next page, for `before`; null at the end. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Page_Session: {
            /** @description The rows. */
            items: {
                /** @description Where it began. */
                channel: components["schemas"]["Channel"];
                companion?: components["schemas"]["Companion"] | null;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                ended_at?: string | null;
                /**
                 * Format: uuid
                 * @description Id.
                 */
                id: string;
                /** @description Whether it can be written to. */
                is_active: boolean;
                /**
                 * Format: date-time
                 * @description When it was last written to.
                 */
                last_activity_at: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                started_at: string;
                /** @description Set by the person, else the first words. */
                title?: string | null;
            }[];
            /** @description The cursor of the next page, for `before`; null at the end. */
            next?: string | null;
        };
        /** @description Something that was heard of a purchase. */
        Payment: {
            /**
             * @description How much, a decimal number.
             * @example 500
             */
            amount?: string | null;
            /** @description The provider's id of the charge. */
            charge_id?: string | null;
            /**
             * @description ISO 4217, or XTR for Telegram Stars.
             * @example XTR
             */
            currency?: string | null;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description What happened. */
            kind: components["schemas"]["PaymentKind"];
            /**
             * Format: date-time
             * @description When it happened.
             */
            occurred_at: string;
            /**
             * Format: date-time
             * @description Until when it is paid for, where the provider says so.
             */
            paid_until?: string | null;
            /** @description Who is paid. */
            provider: components["schemas"]["Provider"];
            /**
             * Format: uuid
             * @description The purchase: what belongs together.
             */
            purchase_id: string;
        };
        /**
         * @description What happened.
         * @enum {string}
         */
        PaymentKind: "paid" | "refunded" | "canceled" | "resumed" | "failed" | "observed" | "extended" | "revoked";
        /**
         * @description How long a granted period lasts.
         * @enum {string}
         */
        Period: "day" | "week" | "month" | "year" | "none";
        /** @description The front's model: {name, gender, age}. */
        PersonModel: {
            /**
             * Format: int64
             * @description Years, 1 to 120. Absent or null: not stated.
             * @example 27
             */
            age?: number | null;
            gender?: components["schemas"]["Gender"] | null;
            /**
             * @description 1 to 64 characters of any script, without control characters.
             * @example Анна
             */
            name: string;
        };
        /** @description A plan. */
        Plan: {
            /** @description Whether a new subscription renews itself. */
            auto_renew: boolean;
            /** @description What it gives. */
            description: components["schemas"]["Texts"];
            /** @description Its id in the Play Console; null is not for sale there. */
            google_product_id?: string | null;
            /**
             * Format: int64
             * @description The longest answer, in tokens; null is the service's.
             */
            max_answer_tokens?: number | null;
            /** @description How long a period is. What a provider sells lasts as long as the provider says: in Stars a month is 30 days. */
            period: components["schemas"]["Period"];
            /**
             * @description Its name.
             * @example free
             */
            plan_name: string;
            /**
             * Format: int64
             * @description Price in Telegram Stars; null is not for sale there.
             */
            price_stars?: number | null;
            /** @description What people read as its name. */
            title: components["schemas"]["Texts"];
            /** @description What the limit counts. */
            unit: components["schemas"]["Unit"];
            /**
             * Format: int64
             * @description How much a period allows.
             */
            usage_limit: number;
        };
        /** @description What went wrong, in a form that programs and people can read. */
        Problem: {
            /** @description What exactly went wrong. */
            detail?: string | null;
            /** @description Each value that was refused. */
            errors?: components["schemas"]["FieldError"][];
            /**
             * Format: uuid
             * @description The message that was kept although there is no answer: it can be answered again.
             */
            message_id?: string | null;
            /** @description `quota-exceeded`: the plan that is spent. */
            plan_name?: string | null;
            /**
             * Format: date-time
             * @description `quota-exceeded`: when the next period begins; null when none does.
             */
            renews_at?: string | null;
            /**
             * Format: int64
             * @description Seconds to wait, as in `Retry-After`.
             */
            retry_after?: number | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description A short text for developers. */
            title: string;
            /**
             * Format: uuid
             * @description The turn that gave no answer.
             */
            turn_id?: string | null;
            /**
             * @description The stable type: see the documentation's list.
             * @example quota-exceeded
             */
            type: string;
        };
        /** @description The profile: the front's model, and what may be left out. */
        ProfileModel: {
            /**
             * Format: int64
             * @description Years, 1 to 120. Absent or null: cleared.
             * @example 27
             */
            age?: number | null;
            companion?: components["schemas"]["PersonModel"] | null;
            gender?: components["schemas"]["Gender"] | null;
            /**
             * @description Preferred language, a BCP 47 tag. Absent: as it was; null: cleared.
             * @example ru
             */
            language?: string | null;
            /**
             * @description 1 to 64 characters of any script, without control characters.
             * @example Анна
             */
            name: string;
            /**
             * @description IANA time zone. Absent: as it was; null: cleared.
             * @example Europe/Moscow
             */
            time_zone?: string | null;
        };
        /**
         * @description Who is paid.
         * @enum {string}
         */
        Provider: "stars" | "google_play" | "grant";
        /** @description What became of it. */
        Purchased: {
            /**
             * @description `credited`; `pending` while the payment is on its way: it is credited when it arrives; `ended` when what it paid
             *     for is over.
             * @example credited
             */
            state: string;
            /** @description The subscription as it counts now. */
            subscription: components["schemas"]["Subscription"];
        };
        /** @description By what the service is known to push services. */
        PushKey: {
            /**
             * @description `applicationServerKey` of `PushManager.subscribe()`: a point of P-256 as base64url. When it is another than that of
             *     a subscription, the browser must subscribe anew.
             * @example BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8
             */
            public_key: string;
        };
        /** @description A browser's keys (RFC 8291), as base64url. */
        PushKeys: {
            /**
             * @description A secret, 16 bytes.
             * @example BTBZMqHH6r4Tts7J_aSIgg
             */
            auth: string;
            /**
             * @description Its public key, 65 bytes: a point of P-256.
             * @example BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4
             */
            p256dh: string;
        };
        /** @description A browser that is told. */
        PushSubscription: {
            /**
             * Format: date-time
             * @description When it was made, or last replaced.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description The device whose browser it is. It is told for as long as that is signed in.
             */
            device_id: string;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
        };
        /** @description A refresh token to exchange. */
        RefreshRequest: {
            /** @description The newest refresh token of the device. */
            refresh_token: string;
        };
        /** @description A new account, signed in. */
        Registered: {
            /** @description For calls: `Authorization: Bearer …`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds until the access token ends.
             */
            expires_in: number;
            /** @description For the next pair, at `POST /v1/auth/refresh`. */
            refresh_token: string;
            /** @description The person. */
            user: components["schemas"]["User"];
        };
        /** @description First contact. */
        Registration: {
            /**
             * Format: int64
             * @description Years, 1 to 120. Absent or null: not stated.
             * @example 27
             */
            age?: number | null;
            /**
             * @description What to call this device in the list of devices.
             * @example Pixel 9
             */
            device_name?: string | null;
            gender?: components["schemas"]["Gender"] | null;
            /**
             * @description Preferred language, a BCP 47 tag.
             * @example ru
             */
            language?: string | null;
            /**
             * @description 1 to 64 characters of any script, without control characters.
             * @example Анна
             */
            name: string;
        };
        /** @description A report of an answer. */
        Report: {
            /** @description What kind of thing is wrong. */
            category: string;
            /** @description More about it. */
            comment?: string | null;
            /**
             * Format: date-time
             * @description When it was first reported.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The AI's message.
             */
            message_id: string;
            /** @description What has become of it. */
            state: components["schemas"]["ReportState"];
        };
        /** @description What is wrong with an answer. */
        ReportModel: {
            /** @description What kind of thing is wrong. */
            category: components["schemas"]["Category"];
            /**
             * @description More about it, 1 to 2,000 characters without control characters other than line breaks and tabs. Absent or null:
             *     nothing, or what was said before.
             */
            comment?: string | null;
        };
        /**
         * @description What has become of a report.
         * @enum {string}
         */
        ReportState: "open" | "accepted" | "dismissed";
        /**
         * @description Who speaks.
         * @enum {string}
         */
        Sender: "user" | "ai";
        /** @description A dialogue. */
        Session: {
            /** @description Where it began. */
            channel: components["schemas"]["Channel"];
            companion?: components["schemas"]["Companion"] | null;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at?: string | null;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description Whether it can be written to. */
            is_active: boolean;
            /**
             * Format: date-time
             * @description When it was last written to.
             */
            last_activity_at: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
            /** @description Set by the person, else the first words. */
            title?: string | null;
        };
        /** @description A new title. */
        SessionChange: {
            /**
             * @description 1 to 200 characters; null gives the first words of the next message; absent: as it was.
             * @example Поездка в Казань
             */
            title?: string | null;
        };
        /** @description Somebody who is signed in, or whose account is linked. */
        SignedInPerson: {
            /**
             * @description For calls. This and the following are absent when the call was made with a token: that goes on, whichever
             *     account stayed.
             */
            access_token?: string | null;
            /**
             * Format: int64
             * @description Seconds until the access token ends.
             */
            expires_in?: number | null;
            /** @description For the next pair. */
            refresh_token?: string | null;
            /** @description The person. `name` is null when Google says none: then ask for it. */
            user: components["schemas"]["User"];
        };
        /** @description How people can sign in here, besides with a new account. */
        SignInMethods: {
            google?: components["schemas"]["GoogleClient"] | null;
            /** @description Whether a Telegram bot is connected, and with it the Mini App. */
            telegram: boolean;
        };
        /**
         * @description Where a turn is.
         * @enum {string}
         */
        State: "waiting" | "running" | "complete" | "stopped" | "interrupted" | "failed";
        /**
         * @description Whether a message is whole.
         * @enum {string}
         */
        Status: "complete" | "partial";
        /** @description A turn that was stopped. */
        StoppedTurn: {
            ai_message?: components["schemas"]["Message"] | null;
            /** @description How it ended: `stopped`, or otherwise if it was over before. */
            state: components["schemas"]["State"];
            subscription?: components["schemas"]["Subscription"] | null;
            /**
             * Format: uuid
             * @description The turn.
             */
            turn_id: string;
        };
        /** @description One event of an answer's stream, as OpenAPI describes it. */
        StreamEvent: {
            /**
             * @description JSON: AcceptedEvent, DeltaEvent, DoneEvent or ErrorEvent.
             * @example {"text":"Привет"}
             */
            data: string;
            /** @description What happened. */
            event: components["schemas"]["EventName"];
            /**
             * @description Where to resume, as `Last-Event-ID`: the length of the answer so far in Unicode scalar values, or `end`.
             * @example 12
             */
            id: string;
        };
        /** @description A person's subscription. */
        Subscription: {
            /** @description Whether the next period follows by itself. */
            auto_renew: boolean;
            /**
             * Format: date-time
             * @description End of the period; null never ends.
             */
            end_date?: string | null;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description Whether it is the one that counts. */
            is_active: boolean;
            /** @description How near the limit is: `near` from four fifths on. */
            limit_state: components["schemas"]["LimitState"];
            /** @description The plan that is wanted when this one ends. */
            next_plan?: string | null;
            /**
             * @description The plan.
             * @example free
             */
            plan_name: string;
            provider?: components["schemas"]["Provider"] | null;
            /**
             * Format: int64
             * @description What may still be used.
             */
            remaining: number;
            /**
             * Format: int64
             * @description Held back for running turns.
             */
            reserved: number;
            /**
             * Format: date-time
             * @description Start of the period.
             */
            start_date: string;
            /** @description What the limit counts. */
            unit: components["schemas"]["Unit"];
            /**
             * Format: int64
             * @description How much the period allows.
             */
            usage_limit: number;
            /**
             * Format: int64
             * @description Answered turns.
             */
            used_requests: number;
            /**
             * Format: int64
             * @description Tokens of answered turns.
             */
            used_tokens: number;
        };
        /** @description What is wished for the end of the period; what is absent stays as it is. */
        SubscriptionChange: {
            /** @description Whether the subscription is to go on. */
            auto_renew?: boolean | null;
            /**
             * @description The plan that is wanted when this one ends: the person is sent an offer of it then. Null: no longer any.
             * @example premium
             */
            next_plan?: string | null;
        };
        /** @description A link to be opened in Telegram. */
        TelegramLink: {
            /**
             * Format: date-time
             * @description Until when it can be used.
             */
            expires_at: string;
            /**
             * @description Opens the bot, which asks whether to join.
             * @example https://t.me/beseda_bot?start=link_2xg9k7mWc0Fq3tqJtE1Pq5WmZQF0p8dY4nR6uVbLhTs
             */
            url: string;
        };
        /** @description What Telegram handed a Mini App. */
        TelegramSignIn: {
            /**
             * @description What to call this device in the list of devices.
             * @example Telegram
             */
            device_name?: string | null;
            /**
             * @description `Telegram.WebApp.initData`, or `tgWebAppData` of the page's address, decoded once.
             * @example user=%7B%22id%22%3A5000000001%7D&auth_date=1772366400&hash=…
             */
            init_data: string;
        };
        /** @description A text in both languages; null where there is none. */
        Texts: {
            /** @description In English. */
            en?: string | null;
            /** @description In Russian. */
            ru?: string | null;
        };
        /** @description A new pair. */
        TokenPair: {
            /** @description For calls: `Authorization: Bearer …`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds until the access token ends.
             */
            expires_in: number;
            /** @description For the next pair; the old one is used up. */
            refresh_token: string;
        };
        /**
         * @description What a subscription's limit counts.
         * @enum {string}
         */
        Unit: "requests" | "tokens";
        /** @description What was used. */
        Usage: {
            /** @description Each day, those without use included. */
            days: components["schemas"]["UsedDay"][];
            /**
             * Format: date
             * @description The first day.
             */
            from: string;
            /**
             * Format: int64
             * @description Answered turns of all days.
             */
            requests_count: number;
            /**
             * Format: int64
             * @description Dialogues begun on all days.
             */
            session_count: number;
            /**
             * @description The IANA time zone whose days these are.
             * @example UTC
             */
            time_zone: string;
            /**
             * Format: date
             * @description The last day.
             */
            to: string;
            /**
             * Format: int64
             * @description Tokens of all days.
             */
            tokens_used: number;
        };
        /** @description A day. */
        UsedDay: {
            /**
             * Format: date
             * @description The day.
             */
            date: string;
            /**
             * Format: int64
             * @description Answered turns that were accepted on it.
             */
            requests_count: number;
            /**
             * Format: int64
             * @description Dialogues begun.
             */
            session_count: number;
            /**
             * Format: int64
             * @description Their tokens.
             */
            tokens_used: number;
        };
        /** @description A person. */
        User: {
            /**
             * Format: int32
             * @description Age in years, the years since it was stated included.
             * @example 27
             */
            age?: number | null;
            /**
             * Format: date-time
             * @description When the age was stated.
             */
            age_stated_at?: string | null;
            companion?: components["schemas"]["Companion"] | null;
            /**
             * Format: date-time
             * @description When the account was made.
             */
            created_at: string;
            /** @description Telegram's first name. */
            first_name?: string | null;
            gender?: components["schemas"]["Gender"] | null;
            /**
             * Format: uuid
             * @description Id.
             */
            id: string;
            /** @description Preferred language, a BCP 47 tag. */
            language?: string | null;
            /** @description Telegram's last name. */
            last_name?: string | null;
            /**
             * @description The name to be addressed by.
             * @example Анна
             */
            name?: string | null;
            /**
             * Format: int64
             * @description The joined Telegram account.
             */
            telegram_id?: number | null;
            /** @description IANA time zone. */
            time_zone?: string | null;
            /** @description Telegram's username. */
            username?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_with_google: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GoogleSignIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInPerson"];
                };
            };
            /** @description The account is new */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedInPerson"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `google-off`, `sign-in-used`, `google-taken`: say which to keep; `accounts-apart` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sign-in-invalid`: forged, for another client, expired, of another nonce; `invalid` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sign-in-unavailable`: Google's keys cannot be had; `overloaded`: an answer in progress could not be stopped; `unavailable` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sign_in_methods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInMethods"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPair"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`, `token-reused` */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in_with_telegram: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TelegramSignIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description The account is new */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `telegram-off`, `sign-in-used` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `sign-in-invalid`: forged, or expired; `invalid` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `last-owner` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_devices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"][];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_google_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GoogleLink"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlink_google: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invoice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvoice"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `plan-unavailable`, `telegram-not-joined`, `telegram-off` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `provider-unavailable` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_payments: {
        parameters: {
            query?: {
                /** @description The cursor `next` of the page before. */
                before?: string;
                /** @description How many rows, 1 to 100; 50 if absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Payment"];
                };
            };
            /** @description `invalid-cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    set_profile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProfileModel"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_purchase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPurchase"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Purchased"];
                };
            };
            /** @description The payment is on its way */
            202: {
                headers: {
                    /** @description Where the answer streams */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Purchased"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `purchase-taken`, `google-play-off` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `provider-unavailable` */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_push_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPushSubscription"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushSubscription"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `push-off` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_push_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubscriptionChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `renewal-elsewhere` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_telegram_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TelegramLink"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `telegram-off`: No Telegram bot is connected */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_usage: {
        parameters: {
            query?: {
                /**
                 * @description The first day, `YYYY-MM-DD`; 30 days up to the last if absent.
                 * @example 2026-11-01
                 */
                from?: string | null;
                /**
                 * @description The last day; today in the service's time zone if absent.
                 * @example 2026-11-30
                 */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    regenerate: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 128 visible ASCII characters */
                "Idempotency-Key"?: string | null;
                /** @description `respond-async`: 202 at once */
                Prefer?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answered"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where the answer streams */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `quota-exceeded` */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-acceptable`: Answers are application/json or text/event-stream */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `session-ended`; `stopped` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `model-failed` */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `model-timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportModel"];
            };
        };
        responses: {
            /** @description Reported before; the report is changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stop: {
        parameters: {
            query?: {
                /** @description An older turn of the message; absent, the newest. */
                turn?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoppedTurn"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: {
                /** @description As `Last-Event-ID`, which wins: the length in Unicode scalar values of what the reader has, or `end`. */
                after?: string;
                /** @description An older turn of the message; absent, the newest. */
                turn?: string;
            };
            header?: {
                /** @description The id of the last event */
                "Last-Event-ID"?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid-cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_plans: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"][];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_push_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushKey"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `push-off` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                /** @description The cursor `next` of the page before. */
                before?: string;
                /** @description How many rows, 1 to 100; 50 if absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session"];
                };
            };
            /** @description `invalid-cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSession"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rename_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_messages: {
        parameters: {
            query?: {
                /** @description The cursor `next` of the page before. */
                before?: string;
                /** @description How many rows, 1 to 100; 50 if absent. */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Message"];
                };
            };
            /** @description `invalid-cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 128 visible ASCII characters */
                "Idempotency-Key"?: string | null;
                /** @description `respond-async`: 202 at once */
                Prefer?: string | null;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description The answer as it comes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamEvent"];
                };
            };
            /** @description The whole answer; a stopped or cut off one has `status` `partial` */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answered"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    /** @description Where the answer streams */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthorized`: A valid access token is required; `token-reused`: The refresh token was used before: the device is signed out */
            401: {
                headers: {
                    /** @description `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `quota-exceeded`, with what renews when */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `blocked`: The account is blocked */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-acceptable`: Answers are application/json or text/event-stream */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `session-ended`; `stopped` before the first word */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `model-failed`: no answer; the message stays, and can be answered again */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `model-timeout` */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registered"];
                };
            };
            /** @description `bad-request`: The request cannot be read; `invalid-cursor`: The cursor is not one of ours */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: The body must be application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: A value is out of its range; `purchase-invalid`: Google Play knows no such purchase of that product; `sign-in-invalid`: What is shown proves nobody, or not any more; `idempotency-key-reused`: The idempotency key belongs to another request */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-requests`: Too many requests; `too-many-waiting`: Too many messages wait in this dialogue */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Something went wrong here */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `models-resting`: Every model provider rests after failures; `interrupted`: The service stopped before the first word of the answer; `provider-unavailable`: The payment provider does not answer; `sign-in-unavailable`: Google does not answer; `overloaded`: The service is at its limit; `shutting-down`: This node is stopping; `unavailable`: The database does not answer */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
