package app.beseda.client

import com.sun.net.httpserver.HttpServer
import java.net.HttpURLConnection
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URL
import java.nio.file.Files
import java.time.Instant
import java.util.concurrent.Callable
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

/** A device stays signed in, and is signed out when it must be. */
class TokensTest {
    @Test
    fun `threads that find the token old refresh it once`() {
        val store = signedIn()
        store.write(store.read()!!.copy(expiresAt = Instant.EPOCH))
        val refreshes = AtomicInteger()
        val anna = counting(store, refreshes)
        together(8) { anna.me() }
        assertEquals(1, refreshes.get())
        assertTrue(store.read()!!.expiresAt.isAfter(Instant.now()))
    }

    @Test
    fun `threads whose token is refused refresh it once`() {
        val store = signedIn()
        val before = store.read()!!
        store.write(before.copy(accessToken = "ba_" + "0".repeat(43)))
        val refreshes = AtomicInteger()
        val anna = counting(store, refreshes)
        together(8) { anna.me() }
        assertEquals(1, refreshes.get())
        assertNotEquals(before.refreshToken, store.read()!!.refreshToken)
    }

    @Test
    fun `a change whose token is refused is made with the next one`() {
        val store = signedIn()
        store.write(store.read()!!.copy(accessToken = "ba_" + "0".repeat(43)))
        val anna = service.client(store)
        assertEquals("Аня", anna.setProfile(Person("Аня")).name)
    }

    @Test
    fun `what stands in between signs nobody out`() {
        val proxy = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        proxy.createContext("/") { call ->
            call.sendResponseHeaders(401, 0)
            call.responseBody.use { it.write("<h1>Who are you?</h1>".toByteArray()) }
        }
        proxy.start()
        try {
            val store = signedIn()
            val before = store.read()
            val problem = problem { service.client(store, "http://127.0.0.1:${proxy.address.port}").me() }
            assertEquals(ProblemType.UNAUTHORIZED, problem.type)
            assertEquals(before, store.read())
        } finally {
            proxy.stop(0)
        }
    }

    @Test
    fun `a refresh whose answer was lost signs nobody out`() = CuttingProxy(service.port).use { network ->
        val store = signedIn()
        store.write(store.read()!!.copy(expiresAt = Instant.EPOCH))
        network.swallowAnswer()
        val anna = service.client(store, network.url)
        anna.me()
        assertEquals(1, network.cut)
        assertTrue(anna.isSignedIn)
    }

    @Test
    fun `a token that was used before signs the device out`() {
        val store = signedIn()
        val old = store.read()!!.copy(expiresAt = Instant.EPOCH)
        store.write(old)
        service.client(store).me()
        store.write(store.read()!!.copy(expiresAt = Instant.EPOCH))
        service.client(store).me()
        // The thief has the first pair.
        val stolen = MemoryTokens(old)
        val thief = service.client(stolen)
        assertEquals(ProblemType.TOKEN_REUSED, problem { thief.me() }.type)
        assertNull(stolen.read())
        assertFalse(thief.isSignedIn)
        val anna = service.client(store)
        assertEquals(ProblemType.UNAUTHORIZED, problem { anna.me() }.type)
        assertFalse(anna.isSignedIn)
    }

    @Test
    fun `signing out ends the tokens there, too`() {
        val store = signedIn()
        val copy = MemoryTokens(store.read())
        service.client(store).logout()
        assertNull(store.read())
        assertEquals(ProblemType.UNAUTHORIZED, problem { service.client(copy).me() }.type)
    }

    @Test
    fun `a file keeps them for the next process`() {
        val folder = Files.createTempDirectory("beseda-tokens").toFile()
        try {
            val file = folder.resolve("tokens")
            val id = service.someone(FileTokens(file)).me().id
            assertEquals(id, service.client(FileTokens(file)).me().id)
            assertEquals(listOf("tokens"), folder.list()?.toList())
            FileTokens(file).clear()
            assertNull(FileTokens(file).read())
        } finally {
            folder.deleteRecursively()
        }
    }

    @Test
    fun `tokens are shown nowhere`() {
        val tokens = signedIn().read()!!
        assertFalse(tokens.accessToken in tokens.toString() || tokens.refreshToken in tokens.toString())
    }

    private fun signedIn() = MemoryTokens().also(service::someone)

    private fun counting(store: TokenStore, refreshes: AtomicInteger) = Beseda(service.url, store, Service.QUICK, open = { url: URL ->
        if (url.path == "/v1/auth/refresh") refreshes.incrementAndGet()
        url.openConnection() as HttpURLConnection
    })

    /** `work` on several threads that begin at the same moment; throws if one of them did. */
    private fun together(threads: Int, work: () -> Unit) {
        val pool = Executors.newFixedThreadPool(threads)
        try {
            val start = CyclicBarrier(threads)
            val each = Callable {
                start.await()
                work()
            }
            pool.invokeAll(List(threads) { each }).forEach { it.get() }
        } finally {
            pool.shutdownNow()
        }
    }

    private companion object {
        val service by lazy(::Service)

        @AfterClass
        @JvmStatic
        fun end() = service.close()
    }
}
