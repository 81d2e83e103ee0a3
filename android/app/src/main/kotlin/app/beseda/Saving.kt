package app.beseda

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.util.Base64
import android.widget.Toast
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import kotlin.concurrent.thread

/**
 * Saves a file that the page made, the export for example: a WebView has no downloads, and a `blob:` means nothing
 * outside the page. It comes in pieces, is kept in the cache, and goes where the person says. No permission is needed.
 */
class Saving(private val activity: Activity) {
    // Survives the process, as the answer to "where" may come to the next one.
    private val part = File(activity.cacheDir, "saving")
    private var name = ""
    private var kind = ""

    @Synchronized
    fun begin(name: String, kind: String) {
        this.name = fileName(name)
        this.kind = if (KIND.matches(kind)) kind else "application/octet-stream"
        part.writeBytes(ByteArray(0))
    }

    @Synchronized
    fun piece(base64: String) = part.appendBytes(Base64.decode(base64, Base64.DEFAULT))

    @Synchronized
    fun end() {
        val where = Intent(Intent.ACTION_CREATE_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE)
            .setType(kind).putExtra(Intent.EXTRA_TITLE, name)
        activity.runOnUiThread { activity.startOutside(where, REQUEST) }
    }

    /** `uri`: where to; null: the person thought better of it. */
    fun answered(uri: Uri?) {
        if (uri == null) {
            part.delete()
            return
        }
        thread {
            val saved = write(uri)
            part.delete()
            activity.runOnUiThread { activity.say(if (saved) R.string.saved else R.string.save_failed) }
        }
    }

    private fun write(uri: Uri): Boolean = try {
        // "wt": a file that is overwritten by a shorter one keeps no end of the old.
        val out = activity.contentResolver.openOutputStream(uri, "wt") ?: throw FileNotFoundException(uri.toString())
        out.use { to -> part.inputStream().use { it.copyTo(to) } }
        true
    } catch (_: IOException) {
        false
    } catch (_: SecurityException) {
        false
    }

    companion object {
        const val REQUEST = 1
        private val KIND = Regex("[a-z]+/[a-z0-9.+-]+")

        private fun fileName(name: String): String =
            name.replace(Regex("[\\p{Cntrl}/\\\\:*?\"<>|]"), "_").trim('.', ' ').take(100).ifEmpty { "beseda" }
    }
}

/** Asks another app; says so if there is none for it. */
fun Activity.startOutside(intent: Intent, request: Int? = null): Boolean = try {
    if (request == null) startActivity(intent) else startActivityForResult(intent, request)
    true
} catch (_: ActivityNotFoundException) {
    say(R.string.no_app)
    false
} catch (_: SecurityException) {
    // An app that claims such links and lets nobody open it.
    say(R.string.no_app)
    false
}

fun Activity.say(text: Int) = Toast.makeText(this, text, Toast.LENGTH_LONG).show()
