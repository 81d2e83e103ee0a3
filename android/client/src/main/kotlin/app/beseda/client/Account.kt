package app.beseda.client

import java.io.IOException
import java.time.Instant

/** Who this device is, and keeping it so: the tokens, and calls that need them. */
internal class Account(private val http: Http, private val store: TokenStore, private val now: () -> Instant, private val retries: Retries) {
    // Refresh tokens rotate, and an old one used again signs the device out: one thread refreshes, the others wait for it.
    private val lock = Any()

    val isSignedIn: Boolean get() = synchronized(lock) { store.read() != null }

    fun keep(tokens: Tokens) = synchronized(lock) { store.write(tokens) }

    fun forget() = synchronized(lock) { store.clear() }

    /** Sends a call as this device; once more with a new token if the first is refused. */
    fun send(call: Call, cancellation: Cancellation? = null): Response {
        val token = token(refused = null)
        try {
            return http.send(call, token, cancellation)
        } catch (problem: Problem) {
            if (problem.type != ProblemType.UNAUTHORIZED) throw problem
        }
        val next = token(refused = token)
        try {
            return http.send(call, next, cancellation)
        } catch (problem: Problem) {
            // A token as fresh as can be was refused: the account is gone, or this device was signed out.
            if (problem.type == ProblemType.UNAUTHORIZED && problem.isTold) signOut(next)
            throw problem
        }
    }

    /** A token to call with; not the one that was just refused. */
    private fun token(refused: String?): String = synchronized(lock) {
        val tokens = store.read() ?: throw signedOut()
        val lasts = tokens.expiresAt.minusSeconds(MARGIN).isAfter(now())
        if (tokens.accessToken != refused && lasts) tokens.accessToken else refresh(tokens).accessToken
    }

    private fun refresh(tokens: Tokens): Tokens {
        val call = Call("POST", "/v1/auth/refresh", json("refresh_token" to tokens.refreshToken), repeatable = true)
        try {
            // An answer that was lost may be asked for once more: the service gives a used token a minute.
            val next = retries.run(null) {
                http.send(call, null, null).use { response -> reading { Tokens.of(response.json(), now()) } }
            }
            store.write(next)
            return next
        } catch (problem: Problem) {
            // Only the service's own word signs out.
            if (problem.isTold && problem.type in SIGNED_OUT) store.clear()
            throw problem
        }
    }

    private fun signOut(refused: String) = synchronized(lock) {
        if (store.read()?.accessToken == refused) store.clear()
    }

    private fun signedOut() = Problem(ProblemType.UNAUTHORIZED, ProblemType.UNAUTHORIZED.text, "This device is not signed in", 401)

    private companion object {
        /** Refreshed a little before the end, in seconds: clocks differ, and a call takes time. */
        const val MARGIN = 30L
        val SIGNED_OUT = setOf(ProblemType.UNAUTHORIZED, ProblemType.TOKEN_REUSED)
    }
}

/**
 * How often to try again what the network swallowed, and what passes by itself: after [first], twice that, and so on, up
 * to [most] milliseconds, or after what the service says.
 */
class Retries(
    /** Tries in a row without any progress, the first included. */
    val attempts: Int = 8,
    val first: Long = 500,
    val most: Long = 15_000,
) {
    init {
        require(attempts >= 1 && first >= 0 && most >= first)
    }

    /** Only for calls that may be repeated without harm. */
    internal fun <T> run(cancellation: Cancellation?, work: () -> T): T {
        var failures = 0
        while (true) {
            try {
                return work()
            } catch (e: IOException) {
                if (++failures >= attempts || !mayPass(e)) throw e
                pause(failures, e, cancellation)
            }
        }
    }

    internal fun mayPass(e: IOException) = e !is Problem || e.passes

    internal fun pause(failures: Int, why: IOException, cancellation: Cancellation?) {
        val said = (why as? Problem)?.retryAfter?.times(1_000)
        val grown = minOf(most, first shl minOf(failures - 1, 16))
        // Spread, so that not all who were cut off come back at once.
        val wait = said ?: (grown * (0.75 + Math.random() / 2)).toLong()
        if (cancellation != null) cancellation.pause(wait) else Thread.sleep(wait)
    }
}
