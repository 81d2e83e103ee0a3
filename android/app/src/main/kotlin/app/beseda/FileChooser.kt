package app.beseda

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.webkit.ValueCallback
import android.webkit.WebChromeClient
import android.webkit.WebView

/** Lets the page have files that the person chooses. */
class FileChooser(private val activity: Activity) : WebChromeClient() {
    private var waiting: ValueCallback<Array<Uri>>? = null

    override fun onShowFileChooser(view: WebView, files: ValueCallback<Array<Uri>>, asked: FileChooserParams): Boolean {
        answer(null)
        val intent = asked.createIntent()
        if (asked.mode == FileChooserParams.MODE_OPEN_MULTIPLE) intent.putExtra(Intent.EXTRA_ALLOW_MULTIPLE, true)
        waiting = files
        // Unanswered, the page could never ask again.
        if (!activity.startOutside(intent, REQUEST)) answer(null)
        return true
    }

    fun answered(result: Int, data: Intent?) {
        if (result != Activity.RESULT_OK || data == null) return answer(null)
        val several = data.clipData?.let { clip -> List(clip.itemCount) { clip.getItemAt(it).uri } }
        // Only what another app gives: a `file:` could be one of ours.
        answer((several ?: listOf(data.data)).filterNotNull().filter { it.scheme == "content" })
    }

    private fun answer(files: List<Uri>?) {
        waiting?.onReceiveValue(files?.toTypedArray())
        waiting = null
    }

    companion object {
        const val REQUEST = 2
    }
}
