package app.beseda

import java.net.URLEncoder

/** Where addresses lead: into the page, to other apps, or nowhere. Nothing here knows of Android, so it can be tested. */
object Links {
    enum class Way { INSIDE, OUTSIDE, NOWHERE }

    /** What other apps may be asked to open; anything else, `intent:` and `file:` above all, is no link that a page may follow. */
    private val OUTSIDE = setOf("http", "https", "mailto", "tel", "tg")

    /** Places of the client that a link from outside may open. */
    private val PLACES = Regex("new|d/[A-Za-z0-9-]{1,64}|settings(/[a-z]{1,20})?")

    /** As long as a message may be. Characters that count double in UTF-16 make it shorter, never longer. */
    private const val MOST_TEXT = 32_000

    fun way(server: Server, url: String): Way = when {
        server.has(url) -> Way.INSIDE
        url.substringBefore(':', "").lowercase() in OUTSIDE -> Way.OUTSIDE
        else -> Way.NOWHERE
    }

    /** The page that a link into the app means: `beseda://open/d/…`, or the server's own `https://…/#/d/…`. */
    fun opened(server: Server, link: String): String {
        val place = when {
            link.startsWith("beseda://open/") -> link.removePrefix("beseda://open/")
            server.has(link) -> link.substringAfter("#/", "")
            else -> ""
        }
        return server.page(if (PLACES.matches(place)) place else "")
    }

    /** The page on which something shared is about to be sent; the person sends it. Null: there is nothing in it. */
    fun shared(server: Server, subject: String?, text: String?): String? {
        val parts = listOf(subject, text).mapNotNull { it?.trim() }.filter { it.isNotEmpty() }
        if (parts.isEmpty()) return null
        // Many apps say the subject again in the text.
        val whole = if (parts.size == 2 && parts[1].startsWith(parts[0])) parts[1] else parts.joinToString("\n")
        return server.page("new?text=" + URLEncoder.encode(cut(whole), "UTF-8").replace("+", "%20"))
    }

    private fun cut(text: String): String {
        if (text.length <= MOST_TEXT) return text
        val end = if (text[MOST_TEXT - 1].isHighSurrogate()) MOST_TEXT - 1 else MOST_TEXT
        return text.substring(0, end)
    }
}
