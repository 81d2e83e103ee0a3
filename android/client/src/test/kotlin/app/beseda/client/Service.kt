package app.beseda.client

import java.io.File
import java.net.HttpURLConnection
import java.net.ServerSocket
import java.net.URL
import java.nio.file.Files
import java.util.concurrent.TimeUnit.SECONDS

/** The fake model of `crates/testkit`, for all tests. */
object Model {
    val url: String by lazy {
        // It ends with its standard input, so with this process.
        val process = ProcessBuilder(program("BESEDA_FAKE_MODEL")).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        process.inputStream.bufferedReader().readLine()
    }
}

private fun program(variable: String): String =
    checkNotNull(System.getenv(variable)) { "$variable must name a program: see android/test.sh" }

/** The real service, with a database of its own, on loopback. */
class Service(private vararg val settings: Pair<String, String>) : AutoCloseable {
    private val folder: File = Files.createTempDirectory("beseda-client").toFile()
    val port: Int = ServerSocket(0).use { it.localPort }
    val url = "http://127.0.0.1:$port"
    private var process: Process = start()

    private fun start(): Process {
        val builder = ProcessBuilder(program("BESEDA_PROGRAM"), "serve").directory(folder).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        builder.environment().apply {
            clear()
            putAll(environment())
        }
        val started = builder.start()
        repeat(600) {
            if (isReady()) return started
            check(started.isAlive) { "the service ended: ${log.readText()}" }
            Thread.sleep(50)
        }
        started.destroyForcibly()
        error("the service does not get ready: ${log.readText()}")
    }

    private fun environment() = mapOf(
        "BESEDA__HTTP__LISTEN" to "127.0.0.1:$port",
        "BESEDA__DATABASE__URL" to "sqlite://${File(folder, "beseda.db")}",
        "BESEDA__LLM__BASE_URL" to Model.url,
        "BESEDA__LLM__MODEL" to "fake",
        "BESEDA__LIMITS__REGISTRATIONS_PER_MINUTE" to "100000",
    ) + settings

    private val log get() = File(folder, "log")

    private fun isReady(): Boolean = try {
        (URL("$url/readyz").openConnection() as HttpURLConnection).responseCode == 200
    } catch (_: java.io.IOException) {
        false
    }

    /** `beseda …` beside the service. */
    fun run(vararg arguments: String) {
        val builder = ProcessBuilder(program("BESEDA_PROGRAM"), *arguments).directory(folder).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        builder.environment().putAll(environment())
        check(builder.start().waitFor() == 0) { log.readText() }
    }

    /** As a power cut does it, and back at the same address. */
    fun killAndStart() {
        process.destroyForcibly().waitFor()
        process = start()
    }

    fun client(store: TokenStore = MemoryTokens(), server: String = url) = Beseda(server, store, QUICK)

    /** Somebody new, signed in. */
    fun someone(store: TokenStore = MemoryTokens(), server: String = url): Beseda =
        client(store, server).apply { register(Person("Анна", Gender.FEMALE, 27), "ru", "test") }

    override fun close() {
        process.destroy()
        if (!process.waitFor(20, SECONDS)) process.destroyForcibly().waitFor()
        folder.deleteRecursively()
    }

    companion object {
        /** For tests, in which whoever is away comes back soon. */
        val QUICK = Retries(attempts = 12, first = 50, most = 4_000)
    }
}
