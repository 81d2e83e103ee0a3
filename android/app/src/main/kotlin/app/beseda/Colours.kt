package app.beseda

import android.app.Activity
import android.content.res.Configuration
import android.os.Build
import android.view.View

/** The colours around the page: those of the system, or those that the person chose inside. */
@Suppress("DEPRECATION") // What took their place is newer than the oldest system that is supported.
class Colours(private val activity: Activity, private val frame: View) {
    fun show(theme: String) {
        val dark = when (theme) {
            "dark" -> true
            "light" -> false
            else -> systemIsDark()
        }
        val paper = activity.getColor(if (dark) R.color.paper_dark else R.color.paper_light)
        frame.setBackgroundColor(paper)
        // From Android 15 on the bars are see-through, and these two do nothing.
        activity.window.statusBarColor = paper
        if (Build.VERSION.SDK_INT >= 27) activity.window.navigationBarColor = paper
        val light = View.SYSTEM_UI_FLAG_LIGHT_STATUS_BAR or LIGHT_NAVIGATION_BAR
        val decor = activity.window.decorView
        decor.systemUiVisibility = if (dark) decor.systemUiVisibility and light.inv() else decor.systemUiVisibility or light
    }

    private fun systemIsDark() =
        activity.resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK == Configuration.UI_MODE_NIGHT_YES

    private companion object {
        /** `View.SYSTEM_UI_FLAG_LIGHT_NAVIGATION_BAR`, API 26. */
        const val LIGHT_NAVIGATION_BAR = 0x10
    }
}
