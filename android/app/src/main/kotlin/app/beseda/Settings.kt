package app.beseda

import android.content.Context

/** What this device is set to: the server, and the colours that the person chose in the client. */
class Settings(private val context: Context) {
    private val kept = context.getSharedPreferences("settings", Context.MODE_PRIVATE)
    private val localHttp = context.resources.getBoolean(R.bool.local_http)

    /** The one the app was built for. */
    val defaultServer: Server? get() = parse(context.getString(R.string.default_server))

    /** Null: nobody has said yet. */
    var server: Server?
        get() = kept.getString(SERVER, null)?.let(::parse) ?: defaultServer
        set(value) = kept.edit().run { if (value == null) remove(SERVER) else putString(SERVER, value.origin) }.apply()

    /** `system`, `light` or `dark`, as the client has it. */
    var theme: String
        get() = kept.getString(THEME, null) ?: "system"
        set(value) = kept.edit().putString(THEME, value).apply()

    fun parse(typed: String): Server? = Server.parse(typed, localHttp)

    private companion object {
        const val SERVER = "server"
        const val THEME = "theme"
    }
}
