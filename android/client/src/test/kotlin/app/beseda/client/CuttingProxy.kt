package app.beseda.client

import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread

/** A network that breaks: passes TCP connections on, and cuts those that it was told to. */
class CuttingProxy(private val target: Int) : AutoCloseable {
    private val server = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
    private val plans = ConcurrentLinkedQueue<Plan>()
    private val cuts = AtomicInteger()
    val url = "http://127.0.0.1:${server.localPort}"

    /** How many connections were cut. */
    val cut: Int get() = cuts.get()

    init {
        thread(isDaemon = true) {
            try {
                while (true) serve(server.accept())
            } catch (_: IOException) {
                // Closed.
            }
        }
    }

    /** Cuts the answer in which `word` comes for the `times`th time, right behind it. Plans are used one after the other. */
    fun cutBehind(word: String, times: Int = 1) {
        plans += Plan(word.toByteArray(), times)
    }

    /** Lets the next request through, and nothing of its answer. */
    fun swallowAnswer() {
        plans += Plan(ByteArray(0), 0)
    }

    private class Plan(val word: ByteArray, val times: Int)

    private fun serve(near: Socket) {
        val far = Socket(InetAddress.getLoopbackAddress(), target)
        near.tcpNoDelay = true
        far.tcpNoDelay = true
        thread(isDaemon = true) { pump(near, far) { from, to -> from.copyTo(to, 4096) } }
        thread(isDaemon = true) { pump(far, near, ::answer) }
    }

    private fun pump(from: Socket, to: Socket, work: (InputStream, OutputStream) -> Unit) {
        try {
            work(from.getInputStream(), to.getOutputStream())
        } catch (_: IOException) {
            // One side has ended; so does the other.
        } finally {
            from.close()
            to.close()
        }
    }

    private fun answer(from: InputStream, to: OutputStream) {
        val recent = ArrayDeque<Byte>()
        var seen = 0
        while (true) {
            val byte = from.read()
            if (byte < 0) return
            val plan = plans.peek()
            if (plan == null) {
                to.write(byte)
                continue
            }
            if (plan.times == 0) return done(plan)
            to.write(byte)
            recent.addLast(byte.toByte())
            if (recent.size > plan.word.size) recent.removeFirst()
            if (recent.size == plan.word.size && recent.toByteArray().contentEquals(plan.word) && ++seen == plan.times) return done(plan)
        }
    }

    private fun done(plan: Plan) {
        plans.remove(plan)
        cuts.incrementAndGet()
    }

    override fun close() = server.close()
}
