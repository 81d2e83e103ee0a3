package app.beseda.client

import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.ProtocolException
import java.net.URL
import java.net.URLEncoder
import org.json.JSONException
import org.json.JSONObject

/** One request. */
internal class Call(
    val method: String,
    val path: String,
    val body: JSONObject? = null,
    val headers: Map<String, String> = emptyMap(),
    /** How long the service may say nothing, in milliseconds. */
    val silence: Int = 30_000,
    /** Whether it does no harm if the class that sends it does so twice. */
    val repeatable: Boolean = "Idempotency-Key" in headers,
)

/** One exchange over HTTP: no tokens, no repetition. */
internal class Http(base: String, private val open: (URL) -> HttpURLConnection) {
    private val base = base.trimEnd('/')

    /** The response if it is a good one; throws the [Problem] that it tells otherwise. The caller closes it. */
    fun send(call: Call, token: String?, cancellation: Cancellation?): Response {
        val connection = open(URL(base + call.path))
        cancellation?.holds(connection)
        var done = false
        try {
            connection.connectTimeout = 15_000
            connection.readTimeout = call.silence
            connection.useCaches = false
            // A token must not be sent to wherever an answer points.
            connection.instanceFollowRedirects = false
            connection.setMethod(call.method)
            if (token != null) connection.setRequestProperty("Authorization", "Bearer $token")
            connection.setRequestProperty("Accept", "application/json")
            for ((name, value) in call.headers) connection.setRequestProperty(name, value)
            call.body?.let { connection.write(it.toString().toByteArray(), call.repeatable) }
            val status = connection.responseCode
            if (status !in 200..299) throw connection.problem(status)
            done = true
            return Response(status, connection, cancellation)
        } catch (e: IOException) {
            cancellation?.check()
            throw e
        } finally {
            if (!done) cancellation?.letsGo()
        }
    }

    private fun HttpURLConnection.write(bytes: ByteArray, repeatable: Boolean) {
        doOutput = true
        setRequestProperty("Content-Type", "application/json")
        // Keeps it from being sent a second time when a connection breaks off; desktop Java then also keeps to itself what a
        // 401 says, so this is for calls that need it only.
        if (!repeatable) setFixedLengthStreamingMode(bytes.size)
        outputStream.use { it.write(bytes) }
    }

    private fun HttpURLConnection.problem(status: Int): Problem {
        val body = errorStream?.use { it.readBytes() }?.toString(Charsets.UTF_8).orEmpty()
        return Problem.of(status, contentType, body, getHeaderField("Retry-After"))
    }

    /** Android knows PATCH (RFC 5789); the class of the same name in desktop Java refuses it, but would send it. */
    private fun HttpURLConnection.setMethod(name: String) {
        try {
            requestMethod = name
        } catch (e: ProtocolException) {
            val field = HttpURLConnection::class.java.getDeclaredField("method")
            field.isAccessible = true
            field.set(this, name)
        }
    }
}

/** A good response whose body is still to be read. */
internal class Response(val status: Int, private val connection: HttpURLConnection, private val cancellation: Cancellation?) : AutoCloseable {
    val body: InputStream get() = connection.inputStream

    fun json(): JSONObject = JSONObject(text())

    fun text(): String = body.use { it.readBytes() }.toString(Charsets.UTF_8)

    /** Ends the connection: what was not read is lost. */
    fun cut() = connection.disconnect()

    override fun close() {
        cancellation?.letsGo()
        // Read to its end, the connection serves the next call.
        try {
            connection.inputStream.close()
        } catch (_: IOException) {
            connection.disconnect()
        }
    }
}

/** `?a=1&b=2` of those that are not null. */
internal fun query(vararg members: Pair<String, Any?>): String {
    val stated = members.filter { it.second != null }
    if (stated.isEmpty()) return ""
    return stated.joinToString("&", "?") { (name, value) -> "$name=${URLEncoder.encode(value.toString(), "UTF-8")}" }
}

/** A body that is not what was promised counts as cut off. */
internal inline fun <T> reading(work: () -> T): T = try {
    work()
} catch (e: JSONException) {
    throw IOException("The answer cannot be read", e)
}
