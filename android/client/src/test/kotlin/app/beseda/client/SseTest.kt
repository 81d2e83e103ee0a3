package app.beseda.client

import java.io.ByteArrayInputStream
import java.io.InputStream
import org.junit.Assert.assertEquals
import org.junit.Test

class SseTest {
    @Test
    fun `events are read wherever their bytes are cut`() {
        val text = "\uFEFF: comment\r\nevent: delta\r\nid: 7\r\ndata: {\"text\":\"Привет 🙂\"}\r\n\r\n" +
            "data:one\ndata: two\n\n: \n\nevent: nothing\n\nid: 9\rdata\r\revent: done\ndata: cut off"
        val expected = listOf("delta|7|{\"text\":\"Привет 🙂\"}", "message|7|one\ntwo", "message|9|")
        for (size in 1..text.toByteArray().size) {
            assertEquals("pieces of $size", expected, read(InPieces(text.toByteArray(), size)))
        }
    }

    @Test
    fun `a long line is one line`() {
        val long = "я".repeat(100_000)
        assertEquals(listOf("message||$long"), read(ByteArrayInputStream("data: $long\n\n".toByteArray())))
    }

    private fun read(input: InputStream): List<String> {
        val reader = SseReader(input)
        return generateSequence { reader.next() }.map { "${it.event}|${it.id}|${it.data}" }.toList()
    }

    private class InPieces(bytes: ByteArray, private val size: Int) : InputStream() {
        private val all = ByteArrayInputStream(bytes)

        override fun read() = all.read()

        override fun read(into: ByteArray, offset: Int, length: Int) = all.read(into, offset, minOf(length, size))
    }
}
