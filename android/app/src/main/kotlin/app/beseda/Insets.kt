package app.beseda

import android.view.View

/**
 * Keeps what is shown out of the way of bars, cutouts and the keyboard, which from Android 15 on lie over every app. Older
 * systems keep them apart by themselves, and say here that there are none. The page is told nothing of them
 * (`env(safe-area-inset-…)` is 0), so that they are not counted twice.
 */
@Suppress("DEPRECATION") // With `adjustResize` they are bars, cutout and keyboard together, on all versions.
fun keepClearOfBars(frame: View) {
    frame.setOnApplyWindowInsetsListener { view, insets ->
        view.setPadding(
            insets.systemWindowInsetLeft, insets.systemWindowInsetTop, insets.systemWindowInsetRight, insets.systemWindowInsetBottom,
        )
        insets.consumeSystemWindowInsets()
    }
}
