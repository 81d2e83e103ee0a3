package app.beseda.client

import java.io.IOException
import org.json.JSONObject

/** Hears of an answer while it comes. Called on the thread that made the call. */
interface AnswerListener {
    /** The service has the message: it can be lost no more. */
    fun accepted(accepted: Accepted) {}

    /** More of the text. After a cut it goes on where it was cut. */
    fun delta(text: String) {}
}

/**
 * Follows an answer to its end, through cuts of the network and restarts of the service. The id of an event is the
 * length of the answer so far, so every new connection goes on where the last one was cut.
 */
internal class Following(
    private val account: Account,
    private val retries: Retries,
    private val listener: AnswerListener,
    private val cancellation: Cancellation?,
) {
    private var target: Accepted? = null
    private var position: String? = null
    private var failures = 0

    /** Of a send or regeneration, which is repeated under its key until it is accepted. */
    fun ask(call: Call): Answer = follow { target?.let(::resume) ?: call }

    /** Of a turn that is known, from `after` characters on. */
    fun resume(accepted: Accepted, after: String?): Answer {
        target = accepted
        position = after
        return follow { resume(accepted) }
    }

    private fun resume(from: Accepted) = Call(
        "GET",
        "/v1/messages/${from.messageId}/stream" + query("turn" to from.turnId.ifEmpty { null }),
        headers = STREAM + (position?.let { mapOf("Last-Event-ID" to it) } ?: emptyMap()),
        silence = SILENCE,
    )

    private fun follow(next: () -> Call): Answer {
        while (true) {
            val cut = try {
                return account.send(next(), cancellation).use(::read)
            } catch (ended: Ended) {
                throw ended.problem
            } catch (e: IOException) {
                e
            }
            cancellation?.check()
            if (!retries.mayPass(cut) || ++failures >= retries.attempts) throw cut
            retries.pause(failures, cut, cancellation)
        }
    }

    /** The answer; throws if this connection does not bring its end. */
    private fun read(response: Response): Answer {
        if (response.status == 204) throw IOException("There is nothing more of this answer")
        try {
            val events = SseReader(response.body)
            while (true) {
                val event = events.next() ?: throw IOException("The stream was cut")
                failures = 0
                val answer = reading { take(event, JSONObject(event.data)) }
                if (answer != null) return answer
            }
        } catch (e: IOException) {
            response.cut()
            throw e
        }
    }

    private fun take(event: SseEvent, data: JSONObject): Answer? {
        when (event.event) {
            "accepted" -> {
                val accepted = Accepted.of(data)
                val isNew = target?.turnId != accepted.turnId
                target = accepted
                if (isNew) listener.accepted(accepted)
            }
            "delta" -> listener.delta(data.getString("text"))
            "done" -> return Answer.of(data)
            "error" -> throw Ended(Problem.of(data.getJSONObject("problem")))
        }
        // After the listener: if it throws, this event is not counted as read.
        if (event.id.isNotEmpty()) position = event.id
        return null
    }

    /** The turn has ended without an answer: nothing that passes, whatever its type. */
    private class Ended(val problem: Problem) : IOException(problem)

    companion object {
        val STREAM = mapOf(
            "Accept" to "text/event-stream",
            // A compressed stream may be held back until there is enough of it.
            "Accept-Encoding" to "identity",
        )

        /** The service writes a comment every 15 s: silence for three times as long is a dead connection. */
        const val SILENCE = 45_000
    }
}
