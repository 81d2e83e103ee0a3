package app.beseda

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class LinksTest {
    private val server = Server.parse("https://beseda.example", false)!!

    @Test
    fun `the server stays inside, links go out, the rest goes nowhere`() {
        val ways = mapOf(
            Links.Way.INSIDE to listOf("https://beseda.example/", "https://beseda.example/#/settings/account"),
            Links.Way.OUTSIDE to listOf("https://t.me/beseda_bot?start=link_x", "tg://resolve?domain=beseda_bot", "http://a.example/", "mailto:a@b.example", "TEL:112"),
            Links.Way.NOWHERE to listOf(
                "intent://scan/#Intent;scheme=zxing;end", "file:///data/data/app.beseda/shared_prefs/settings.xml", "content://contacts/1",
                "javascript:alert(1)", "data:text/html,<b>x</b>", "blob:https://beseda.example/1", "market://details?id=x", "nonsense", "",
            ),
        )
        for ((way, urls) in ways) for (url in urls) assertEquals(url, way, Links.way(server, url))
    }

    @Test
    fun `links into the app open places of the client, and nothing else`() {
        val places = mapOf(
            "beseda://open/new" to "new",
            "beseda://open/d/01a204c5-0000-7000-8000-000000000000" to "d/01a204c5-0000-7000-8000-000000000000",
            "beseda://open/settings/account" to "settings/account",
            "https://beseda.example/#/settings/plan" to "settings/plan",
            "https://beseda.example/" to "",
            "https://evil.example/#/new" to "",
            "beseda://open/" to "",
            "beseda://open" to "",
            "beseda://open/new?text=send+this" to "",
            "beseda://open/../admin" to "",
            "beseda://open/d/1/../../x" to "",
            "beseda://open/new#/x" to "",
        )
        for ((link, place) in places) assertEquals(link, "https://beseda.example/#/$place", Links.opened(server, link))
    }

    @Test
    fun `what is shared is written for the client to read`() {
        assertEquals("https://beseda.example/#/new?text=a%20%26%20b%0A%23%2B%3F", Links.shared(server, null, " a & b\n#+? "))
        assertEquals("https://beseda.example/#/new?text=Title%0Ahttps%3A%2F%2Fa.example", Links.shared(server, "Title", "https://a.example"))
        assertEquals("https://beseda.example/#/new?text=Title%20again", Links.shared(server, "Title", "Title again"))
        for (nothing in listOf(null, "", " \n")) assertNull(Links.shared(server, nothing, nothing))
    }

    @Test
    fun `what is too long is cut between characters`() {
        val shared = Links.shared(server, null, "a" + "🙂".repeat(40_000))!!
        val text = java.net.URLDecoder.decode(shared.substringAfter("text="), "UTF-8")
        assertEquals(31_999, text.length)
        assertTrue(text.endsWith("🙂"))
    }
}
