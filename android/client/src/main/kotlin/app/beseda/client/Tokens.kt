package app.beseda.client

import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.time.Instant
import org.json.JSONException
import org.json.JSONObject

/** What signs a device in. Whoever has it is the person: keep it where other apps can't read. */
data class Tokens(
    val accessToken: String,
    /** Good for one exchange: the next pair takes the place of this one. */
    val refreshToken: String,
    /** When the access token ends, by this device's clock. */
    val expiresAt: Instant,
) {
    /** Without the tokens, so that none gets into a log. */
    override fun toString() = "Tokens(expiresAt=$expiresAt)"

    internal companion object {
        fun of(json: JSONObject, now: Instant) =
            Tokens(json.getString("access_token"), json.getString("refresh_token"), now.plusSeconds(json.getLong("expires_in")))
    }
}

/**
 * Where the tokens of this device are kept. Calls are never concurrent for one [Beseda]. One store is for one [Beseda]
 * in one process: two that refresh by themselves would use a token twice, which signs the device out.
 */
interface TokenStore {
    fun read(): Tokens?

    /** Must last once it returns: the pair before is worth nothing from now on. */
    fun write(tokens: Tokens)

    fun clear()
}

/** For as long as the process lives. */
class MemoryTokens(private var tokens: Tokens? = null) : TokenStore {
    override fun read() = tokens

    override fun write(tokens: Tokens) {
        this.tokens = tokens
    }

    override fun clear() {
        tokens = null
    }
}

/** In a file: on Android one in `context.noBackupFilesDir`, so that no other device gets the same tokens. */
class FileTokens(private val file: File) : TokenStore {
    override fun read(): Tokens? {
        if (!file.exists()) return null
        return try {
            val json = JSONObject(file.readText())
            Tokens(json.getString("access_token"), json.getString("refresh_token"), Instant.parse(json.getString("expires_at")))
        } catch (e: JSONException) {
            throw IOException("$file is not a file of tokens", e)
        }
    }

    override fun write(tokens: Tokens) {
        val text = json(
            "access_token" to tokens.accessToken,
            "refresh_token" to tokens.refreshToken,
            "expires_at" to tokens.expiresAt.toString(),
        ).toString()
        // Whole or not at all: a crash in the middle must not sign the device out.
        val next = File(file.path + ".new")
        next.outputStream().use { out ->
            out.write(text.toByteArray())
            out.fd.sync()
        }
        Files.move(next.toPath(), file.toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
    }

    override fun clear() {
        file.delete()
    }
}
