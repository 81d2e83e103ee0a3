package app.beseda

import android.app.Activity
import android.view.View
import android.widget.TextView

/** What stands in the page's place when there is none. */
class Notice(private val activity: Activity, retry: () -> Unit, otherServer: () -> Unit) {
    private val whole = activity.part(R.id.notice)

    init {
        activity.part(R.id.retry).setOnClickListener { retry() }
        activity.part(R.id.other_server).setOnClickListener { otherServer() }
    }

    /** What is told now; null: nothing. */
    var shown: Failure? = null
        private set

    fun show(failure: Failure) {
        shown = failure
        val (title, text) = words(failure)
        (activity.part(R.id.notice_title) as TextView).text = title
        (activity.part(R.id.notice_text) as TextView).text = text
        whole.visibility = View.VISIBLE
    }

    fun hide() {
        shown = null
        whole.visibility = View.GONE
    }

    private fun words(failure: Failure): Pair<String, String> = with(activity) {
        when (failure) {
            Failure.Offline -> getString(R.string.offline_title) to getString(R.string.offline_text)
            is Failure.Status -> getString(R.string.offline_title) to getString(R.string.failed_text, failure.code)
            Failure.Insecure -> getString(R.string.insecure_title) to getString(R.string.insecure_text)
            Failure.Crashed -> getString(R.string.crashed_title) to getString(R.string.crashed_text)
            is Failure.Outdated -> getString(R.string.outdated_title) to
                getString(R.string.outdated_text, Page.OLDEST_VERSION, failure.has)
        }
    }
}
