package app.beseda

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.net.NetworkRequest

/** Tells when there is a network and when there is none; on a thread of the system's. */
class Networks(context: Context, private val changed: (Boolean) -> Unit) {
    private val manager = context.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
    private val callback = object : ConnectivityManager.NetworkCallback() {
        private val networks = HashSet<Network>()

        override fun onAvailable(network: Network) = tell { networks += network }

        override fun onLost(network: Network) = tell { networks -= network }

        private fun tell(change: () -> Unit) {
            change()
            changed(networks.isNotEmpty())
        }
    }

    fun listen() {
        val internet = NetworkRequest.Builder().addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET).build()
        manager.registerNetworkCallback(internet, callback)
        // Who has none hears nothing from it.
        if (manager.activeNetwork == null) changed(false)
    }

    fun stop() = manager.unregisterNetworkCallback(callback)
}
