package app.beseda

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Parcel
import android.os.SystemClock
import android.view.ViewGroup

/** The web client, with what a WebView lacks around it. */
class MainActivity : Activity(), PageEvents {
    private lateinit var settings: Settings
    private lateinit var server: Server
    private lateinit var page: Page
    private lateinit var notice: Notice
    private lateinit var colours: Colours
    private lateinit var networks: Networks
    private val saving by lazy { Saving(this) }
    private val chooser by lazy { FileChooser(this) }
    private val back = Back(this) { page.back() }
    /** Where the person is: what a page that replaces this one begins with. */
    private var place = ""
    private var diedAt = 0L
    private val isOpen get() = ::page.isInitialized

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        settings = Settings(this)
        server = settings.server ?: return askForServer()
        setContentView(R.layout.main)
        notice = Notice(this, ::retry, ::askForOtherServer)
        colours = Colours(this, part(R.id.frame))
        colours.show(settings.theme)
        keepClearOfBars(part(R.id.frame))
        page = newPage()
        networks = Networks(this) { there -> runOnUiThread { networkIs(there) } }
        networks.listen()
        begin(saved)
    }

    private fun newPage(): Page {
        val bridge = Bridge(saving) { theme -> runOnUiThread { themeChosen(theme) } }
        return Page(this, server, chooser, bridge, this).also { (part(R.id.place) as ViewGroup).addView(it.view) }
    }

    private fun begin(saved: Bundle?) {
        val version = page.version
        if (version != null && version < Page.OLDEST_VERSION) return notice.show(Failure.Outdated(version))
        // Of another server: its pages are not this one's.
        val mine = saved?.takeIf { it.getString(SERVER) == server.origin }
        place = mine?.getString(PLACE)?.takeIf(server::has) ?: server.page()
        if (mine?.getBundle(PAGE)?.let(page::restore) == true) return
        val fromHistory = intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0
        // What was asked once is not asked again when the system brings the app back.
        page.load(if (saved == null && !fromHistory) asked(intent) ?: place else place)
    }

    /** The page that another app asks for. */
    private fun asked(intent: Intent): String? = when (intent.action) {
        Intent.ACTION_SEND -> Links.shared(server, intent.getStringExtra(Intent.EXTRA_SUBJECT), sharedText(intent))
        Intent.ACTION_VIEW -> intent.dataString?.let { Links.opened(server, it) }
        else -> null
    }

    /** With or without styles. */
    private fun sharedText(intent: Intent): String? = intent.getCharSequenceExtra(Intent.EXTRA_TEXT)?.toString()

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        if (!isOpen) return
        asked(intent)?.let {
            place = it
            page.load(it)
        }
    }

    // What the page makes known.

    override fun shown() = notice.hide()

    override fun moved(url: String) {
        // What was shared is in the field by now: it must not be put there again.
        place = url.substringBefore("?text=")
        back.enabled = page.canGoBack
    }

    override fun failed(failure: Failure) = notice.show(failure)

    override fun leave(url: String) {
        startOutside(Intent(Intent.ACTION_VIEW, Uri.parse(url)).addCategory(Intent.CATEGORY_BROWSABLE))
    }

    override fun died() {
        val now = SystemClock.elapsedRealtime()
        val again = diedAt != 0L && now - diedAt < CRASH_LOOP
        diedAt = now
        page.destroy()
        back.enabled = false
        page = newPage()
        // What dies at once each time would die for ever.
        if (again) notice.show(Failure.Crashed) else page.load(place)
    }

    private fun themeChosen(theme: String) {
        if (theme == settings.theme) return
        settings.theme = theme
        colours.show(theme)
    }

    private fun networkIs(there: Boolean) {
        if (isDestroyed) return
        page.view.setNetworkAvailable(there)
        if (there && notice.shown == Failure.Offline) retry()
    }

    private fun retry() {
        if (notice.shown is Failure.Outdated) recreate() else page.load(place)
    }

    // Other screens.

    /** There is none yet, so there is nothing to come back to. */
    private fun askForServer() {
        startActivity(Intent(this, ServerActivity::class.java))
        finish()
    }

    private fun askForOtherServer() = startActivity(Intent(this, ServerActivity::class.java))

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        when (request) {
            Saving.REQUEST -> saving.answered(data?.data.takeIf { result == RESULT_OK })
            FileChooser.REQUEST -> chooser.answered(result, data)
        }
    }

    // From here to there, and back.

    /** Asked on systems before 13 only. */
    @Deprecated("Deprecated in Java")
    override fun onBackPressed() {
        if (isOpen && page.canGoBack) page.back() else @Suppress("DEPRECATION") super.onBackPressed()
    }

    override fun onResume() {
        super.onResume()
        if (isOpen) page.view.onResume()
    }

    override fun onPause() {
        // Scripts go on: an answer that comes is followed until the system says otherwise.
        if (isOpen) page.view.onPause()
        super.onPause()
    }

    override fun onSaveInstanceState(out: Bundle) {
        super.onSaveInstanceState(out)
        if (!isOpen) return
        out.putString(SERVER, server.origin)
        out.putString(PLACE, place)
        val state = Bundle()
        page.view.saveState(state)
        // More than the system takes would end the app; the place alone does, too.
        if (sizeOf(state) <= MOST_STATE) out.putBundle(PAGE, state)
    }

    private fun sizeOf(state: Bundle): Int {
        val parcel = Parcel.obtain()
        try {
            parcel.writeBundle(state)
            return parcel.dataSize()
        } finally {
            parcel.recycle()
        }
    }

    override fun onDestroy() {
        if (isOpen) {
            networks.stop()
            page.destroy()
        }
        super.onDestroy()
    }

    private companion object {
        const val SERVER = "server"
        const val PLACE = "place"
        const val PAGE = "page"
        /** In bytes; the system takes about a million, of everything. */
        const val MOST_STATE = 200_000
        /** In milliseconds. */
        const val CRASH_LOOP = 10_000L
    }
}
