package app.beseda.client

import java.io.IOException
import java.time.Instant
import org.json.JSONException
import org.json.JSONObject

/**
 * A refusal or failure that the service tells (RFC 9457). Network failures are other [IOException]s, so that whoever
 * needs no difference catches one class.
 */
class Problem(
    /** What it is; stable, unlike the words. */
    val type: ProblemType,
    /** The type as the service wrote it, also one that this library does not know. */
    val typeName: String,
    /** In words, in English, for developers rather than people. */
    val title: String,
    /** The HTTP status; in a stream, that which the response would have had. */
    val status: Int,
    val detail: String? = null,
    /** Which values were refused, by field. */
    val errors: List<FieldError> = emptyList(),
    /** After how many seconds trying again makes sense. */
    val retryAfter: Long? = null,
    /** When a spent quota renews. */
    val renewsAt: Instant? = null,
    /** The person's message that was kept although it has no answer: it can be regenerated. */
    val messageId: String? = null,
    val turnId: String? = null,
    val planName: String? = null,
    /** Whether the service said so; else it is what the status alone tells, and may be of something in between. */
    internal val isTold: Boolean = true,
) : IOException(if (detail == null) "$typeName ($status): $title" else "$typeName ($status): $title: $detail") {

    /** Whether the same request may succeed a little later by itself. */
    val passes: Boolean get() = type.passes

    /** A value that was refused. */
    data class FieldError(val field: String, val message: String)

    companion object {
        internal fun of(json: JSONObject, retryAfterHeader: Long? = null): Problem {
            val name = json.getString("type")
            return Problem(
                type = ProblemType.of(name),
                typeName = name,
                title = json.getString("title"),
                status = json.getInt("status"),
                detail = json.textOrNull("detail"),
                errors = json.list("errors") { FieldError(it.getString("field"), it.getString("message")) },
                retryAfter = json.longOrNull("retry_after") ?: retryAfterHeader,
                renewsAt = json.timeOrNull("renews_at"),
                messageId = json.textOrNull("message_id"),
                turnId = json.textOrNull("turn_id"),
                planName = json.textOrNull("plan_name"),
            )
        }

        /** Of a response's body; what stands in between, a proxy for example, may tell failures in any form. */
        internal fun of(status: Int, kind: String?, body: String, retryAfter: String?): Problem {
            val seconds = retryAfter?.trim()?.toLongOrNull()
            if (kind != null && kind.contains("json")) {
                try {
                    return of(JSONObject(body), seconds)
                } catch (_: JSONException) {
                    // Not one of the service's.
                }
            }
            val type = when {
                status == 401 -> ProblemType.UNAUTHORIZED
                status == 429 -> ProblemType.TOO_MANY_REQUESTS
                status >= 500 -> ProblemType.UNAVAILABLE
                else -> ProblemType.UNKNOWN
            }
            return Problem(type, type.text, "HTTP $status without a problem document", status, retryAfter = seconds, isTold = false)
        }
    }
}

/** The service's catalogue of problems; a type never changes its meaning. */
enum class ProblemType(
    /** As it stands in JSON. */
    val text: String,
    /** Whether it passes by itself. */
    val passes: Boolean = false,
) {
    BAD_REQUEST("bad-request"),
    INVALID_CURSOR("invalid-cursor"),
    /** The access token is refused, and could not be refreshed: this device is signed out. */
    UNAUTHORIZED("unauthorized"),
    /** Two hold this device's refresh token: the device is signed out. */
    TOKEN_REUSED("token-reused"),
    QUOTA_EXCEEDED("quota-exceeded"),
    BLOCKED("blocked"),
    NOT_FOUND("not-found"),
    METHOD_NOT_ALLOWED("method-not-allowed"),
    NOT_ACCEPTABLE("not-acceptable"),
    SESSION_ENDED("session-ended"),
    /** The answer was stopped before its first word. */
    STOPPED("stopped"),
    PLAN_UNAVAILABLE("plan-unavailable"),
    RENEWAL_ELSEWHERE("renewal-elsewhere"),
    TELEGRAM_NOT_JOINED("telegram-not-joined"),
    TELEGRAM_OFF("telegram-off"),
    PUSH_OFF("push-off"),
    GOOGLE_PLAY_OFF("google-play-off"),
    GOOGLE_OFF("google-off"),
    GOOGLE_TAKEN("google-taken"),
    SIGN_IN_USED("sign-in-used"),
    /** The two accounts can't be made one. */
    ACCOUNTS_APART("accounts-apart"),
    PURCHASE_TAKEN("purchase-taken"),
    LAST_OWNER("last-owner"),
    TOO_LARGE("too-large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type"),
    INVALID("invalid"),
    PURCHASE_INVALID("purchase-invalid"),
    SIGN_IN_INVALID("sign-in-invalid"),
    IDEMPOTENCY_KEY_REUSED("idempotency-key-reused"),
    TOO_MANY_REQUESTS("too-many-requests", passes = true),
    TOO_MANY_WAITING("too-many-waiting", passes = true),
    INTERNAL("internal", passes = true),
    /** No model gave an answer. The message is kept: regenerate. */
    MODEL_FAILED("model-failed"),
    MODELS_RESTING("models-resting"),
    INTERRUPTED("interrupted"),
    PROVIDER_UNAVAILABLE("provider-unavailable", passes = true),
    SIGN_IN_UNAVAILABLE("sign-in-unavailable", passes = true),
    OVERLOADED("overloaded", passes = true),
    SHUTTING_DOWN("shutting-down", passes = true),
    UNAVAILABLE("unavailable", passes = true),
    MODEL_TIMEOUT("model-timeout"),
    /** One that is newer than this library: see [Problem.typeName]. */
    UNKNOWN("unknown"),
    ;

    companion object {
        internal fun of(name: String): ProblemType = entries.firstOrNull { it.text == name } ?: UNKNOWN
    }
}
