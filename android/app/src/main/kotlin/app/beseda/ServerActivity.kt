package app.beseda

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.EditText

/** Where the server is, for people who run their own. */
class ServerActivity : Activity() {
    private val settings by lazy { Settings(this) }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        setContentView(R.layout.server)
        val frame = part(R.id.frame)
        Colours(this, frame).show("system")
        keepClearOfBars(frame)
        val address = part(R.id.address) as EditText
        if (saved == null) address.setText(settings.server?.origin.orEmpty())
        address.setOnEditorActionListener { _, _, _ ->
            save(address)
            true
        }
        part(R.id.save).setOnClickListener { save(address) }
        val usual = settings.defaultServer
        if (usual != null && usual != settings.server) showReset()
    }

    private fun showReset() {
        val reset = part(R.id.reset)
        reset.visibility = View.VISIBLE
        reset.setOnClickListener { open(null) }
    }

    private fun save(address: EditText) {
        val server = settings.parse(address.text.toString())
        if (server == null) address.error = getString(R.string.server_wrong) else open(server)
    }

    /** Null: the one the app was built for. */
    private fun open(server: Server?) {
        settings.server = server
        // From the beginning: nothing of the other server's is left on the screen.
        startActivity(Intent(this, MainActivity::class.java).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TASK))
        finish()
    }
}
