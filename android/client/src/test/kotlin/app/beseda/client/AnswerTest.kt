package app.beseda.client

import java.util.concurrent.CancellationException
import kotlin.concurrent.thread
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** Answers come whole and once, whatever the network does. */
class AnswerTest {
    @Test
    fun `an answer goes on where the connection was cut`() = CuttingProxy(service.port).use { network ->
        val anna = service.someone(server = network.url)
        val session = anna.newSession()
        // Before the third delta is whole, before the second more is, and in the middle of a word of the protocol.
        network.cutBehind("event: delta", 3)
        network.cutBehind("event: delta", 2)
        network.cutBehind("event: del")
        val heard = Heard()
        val answer = anna.send(session.id, LONG, listener = heard)
        assertEquals(3, network.cut)
        assertEquals(answer.message.messageText, heard.text.toString())
        assertEquals("complete", answer.message.status)
        assertEquals(1, heard.accepted.size)
        assertEquals(1L, answer.subscription?.usedRequests)
        assertEquals(2, anna.messages(session.id).items.size)
    }

    @Test
    fun `the end of an answer may be cut, too`() = CuttingProxy(service.port).use { network ->
        val anna = service.someone(server = network.url)
        network.cutBehind("event: done")
        val heard = Heard()
        val answer = anna.send(anna.newSession().id, "Здравствуй", listener = heard)
        assertEquals(1, network.cut)
        assertEquals(answer.message.messageText, heard.text.toString())
    }

    @Test
    fun `a send whose answer was lost is one message`() = CuttingProxy(service.port).use { network ->
        val anna = service.someone(server = network.url)
        val session = anna.newSession()
        network.swallowAnswer()
        val heard = Heard()
        val answer = anna.send(session.id, "Здравствуй", listener = heard)
        network.swallowAnswer()
        val accepted = anna.submit(session.id, "И ещё")
        val second = anna.follow(accepted.messageId, accepted.turnId)
        assertEquals(2, network.cut)
        assertEquals(1, heard.accepted.size)
        assertEquals(1L, answer.subscription?.usedRequests)
        assertEquals(2L, second.subscription?.usedRequests)
        assertEquals(listOf("И ещё", "Здравствуй"), anna.messages(session.id).items.filter { it.sender == "user" }.map { it.messageText })
    }

    @Test
    fun `a key is one message, for good`() {
        val anna = service.someone()
        val session = anna.newSession()
        val first = anna.send(session.id, "Здравствуй", "key-1")
        assertEquals(first.message, anna.send(session.id, "Здравствуй", "key-1").message)
        assertEquals(ProblemType.IDEMPOTENCY_KEY_REUSED, problem { anna.send(session.id, "Прощай", "key-1") }.type)
        assertEquals(1L, anna.subscription().usedRequests)
    }

    @Test
    fun `an answer outlives the service's crash`() {
        Service().use { mortal ->
            val anna = mortal.someone()
            val session = anna.newSession()
            var crash: Thread? = null
            val heard = Heard(onDelta = { if (it == 3) crash = thread { mortal.killAndStart() } })
            val end = runCatching { anna.send(session.id, "!fake tokens=200 delay_ms=50", listener = heard) }
            crash!!.join()
            // What was checkpointed before the crash is a partial answer; if nothing was, the message can be answered anew.
            val kept = anna.messages(session.id).items
            val answer = end.getOrNull()
            if (answer != null) {
                assertEquals("partial", answer.message.status)
                assertEquals(kept.first(), answer.message)
            } else {
                val problem = end.exceptionOrNull() as Problem
                assertEquals(ProblemType.INTERRUPTED, problem.type)
                assertEquals(listOf("user"), kept.map { it.sender })
            }
        }
    }

    @Test
    fun `an answer is followed from any place, while it comes and later`() {
        val anna = service.someone()
        val session = anna.newSession()
        val accepted = anna.submit(session.id, LONG)
        val live = Heard()
        val answer = anna.follow(accepted.messageId, listener = live)
        val text = answer.message.messageText
        assertEquals(text, live.text.toString())
        val late = Heard()
        assertEquals(answer.message, anna.follow(accepted.messageId, accepted.turnId, after = 5, listener = late).message)
        assertEquals(text.substring(text.offsetByCodePoints(0, 5)), late.text.toString())
    }

    @Test
    fun `versions are kept`() {
        val anna = service.someone()
        val session = anna.newSession()
        val first = anna.send(session.id, "Здравствуй").message
        val again = anna.regenerate(checkNotNull(first.answersId)).message
        assertEquals(first.answersId, again.answersId)
        assertTrue(first.turnId != again.turnId)
        assertEquals(again, anna.follow(first.answersId).message)
        assertEquals(first, anna.follow(first.answersId, first.turnId).message)
    }

    @Test
    fun `stopping keeps the text so far`() {
        val anna = service.someone()
        val session = anna.newSession()
        var stopped: StoppedTurn? = null
        val heard = Heard()
        heard.onDelta = { if (it == 2) stopped = anna.stop(heard.accepted.single().messageId) }
        val answer = anna.send(session.id, "!fake tokens=500 delay_ms=20", listener = heard)
        assertEquals("partial", answer.message.status)
        assertEquals("stopped", answer.message.finishReason)
        assertEquals(answer.message, stopped?.aiMessage)
    }

    @Test
    fun `stopped before its first word, there is no answer`() {
        val anna = service.someone()
        val session = anna.newSession()
        val accepted = anna.submit(session.id, "!fake tokens=3 first_ms=60000")
        assertNull(anna.stop(accepted.messageId).aiMessage)
        assertEquals(ProblemType.STOPPED, problem { anna.follow(accepted.messageId) }.type)
    }

    @Test
    fun `a reader who leaves does not end the answer`() {
        val anna = service.someone()
        val session = anna.newSession()
        val cancellation = Cancellation()
        val heard = Heard(onDelta = { if (it == 2) thread { cancellation.cancel() } })
        assertThrows(CancellationException::class.java) { anna.send(session.id, LONG, listener = heard, cancellation = cancellation) }
        val rest = Heard()
        val answer = anna.follow(heard.accepted.single().messageId, after = heard.text.codePointCount(0, heard.text.length), listener = rest)
        assertEquals("complete", answer.message.status)
        assertEquals(answer.message.messageText, heard.text.toString() + rest.text)
        assertThrows(CancellationException::class.java) { anna.send(session.id, "позже", cancellation = cancellation) }
    }

    private class Heard(var onDelta: (Int) -> Unit = {}) : AnswerListener {
        val accepted = mutableListOf<Accepted>()
        val text = StringBuilder()
        private var deltas = 0

        override fun accepted(accepted: Accepted) {
            this.accepted += accepted
        }

        override fun delta(text: String) {
            this.text.append(text)
            onDelta(++deltas)
        }
    }

    private companion object {
        const val LONG = "!fake tokens=40 delay_ms=50"
        val service by lazy(::Service)

        @AfterClass
        @JvmStatic
        fun end() = service.close()
    }
}
