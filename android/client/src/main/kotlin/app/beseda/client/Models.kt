package app.beseda.client

import java.time.Instant
import java.time.LocalDate
import org.json.JSONObject

// What the service tells, under its own names (in Kotlin's spelling). Members that are newer than this library are
// passed over; words of enumerations are text, as newer services may have more of them.

/** Grammatical gender. */
enum class Gender(val text: String) {
    MALE("male"), FEMALE("female"), OTHER("other");

    internal companion object {
        fun of(text: String?): Gender? = entries.firstOrNull { it.text == text }
    }
}

/** Name, gender and age: of a person, or of the companion, who the AI is in a dialogue. */
data class Person(
    val name: String,
    /** Null: not stated. */
    val gender: Gender? = null,
    /** In years, 1 to 120. Null: not stated. */
    val age: Int? = null,
) {
    internal fun toJson(): JSONObject = json("name" to name, "gender" to gender?.text, "age" to age)

    internal companion object {
        fun of(json: JSONObject) = Person(json.getString("name"), Gender.of(json.textOrNull("gender")), json.intOrNull("age"))
    }
}

data class User(
    val id: String,
    val telegramId: Long?,
    val username: String?,
    val name: String?,
    val gender: Gender?,
    val age: Int?,
    val language: String?,
    val timeZone: String?,
    /** The default companion of new dialogues. Null: the service's. */
    val companion: Person?,
    val createdAt: Instant,
) {
    internal companion object {
        fun of(json: JSONObject) = User(
            id = json.getString("id"),
            telegramId = json.longOrNull("telegram_id"),
            username = json.textOrNull("username"),
            name = json.textOrNull("name"),
            gender = Gender.of(json.textOrNull("gender")),
            age = json.intOrNull("age"),
            language = json.textOrNull("language"),
            timeZone = json.textOrNull("time_zone"),
            companion = json.objectOrNull("companion", Person::of),
            createdAt = json.time("created_at"),
        )
    }
}

data class Device(val id: String, val name: String?, val createdAt: Instant, val lastSeenAt: Instant, val current: Boolean) {
    internal companion object {
        fun of(json: JSONObject) = Device(
            json.getString("id"), json.textOrNull("name"), json.time("created_at"), json.time("last_seen_at"), json.getBoolean("current"),
        )
    }
}

/** A dialogue. */
data class Session(
    val id: String,
    val title: String?,
    /** `api` or `telegram`. */
    val channel: String,
    val startedAt: Instant,
    val endedAt: Instant?,
    val isActive: Boolean,
    val lastActivityAt: Instant,
    val companion: Person?,
) {
    internal companion object {
        fun of(json: JSONObject) = Session(
            id = json.getString("id"),
            title = json.textOrNull("title"),
            channel = json.getString("channel"),
            startedAt = json.time("started_at"),
            endedAt = json.timeOrNull("ended_at"),
            isActive = json.getBoolean("is_active"),
            lastActivityAt = json.time("last_activity_at"),
            companion = json.objectOrNull("companion", Person::of),
        )
    }
}

data class Message(
    val id: String,
    val sessionId: String,
    /** `user` or `ai`. */
    val sender: String,
    val messageText: String,
    val createdAt: Instant,
    val tokenUsage: Long?,
    /** The turn it belongs to; each try at an answer is one. */
    val turnId: String,
    /** `complete`, or `partial` for an answer that was stopped or cut off. */
    val status: String,
    val finishReason: String?,
    /** The person's message that an answer answers. */
    val answersId: String?,
) {
    internal companion object {
        fun of(json: JSONObject) = Message(
            id = json.getString("id"),
            sessionId = json.getString("session_id"),
            sender = json.getString("sender"),
            messageText = json.getString("message_text"),
            createdAt = json.time("created_at"),
            tokenUsage = json.longOrNull("token_usage"),
            turnId = json.getString("turn_id"),
            status = json.getString("status"),
            finishReason = json.textOrNull("finish_reason"),
            answersId = json.textOrNull("answers_id"),
        )
    }
}

/** A piece of a list, newest first. */
data class Page<T>(
    val items: List<T>,
    /** The cursor of what comes after, to be passed as `before`; null: nothing does. */
    val next: String?,
) {
    internal companion object {
        fun <T> of(json: JSONObject, read: (JSONObject) -> T) = Page(json.list("items", read), json.textOrNull("next"))
    }
}

data class Subscription(
    val id: String,
    val planName: String,
    val isActive: Boolean,
    val startDate: Instant,
    val endDate: Instant?,
    /** Of the limit: `requests` or `tokens`. */
    val unit: String,
    val usageLimit: Long,
    val usedRequests: Long,
    val usedTokens: Long,
    /** What answers on their way hold of the limit. */
    val reserved: Long,
    val remaining: Long,
    /** `open`, `near` or `reached`. */
    val limitState: String,
    val autoRenew: Boolean,
    /** Who sold it; null: nobody, as with free. */
    val provider: String?,
    val nextPlan: String?,
) {
    internal companion object {
        fun of(json: JSONObject) = Subscription(
            id = json.getString("id"),
            planName = json.getString("plan_name"),
            isActive = json.getBoolean("is_active"),
            startDate = json.time("start_date"),
            endDate = json.timeOrNull("end_date"),
            unit = json.getString("unit"),
            usageLimit = json.getLong("usage_limit"),
            usedRequests = json.getLong("used_requests"),
            usedTokens = json.getLong("used_tokens"),
            reserved = json.getLong("reserved"),
            remaining = json.getLong("remaining"),
            limitState = json.getString("limit_state"),
            autoRenew = json.getBoolean("auto_renew"),
            provider = json.textOrNull("provider"),
            nextPlan = json.textOrNull("next_plan"),
        )
    }
}

data class Plan(
    val planName: String,
    /** By language, `ru` and `en`, as far as the service has them. */
    val title: Map<String, String>,
    val description: Map<String, String>,
    val unit: String,
    val usageLimit: Long,
    /** `day`, `week`, `month`, `year` or `none`. */
    val period: String,
    /** Null: not sold for Telegram's Stars. */
    val priceStars: Long?,
    /** Null: not sold in Google Play. */
    val googleProductId: String?,
    val autoRenew: Boolean,
) {
    internal companion object {
        fun of(json: JSONObject) = Plan(
            planName = json.getString("plan_name"),
            title = texts(json.getJSONObject("title")),
            description = texts(json.getJSONObject("description")),
            unit = json.getString("unit"),
            usageLimit = json.getLong("usage_limit"),
            period = json.getString("period"),
            priceStars = json.longOrNull("price_stars"),
            googleProductId = json.textOrNull("google_product_id"),
            autoRenew = json.getBoolean("auto_renew"),
        )

        private fun texts(json: JSONObject): Map<String, String> =
            json.keys().asSequence().mapNotNull { language -> json.textOrNull(language)?.let { language to it } }.toMap()
    }
}

/** What was used, by day of the service's time zone; days of nothing are there, too. */
data class Usage(
    val from: LocalDate,
    val to: LocalDate,
    val timeZone: String,
    val requestsCount: Long,
    val tokensUsed: Long,
    val sessionCount: Long,
    val days: List<Day>,
) {
    data class Day(val date: LocalDate, val requestsCount: Long, val tokensUsed: Long, val sessionCount: Long)

    internal companion object {
        fun of(json: JSONObject) = Usage(
            from = json.day("from"),
            to = json.day("to"),
            timeZone = json.getString("time_zone"),
            requestsCount = json.getLong("requests_count"),
            tokensUsed = json.getLong("tokens_used"),
            sessionCount = json.getLong("session_count"),
            days = json.list("days") {
                Day(it.day("date"), it.getLong("requests_count"), it.getLong("tokens_used"), it.getLong("session_count"))
            },
        )
    }
}

/** A link that joins this account with a Telegram one; works once. */
data class TelegramLink(val url: String, val expiresAt: Instant) {
    internal companion object {
        fun of(json: JSONObject) = TelegramLink(json.getString("url"), json.time("expires_at"))
    }
}

/** How one can sign in. */
data class SignInMethods(
    /** Whether a Telegram bot is connected. */
    val telegram: Boolean,
    /** The OAuth client of the web client; an app has one of its own. Null: nobody signs in with Google here. */
    val googleClientId: String?,
) {
    internal companion object {
        fun of(json: JSONObject) =
            SignInMethods(json.getBoolean("telegram"), json.objectOrNull("google") { it.getString("client_id") })
    }
}

/** Which of two accounts stays when they become one. */
enum class Keep(val text: String) {
    THIS("this"), OTHER("other")
}

/** To be opened in Telegram. */
data class Invoice(
    val url: String,
    val planName: String,
    val priceStars: Long,
    /** Whether Telegram charges as much every 30 days. */
    val recurring: Boolean,
    val expiresAt: Instant,
) {
    internal companion object {
        fun of(json: JSONObject) = Invoice(
            url = json.getString("url"),
            planName = json.getString("plan_name"),
            priceStars = json.getLong("price_stars"),
            recurring = json.getBoolean("recurring"),
            expiresAt = json.time("expires_at"),
        )
    }
}

/** What happened to a purchase. */
data class Payment(
    val id: String,
    /** What belongs together. */
    val purchaseId: String,
    /** `stars`, `google_play` or `grant`. */
    val provider: String,
    /** `paid`, `refunded`, `canceled`, `resumed`, `failed`, `observed`, `extended` or `revoked`. */
    val kind: String,
    val chargeId: String?,
    /** A decimal number. */
    val amount: String?,
    /** ISO 4217, or XTR for Telegram Stars. */
    val currency: String?,
    val occurredAt: Instant,
    /** Until when it is paid for, where the provider says so. */
    val paidUntil: Instant?,
) {
    internal companion object {
        fun of(json: JSONObject) = Payment(
            id = json.getString("id"),
            purchaseId = json.getString("purchase_id"),
            provider = json.getString("provider"),
            kind = json.getString("kind"),
            chargeId = json.textOrNull("charge_id"),
            amount = json.textOrNull("amount"),
            currency = json.textOrNull("currency"),
            occurredAt = json.time("occurred_at"),
            paidUntil = json.timeOrNull("paid_until"),
        )
    }
}

/** What the service made of a purchase in Google Play. */
data class Purchased(
    /** `active`, or `pending` while the money is on its way. */
    val state: String,
    val subscription: Subscription,
) {
    internal companion object {
        fun of(json: JSONObject) = Purchased(json.getString("state"), Subscription.of(json.getJSONObject("subscription")))
    }
}

/** What people say is wrong with an answer. */
enum class ReportCategory(val text: String) {
    HARMFUL("harmful"), SEXUAL("sexual"), HATEFUL("hateful"), WRONG("wrong"), OTHER("other")
}

/** A message that was taken, whose answer can be followed. */
data class Accepted(
    /** The person's message. */
    val messageId: String,
    val turnId: String,
) {
    internal companion object {
        fun of(json: JSONObject) = Accepted(json.getString("message_id"), json.getString("turn_id"))
    }
}

/** An answer that has ended. A partial one is an answer, too: see [Message.status]. */
data class Answer(
    /** The truth: it replaces what a reader joined of deltas. */
    val message: Message,
    /** What is left, this answer counted; null when that is not known any more. */
    val subscription: Subscription?,
) {
    internal companion object {
        fun of(json: JSONObject) =
            Answer(Message.of(json.getJSONObject("ai_message")), json.objectOrNull("subscription", Subscription::of))
    }
}

/** How a turn stood when it was stopped. */
data class StoppedTurn(
    val turnId: String,
    /** `stopped`, or how it had ended before. */
    val state: String,
    /** The answer so far; null if there was no word of it. */
    val aiMessage: Message?,
    val subscription: Subscription?,
) {
    internal companion object {
        fun of(json: JSONObject) = StoppedTurn(
            json.getString("turn_id"),
            json.getString("state"),
            json.objectOrNull("ai_message", Message::of),
            json.objectOrNull("subscription", Subscription::of),
        )
    }
}
