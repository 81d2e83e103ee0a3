package app.beseda

import java.net.URI
import java.net.URISyntaxException

/** The service that this app talks to: an origin, for example `https://beseda.example`. */
class Server private constructor(
    /** As the browser writes it: lower case, no default port, no slash at the end. */
    val origin: String,
) {
    /** Whether a page of the service is at this address; only such stay inside. */
    fun has(url: String?): Boolean = url != null && originOf(url) == origin

    /** The client at a place of its own (`web/client/src/store/route.ts`); it stands behind the `#`, so nothing is loaded anew. */
    fun page(place: String = ""): String = "$origin/#/$place"

    override fun equals(other: Any?) = other is Server && other.origin == origin

    override fun hashCode() = origin.hashCode()

    companion object {
        /** Names of this very machine, and of the emulator's host: the only ones that may do without https. */
        private val LOCAL = setOf("localhost", "127.0.0.1", "10.0.2.2")

        /** Of what a person typed. Null: not the address of a server, or one that would be talked to in the clear. */
        fun parse(typed: String, localHttp: Boolean): Server? {
            val text = typed.trim()
            if (text.isEmpty()) return null
            val uri = uri(if ("://" in text) text else "https://$text") ?: return null
            val bare = uri.rawPath.orEmpty() in setOf("", "/") && uri.rawQuery == null && uri.rawFragment == null
            if (!bare) return null
            val origin = originOf(uri) ?: return null
            val safe = uri.scheme.equals("https", ignoreCase = true) || (localHttp && uri.host.lowercase() in LOCAL)
            return if (safe) Server(origin) else null
        }

        private fun originOf(url: String): String? = uri(url.substringBefore('#'))?.let(::originOf)

        private fun originOf(uri: URI): String? {
            val scheme = uri.scheme?.lowercase() ?: return null
            val standard = when (scheme) {
                "https" -> 443
                "http" -> 80
                else -> return null
            }
            // Who logs in by the address, or hides behind a name like one, is nobody of ours.
            val host = uri.host?.lowercase()
            if (host.isNullOrEmpty() || uri.rawUserInfo != null) return null
            return if (uri.port == -1 || uri.port == standard) "$scheme://$host" else "$scheme://$host:${uri.port}"
        }

        private fun uri(text: String): URI? = try {
            URI(text)
        } catch (_: URISyntaxException) {
            null
        }
    }
}
