package app.beseda.client

import java.io.InputStream

/** One event of a stream. */
internal class SseEvent(val event: String, val id: String, val data: String)

/**
 * Reads an event stream (WHATWG HTML, server-sent events), wherever its bytes are cut. Bytes are collected to lines
 * before they are decoded, so a cut in the middle of a character does no harm.
 */
internal class SseReader(private val input: InputStream) {
    private val buffer = ByteArray(8192)
    private var at = 0
    private var end = 0
    private var line = ByteArray(256)
    private var length = 0
    private var afterReturn = false
    private var first = true
    private var id = ""

    /** The next event; null when the stream has ended. What comes before an end without a blank line is no event. */
    fun next(): SseEvent? {
        var event = ""
        var data: StringBuilder? = null
        while (true) {
            val line = readLine() ?: return null
            if (line.isEmpty()) {
                if (data != null) return SseEvent(event.ifEmpty { "message" }, id, data.toString())
                event = ""
                continue
            }
            val colon = line.indexOf(':')
            if (colon == 0) continue
            val name = if (colon < 0) line else line.substring(0, colon)
            val value = if (colon < 0) "" else line.substring(colon + 1).removePrefix(" ")
            when (name) {
                "event" -> event = value
                "data" -> data = data?.append('\n')?.append(value) ?: StringBuilder(value)
                "id" -> if ('\u0000' !in value) id = value
            }
        }
    }

    private fun readLine(): String? {
        while (true) {
            val byte = read()
            when {
                byte < 0 -> return null
                byte == '\n'.code && afterReturn -> afterReturn = false
                byte == '\n'.code || byte == '\r'.code -> {
                    afterReturn = byte == '\r'.code
                    return takeLine()
                }
                else -> {
                    afterReturn = false
                    if (length == line.size) line = line.copyOf(length * 2)
                    line[length++] = byte.toByte()
                }
            }
        }
    }

    private fun takeLine(): String {
        val text = String(line, 0, length, Charsets.UTF_8)
        length = 0
        if (!first) return text
        first = false
        return text.removePrefix("\uFEFF")
    }

    private fun read(): Int {
        if (at == end) {
            end = input.read(buffer)
            at = 0
            if (end < 0) {
                end = 0
                return -1
            }
        }
        return buffer[at++].toInt() and 0xff
    }
}
