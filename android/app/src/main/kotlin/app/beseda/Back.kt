package app.beseda

import android.app.Activity
import android.os.Build
import android.window.OnBackInvokedCallback
import android.window.OnBackInvokedDispatcher

/**
 * "Back" inside the page. From Android 13 on the system asks beforehand whether the app has a use for it, and shows where
 * it leads; on older ones `Activity.onBackPressed` asks.
 */
class Back(private val activity: Activity, private val work: () -> Unit) {
    // Made only where the class exists.
    private var callback: Any? = null

    /** Whether there is something to go back to inside. */
    var enabled = false
        set(value) {
            if (field == value) return
            field = value
            if (Build.VERSION.SDK_INT >= 33) register(value)
        }

    private fun register(on: Boolean) {
        val known = callback as OnBackInvokedCallback? ?: OnBackInvokedCallback { work() }.also { callback = it }
        if (on) dispatcher().registerOnBackInvokedCallback(OnBackInvokedDispatcher.PRIORITY_DEFAULT, known)
        else dispatcher().unregisterOnBackInvokedCallback(known)
    }

    /** `activity.onBackInvokedDispatcher`, which `build.sh`'s android.jar does not have (stubs/README.md). */
    private fun dispatcher() = Activity::class.java.getMethod("getOnBackInvokedDispatcher").invoke(activity) as OnBackInvokedDispatcher
}
