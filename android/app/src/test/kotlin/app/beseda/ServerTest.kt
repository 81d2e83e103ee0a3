package app.beseda

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class ServerTest {
    @Test
    fun `an address is taken as people type it`() {
        for (typed in listOf("https://beseda.example", " beseda.example ", "HTTPS://Beseda.Example/", "https://beseda.example:443")) {
            assertEquals(typed, "https://beseda.example", Server.parse(typed, false)?.origin)
        }
        assertEquals("https://beseda.example:8443", Server.parse("beseda.example:8443", false)?.origin)
        assertEquals("https://[::1]:8443", Server.parse("https://[::1]:8443", false)?.origin)
    }

    @Test
    fun `nothing else is an address`() {
        val not = listOf(
            "", " ", "https://", "http://beseda.example", "https://beseda.example/chat", "https://beseda.example?x", "https://beseda.example#x",
            "https://someone@beseda.example", "ftp://beseda.example", "javascript:alert(1)", "file:///sdcard", "https://a b", "https://beseda.example\\@evil.example",
        )
        for (typed in not) assertNull(typed, Server.parse(typed, true))
    }

    @Test
    fun `without https only this very machine, and only while developing`() {
        for (local in listOf("http://localhost:8080", "http://127.0.0.1:8080", "http://10.0.2.2:8080")) {
            assertEquals(local, Server.parse(local, true)?.origin)
            assertNull(local, Server.parse(local, false))
        }
        for (other in listOf("http://10.0.2.3", "http://localhost.evil.example", "http://192.168.0.2:8080")) assertNull(other, Server.parse(other, true))
    }

    @Test
    fun `only its own pages are its pages`() {
        val server = Server.parse("https://beseda.example", false)!!
        for (own in listOf("https://beseda.example", "https://beseda.example/", "https://beseda.example/#/d/1", "https://BESEDA.example:443/docs/", "https://beseda.example/#a b|c")) {
            assertTrue(own, server.has(own))
        }
        val others = listOf(
            "http://beseda.example/", "https://beseda.example.evil.example/", "https://beseda.example@evil.example/", "https://evil.example/#https://beseda.example",
            "https://beseda.example:8443/", "https://evil.example/https://beseda.example/", "https://beseda.example\\.evil.example/", "blob:https://beseda.example/1",
            "javascript:location='https://beseda.example/'", "data:text/html,x", "about:blank", "", "https:beseda.example", "//beseda.example/",
        )
        for (other in others) assertFalse(other, server.has(other))
        assertFalse(server.has(null))
    }
}
