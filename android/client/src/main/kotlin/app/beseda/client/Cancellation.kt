package app.beseda.client

import java.net.HttpURLConnection
import java.util.concurrent.CancellationException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/**
 * Ends a call from another thread, which a blocking read does not notice by itself. The call then throws a
 * [CancellationException]. Reading ends, not the answer: that is what [Beseda.stop] is for.
 */
class Cancellation {
    private val cancelled = CountDownLatch(1)
    private var connection: HttpURLConnection? = null

    val isCancelled: Boolean get() = cancelled.count == 0L

    fun cancel() {
        val open = synchronized(this) {
            cancelled.countDown()
            connection.also { connection = null }
        }
        // Not while the lock is held: it may take as long as the network does.
        open?.disconnect()
    }

    internal fun holds(open: HttpURLConnection) {
        synchronized(this) {
            check()
            connection = open
        }
    }

    internal fun letsGo() {
        synchronized(this) { connection = null }
    }

    internal fun check() {
        if (isCancelled) throw CancellationException("The call was cancelled")
    }

    /** Waits, no longer than until it is cancelled. */
    internal fun pause(milliseconds: Long) {
        cancelled.await(milliseconds, TimeUnit.MILLISECONDS)
        check()
    }
}
