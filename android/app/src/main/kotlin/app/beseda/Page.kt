package app.beseda

import android.annotation.SuppressLint
import android.app.Activity
import android.content.pm.ApplicationInfo
import android.graphics.Bitmap
import android.net.http.SslError
import android.os.Bundle
import android.view.ViewGroup
import android.view.ViewGroup.LayoutParams
import android.webkit.RenderProcessGoneDetail
import android.webkit.SslErrorHandler
import android.webkit.WebChromeClient
import android.webkit.WebResourceError
import android.webkit.WebResourceRequest
import android.webkit.WebResourceResponse
import android.webkit.WebSettings
import android.webkit.WebView
import android.webkit.WebViewClient

/** What the page makes known. */
interface PageEvents {
    /** A page of the server is there. */
    fun shown()

    /** `url` is where the person is now. */
    fun moved(url: String)

    fun failed(failure: Failure)

    /** A link that leads out. */
    fun leave(url: String)

    /** The process that draws is gone, and this page with it. */
    fun died()
}

/** Why there is no page. */
sealed class Failure {
    object Offline : Failure()

    class Status(val code: Int) : Failure()

    object Insecure : Failure()

    object Crashed : Failure()

    class Outdated(val has: Int) : Failure()
}

/** The web client in a WebView that shows one server and nothing else. */
class Page(activity: Activity, private val server: Server, chooser: WebChromeClient, bridge: Bridge, private val events: PageEvents) {
    val view = WebView(activity)
    private var failed = false

    init {
        val debuggable = activity.applicationInfo.flags and ApplicationInfo.FLAG_DEBUGGABLE != 0
        WebView.setWebContentsDebuggingEnabled(debuggable)
        view.layoutParams = LayoutParams(LayoutParams.MATCH_PARENT, LayoutParams.MATCH_PARENT)
        // No white flash before the page has its own.
        view.setBackgroundColor(0)
        view.settings.set()
        view.addJavascriptInterface(bridge, Bridge.NAME)
        view.setWebViewClient(Client())
        view.setWebChromeClient(chooser)
        // The client saves by the bridge; what else is a download is the browser's.
        view.setDownloadListener { url, _, _, _, _ -> events.leave(url) }
    }

    @SuppressLint("SetJavaScriptEnabled") // The page is our own client, under a policy that lets no other script run.
    private fun WebSettings.set() {
        javaScriptEnabled = true
        domStorageEnabled = true
        allowFileAccess = false
        allowContentAccess = false
        setGeolocationEnabled(false)
        mixedContentMode = WebSettings.MIXED_CONTENT_NEVER_ALLOW
        // So that the list of devices tells it from a browser (web/client/src/account/device.ts).
        userAgentString = "$userAgentString BesedaAndroid"
    }

    /** The version of the browser inside; null if it does not say. */
    val version: Int? get() = Regex("Chrome/(\\d+)").find(view.settings.userAgentString)?.groupValues?.get(1)?.toIntOrNull()

    val canGoBack: Boolean get() = view.canGoBack()

    fun load(url: String) = view.loadUrl(url)

    /** True if there was something to be restored. */
    fun restore(state: Bundle): Boolean = view.restoreState(state) != null && server.has(view.url)

    /** Closes the question that stands over the page, if there is one; else goes back. */
    fun back() = view.evaluateJavascript(CLOSE_DIALOG) { closed -> if (closed != "true" && view.canGoBack()) view.goBack() }

    fun destroy() {
        (view.parent as? ViewGroup)?.removeView(view)
        view.destroy()
    }

    private fun fail(failure: Failure) {
        failed = true
        events.failed(failure)
    }

    private inner class Client : WebViewClient() {
        override fun shouldOverrideUrlLoading(view: WebView, request: WebResourceRequest): Boolean {
            val url = request.url.toString()
            val way = Links.way(server, url)
            if (way == Links.Way.INSIDE) return false
            // What is in a frame, or what nobody tapped, opens no app.
            val meant = request.isForMainFrame && request.hasGesture()
            if (way == Links.Way.OUTSIDE && meant) events.leave(url)
            return true
        }

        override fun onPageStarted(view: WebView, url: String?, favicon: Bitmap?) {
            failed = false
            // Nothing leads here; if something did, it would have the bridge.
            if (!server.has(url) && url != "about:blank") {
                view.stopLoading()
                view.loadUrl(server.page())
            }
        }

        override fun onPageFinished(view: WebView, url: String?) {
            if (!failed && server.has(url)) events.shown()
        }

        override fun doUpdateVisitedHistory(view: WebView, url: String?, isReload: Boolean) {
            if (url != null && server.has(url)) events.moved(url)
        }

        override fun onReceivedError(view: WebView, request: WebResourceRequest, error: WebResourceError) {
            if (request.isForMainFrame) fail(Failure.Offline)
        }

        override fun onReceivedHttpError(view: WebView, request: WebResourceRequest, response: WebResourceResponse) {
            if (request.isForMainFrame && response.statusCode >= 500) fail(Failure.Status(response.statusCode))
        }

        override fun onReceivedSslError(view: WebView, handler: SslErrorHandler, error: SslError) {
            handler.cancel()
            fail(Failure.Insecure)
        }

        override fun onRenderProcessGone(view: WebView, detail: RenderProcessGoneDetail): Boolean {
            events.died()
            return true
        }
    }

    companion object {
        /** What the client is built for: `web/client/vite.config.ts`. */
        const val OLDEST_VERSION = 123

        /** True if there was a dialog to close: it is asked as by Escape, and says that it sees to it itself. */
        private const val CLOSE_DIALOG =
            "(()=>{const d=[...document.querySelectorAll('dialog[open]')].pop();" +
                "return !!d&&!d.dispatchEvent(new Event('cancel',{cancelable:true}))})()"
    }
}
