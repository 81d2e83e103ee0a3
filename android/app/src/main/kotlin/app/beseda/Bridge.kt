package app.beseda

import android.webkit.JavascriptInterface

/**
 * What the page can ask of the app, as `BesedaApp` (`web/client/src/android.ts`). Only pages of the server are ever shown,
 * and nothing here is done without the person's consent or shows them anything. Called on a thread of the WebView's.
 */
class Bridge(private val saving: Saving, private val themeChosen: (String) -> Unit) {
    @JavascriptInterface
    fun saveBegin(name: String, kind: String) = saving.begin(name, kind)

    @JavascriptInterface
    fun savePiece(base64: String) = saving.piece(base64)

    @JavascriptInterface
    fun saveEnd() = saving.end()

    @JavascriptInterface
    fun setTheme(theme: String) {
        if (theme in THEMES) themeChosen(theme)
    }

    companion object {
        const val NAME = "BesedaApp"
        private val THEMES = setOf("system", "light", "dark")
    }
}
