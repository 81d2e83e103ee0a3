package app.beseda.client

import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.interfaces.RSAPublicKey
import java.time.Instant
import java.util.Base64
import org.json.JSONArray
import org.json.JSONObject

/** Who signs for people at Google, as far as the service asks: the keys (RFC 7517), and ID tokens (OpenID Connect Core 1.0, 2). */
class Google : AutoCloseable {
    private val keys = KeyPairGenerator.getInstance("RSA").apply { initialize(2048) }.generateKeyPair()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0).apply {
        createContext("/certs") { exchange ->
            val body = jwks().toByteArray()
            exchange.responseHeaders.add("Content-Type", "application/json")
            exchange.sendResponseHeaders(200, body.size.toLong())
            exchange.responseBody.use { it.write(body) }
        }
        start()
    }

    /** What the service is told of it. */
    val settings = arrayOf(
        "BESEDA__GOOGLE__CLIENT_IDS" to CLIENT,
        "BESEDA__GOOGLE__KEYS_URL" to "http://127.0.0.1:${server.address.port}/certs",
    )

    /** That somebody has just signed in. */
    fun idToken(subject: String, nonce: String): String {
        val now = Instant.now().epochSecond
        val claims = json(
            "iss" to "https://accounts.google.com", "aud" to CLIENT, "sub" to subject, "nonce" to nonce, "name" to "Анна",
            "iat" to now, "exp" to now + 3_600, "random" to Math.random(),
        )
        val signed = listOf(json("alg" to "RS256", "kid" to "1"), claims).joinToString(".") { base64(it.toString().toByteArray()) }
        val signature = Signature.getInstance("SHA256withRSA").run {
            initSign(keys.private)
            update(signed.toByteArray())
            sign()
        }
        return "$signed.${base64(signature)}"
    }

    private fun jwks(): String {
        val key = keys.public as RSAPublicKey
        val numbers = listOf(key.modulus, key.publicExponent).map { number -> base64(number.toByteArray().dropWhile { it == 0.toByte() }.toByteArray()) }
        val jwk = json("kty" to "RSA", "use" to "sig", "alg" to "RS256", "kid" to "1", "n" to numbers[0], "e" to numbers[1])
        return JSONObject().put("keys", JSONArray().put(jwk)).toString()
    }

    override fun close() = server.stop(0)

    companion object {
        const val CLIENT = "1-android.apps.googleusercontent.com"

        private fun base64(bytes: ByteArray): String = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)
    }
}
