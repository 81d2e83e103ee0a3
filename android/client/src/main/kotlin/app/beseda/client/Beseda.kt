package app.beseda.client

import java.io.IOException
import java.io.OutputStream
import java.net.HttpURLConnection
import java.net.URL
import java.time.Instant
import java.time.LocalDate
import java.util.UUID
import org.json.JSONArray
import org.json.JSONObject

/**
 * The HTTP API of a Beseda service. One object is one device of one person; it may be used by any number of threads.
 *
 * Calls block, so not on Android's main thread. They throw a [Problem] when the service refuses or fails, and another
 * [IOException] when the network does. Reading is repeated by itself as [Retries] say, and so is what carries an
 * idempotency key. Other changes are not: after a network failure nobody knows whether they were made.
 */
class Beseda(
    /** Where the service is, for example `https://beseda.example`. */
    server: String,
    store: TokenStore,
    private val retries: Retries = Retries(),
    now: () -> Instant = Instant::now,
    /** Opens connections; another one may set a proxy or trust other certificates. */
    open: (URL) -> HttpURLConnection = { it.openConnection() as HttpURLConnection },
) {
    private val http = Http(server, open)
    private val account = Account(http, store, now, retries)
    private val clock = now

    /** Whether this device has tokens; they may have been revoked meanwhile. */
    val isSignedIn: Boolean get() = account.isSignedIn

    // The account.

    /** First contact: makes the account and signs this device in. `language`: `ru` or `en`. */
    @JvmOverloads
    fun register(person: Person, language: String? = null, deviceName: String? = null): User {
        val body = person.toJson().apply {
            if (language != null) put("language", language)
            if (deviceName != null) put("device_name", deviceName)
        }
        return signIn("/v1/users", body)
    }

    /** How one can sign in here, besides by [register]. */
    fun signInMethods(): SignInMethods = retries.run(null) {
        http.send(Call("GET", "/v1/auth/methods"), null, null).use { response -> reading { SignInMethods.of(response.json()) } }
    }

    /**
     * Signs this device in to the account that is linked to the one at Google, or to a new one; each ID token does so once.
     * `nonce`: what was given to Google with the request. `language`: of a new account.
     */
    @JvmOverloads
    fun signInWithGoogle(idToken: String, nonce: String, language: String? = null, deviceName: String? = null): User {
        val body = json("id_token" to idToken, "nonce" to nonce, "language" to language, "device_name" to deviceName)
        return signIn("/v1/auth/google", body)
    }

    /**
     * Links the account at Google to this one. If it is linked to another, that is [ProblemType.GOOGLE_TAKEN]: asked again
     * with `keep`, the two become one, under the id and the profile of the one that is kept.
     */
    @JvmOverloads
    fun linkGoogle(idToken: String, nonce: String, keep: Keep? = null): User {
        val body = json("id_token" to idToken, "nonce" to nonce, "keep" to keep?.text)
        return change(Call("POST", "/v1/auth/google", body)) { User.of(it.getJSONObject("user")) }
    }

    /** Since when the account is linked to one at Google. Null: it is not. */
    fun googleLinkedAt(): Instant? = read("/v1/me/google") { it.timeOrNull("linked_at") }

    /** Google signs nobody in to this account any more; devices stay signed in. */
    fun unlinkGoogle() = nothing(Call("DELETE", "/v1/me/google"))

    /** Signs this device out, there and here. */
    fun logout() {
        nothing(Call("POST", "/v1/auth/logout"))
        account.forget()
    }

    fun me(): User = read("/v1/me", User::of)

    /** Name, gender and age take the place of what was; what is not stated is cleared. Language and zone stay if null. */
    @JvmOverloads
    fun setProfile(person: Person, language: String? = null, timeZone: String? = null): User {
        val body = json(
            "name" to person.name,
            "gender" to person.gender?.text.orJsonNull(),
            "age" to person.age.orJsonNull(),
            "language" to language,
            "time_zone" to timeZone,
        )
        return change(Call("PUT", "/v1/me/profile", body), User::of)
    }

    /** Deletes the account with everything in it. */
    fun erase() {
        nothing(Call("DELETE", "/v1/me"))
        account.forget()
    }

    /** Writes everything held on the person, as JSON, to `out`, which stays open. May be much, so it is never in memory. */
    fun export(out: OutputStream) {
        account.send(Call("GET", "/v1/me/export", silence = 120_000)).use { it.body.copyTo(out) }
    }

    fun devices(): List<Device> = array("/v1/me/devices", Device::of)

    /** Signs another device out. */
    fun removeDevice(id: String) = nothing(Call("DELETE", "/v1/me/devices/$id"))

    /** Makes a link that joins this account with a Telegram one. */
    fun telegramLink(): TelegramLink = change(Call("POST", "/v1/me/telegram-link"), TelegramLink::of)

    // Plan and usage.

    fun plans(): List<Plan> = array("/v1/plans", Plan::of)

    fun subscription(): Subscription = read("/v1/me/subscription", Subscription::of)

    fun setAutoRenew(autoRenew: Boolean): Subscription =
        change(Call("PATCH", "/v1/me/subscription", json("auto_renew" to autoRenew)), Subscription::of)

    /** The plan that is wanted when the current one ends. Null: no other. */
    fun setNextPlan(planName: String?): Subscription =
        change(Call("PATCH", "/v1/me/subscription", json("next_plan" to planName.orJsonNull())), Subscription::of)

    /** An invoice for a plan, in Telegram Stars: to be opened in Telegram, and paid by the person it belongs to. */
    fun invoice(planName: String): Invoice = change(Call("POST", "/v1/me/invoices", json("plan_name" to planName)), Invoice::of)

    /** What was paid, given back, and otherwise happened to purchases, the newest first. */
    @JvmOverloads
    fun payments(before: String? = null, limit: Int? = null): Page<Payment> =
        read("/v1/me/payments" + query("before" to before, "limit" to limit)) { Page.of(it, Payment::of) }

    /** Of the last 30 days, or of the days from `from` to `to`, both included. */
    @JvmOverloads
    fun usage(from: LocalDate? = null, to: LocalDate? = null): Usage =
        read("/v1/me/usage" + query("from" to from, "to" to to), Usage::of)

    /** Hands in a purchase that was made in Google Play. May be repeated. */
    fun purchase(productId: String, purchaseToken: String): Purchased {
        val body = json("product_id" to productId, "purchase_token" to purchaseToken)
        return retries.run(null) { change(Call("POST", "/v1/me/purchases", body), Purchased::of) }
    }

    // Dialogues.

    /** The last active first. */
    @JvmOverloads
    fun sessions(before: String? = null, limit: Int? = null): Page<Session> =
        read("/v1/sessions" + query("before" to before, "limit" to limit)) { Page.of(it, Session::of) }

    @JvmOverloads
    fun newSession(title: String? = null, companion: Person? = null): Session =
        change(Call("POST", "/v1/sessions", json("title" to title, "companion" to companion?.toJson())), Session::of)

    fun session(id: String): Session = read("/v1/sessions/$id", Session::of)

    /** Null: without a title. */
    fun rename(id: String, title: String?): Session =
        change(Call("PATCH", "/v1/sessions/$id", json("title" to title.orJsonNull())), Session::of)

    fun endSession(id: String): Session = change(Call("POST", "/v1/sessions/$id/end"), Session::of)

    fun deleteSession(id: String) = nothing(Call("DELETE", "/v1/sessions/$id"))

    /** The newest first. */
    @JvmOverloads
    fun messages(sessionId: String, before: String? = null, limit: Int? = null): Page<Message> =
        read("/v1/sessions/$sessionId/messages" + query("before" to before, "limit" to limit)) { Page.of(it, Message::of) }

    // Asking.

    /**
     * Sends a message and follows its answer to the end, through cuts. Until it is accepted it is repeated under `key`,
     * so it is one message however often it is sent; keep `key` with the text until [AnswerListener.accepted], and an
     * app that is killed can go on with the same. A partial answer is an answer; without any a [Problem] is thrown,
     * and [regenerate] may be tried.
     */
    @JvmOverloads
    fun send(
        sessionId: String,
        text: String,
        key: String = newKey(),
        listener: AnswerListener = object : AnswerListener {},
        cancellation: Cancellation? = null,
    ): Answer = ask("/v1/sessions/$sessionId/messages", json("message_text" to text), key, listener, cancellation)

    /** Hands a message in, and does not wait for its answer: [follow] it, or find it among the [messages]. */
    @JvmOverloads
    fun submit(sessionId: String, text: String, key: String = newKey()): Accepted {
        val headers = mapOf("Idempotency-Key" to key, "Prefer" to "respond-async")
        val call = Call("POST", "/v1/sessions/$sessionId/messages", json("message_text" to text), headers)
        return retries.run(null) { change(call, Accepted::of) }
    }

    /** Another answer to a message of the person's; also after a failure. */
    @JvmOverloads
    fun regenerate(
        messageId: String,
        key: String = newKey(),
        listener: AnswerListener = object : AnswerListener {},
        cancellation: Cancellation? = null,
    ): Answer = ask("/v1/messages/$messageId/regenerate", null, key, listener, cancellation)

    /**
     * Follows the answer to a message of the person's, from the first character or from `after` (Unicode code points),
     * while it comes or long after it. `turnId` selects one of several tries; null is the newest.
     */
    @JvmOverloads
    fun follow(
        messageId: String,
        turnId: String? = null,
        after: Int? = null,
        listener: AnswerListener = object : AnswerListener {},
        cancellation: Cancellation? = null,
    ): Answer = Following(account, retries, listener, cancellation).resume(Accepted(messageId, turnId.orEmpty()), after?.toString())

    /** Ends an answer early; returns once that is settled. The text so far is kept. */
    @JvmOverloads
    fun stop(messageId: String, turnId: String? = null): StoppedTurn =
        retries.run(null) { change(Call("POST", "/v1/messages/$messageId/stop" + query("turn" to turnId)), StoppedTurn::of) }

    /** Tells those who run the service what is wrong with an answer; again, it is changed. */
    @JvmOverloads
    fun report(messageId: String, category: ReportCategory, comment: String? = null) {
        val body = json("category" to category.text, "comment" to comment)
        retries.run(null) { nothing(Call("POST", "/v1/messages/$messageId/report", body)) }
    }

    /** Without tokens, for tokens. */
    private fun signIn(path: String, body: JSONObject): User = http.send(Call("POST", path, body), null, null).use { response ->
        reading {
            val json = response.json()
            account.keep(Tokens.of(json, clock()))
            User.of(json.getJSONObject("user"))
        }
    }

    private fun ask(path: String, body: JSONObject?, key: String, listener: AnswerListener, cancellation: Cancellation?): Answer {
        val headers = Following.STREAM + ("Idempotency-Key" to key)
        return Following(account, retries, listener, cancellation).ask(Call("POST", path, body, headers, Following.SILENCE))
    }

    private fun <T> read(path: String, read: (JSONObject) -> T): T = retries.run(null) { change(Call("GET", path), read) }

    private fun <T> array(path: String, read: (JSONObject) -> T): List<T> = retries.run(null) {
        account.send(Call("GET", path)).use { response -> reading { JSONArray(response.text()).map(read) } }
    }

    private fun <T> change(call: Call, read: (JSONObject) -> T): T =
        account.send(call).use { response -> reading { read(response.json()) } }

    private fun nothing(call: Call) = account.send(call).close()

    companion object {
        /** An idempotency key, for one message. */
        @JvmStatic
        fun newKey(): String = UUID.randomUUID().toString()
    }
}
