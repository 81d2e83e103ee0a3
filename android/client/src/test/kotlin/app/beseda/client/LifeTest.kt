package app.beseda.client

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import java.time.LocalDate
import org.json.JSONObject
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** What a person does, call by call, and what is refused. */
class LifeTest {
    @Test
    fun `an account is made, described, exported and erased`() {
        val store = MemoryTokens()
        val anna = service.client(store)
        assertFalse(anna.isSignedIn)
        val made = anna.register(Person("Анна", Gender.FEMALE, 27), "ru", "Pixel")
        assertTrue(anna.isSignedIn)
        assertEquals(made, anna.me())
        assertEquals(listOf("Анна", Gender.FEMALE, 27, "ru"), made.run { listOf(name, gender, age, language) })

        val changed = anna.setProfile(Person("Аня"), language = "en", timeZone = "Asia/Yekaterinburg")
        assertEquals("Аня", changed.name)
        assertNull(changed.gender)
        assertNull(changed.age)
        assertEquals("Asia/Yekaterinburg", anna.me().timeZone)

        val device = anna.devices().single()
        assertEquals("Pixel", device.name)
        assertTrue(device.current)

        val export = ByteArrayOutputStream().also(anna::export)
        assertEquals(1, JSONObject(export.toString("UTF-8")).getJSONArray("devices").length())

        anna.erase()
        assertFalse(anna.isSignedIn)
        assertNull(store.read())
        assertEquals(ProblemType.UNAUTHORIZED, problem { anna.me() }.type)
    }

    @Test
    fun `a dialogue has a life`() {
        val anna = service.someone()
        val companion = Person("Ким", Gender.OTHER, 30)
        val session = anna.newSession("Сказки", companion)
        assertEquals("Сказки", session.title)
        assertEquals(companion, session.companion)
        assertEquals("Были", anna.rename(session.id, "Были").title)
        assertEquals("Были", anna.session(session.id).title)

        val answer = anna.send(session.id, "Привет, «мир» 🙂")
        assertEquals("complete", answer.message.status)
        assertEquals("ai", answer.message.sender)
        assertEquals(1L, answer.subscription?.usedRequests)
        val (said, asked) = anna.messages(session.id).items
        assertEquals(answer.message, said)
        assertEquals("Привет, «мир» 🙂", asked.messageText)
        assertEquals(asked.id, said.answersId)

        anna.report(said.id, ReportCategory.WRONG, "нет")
        assertFalse(anna.endSession(session.id).isActive)
        assertEquals(ProblemType.SESSION_ENDED, problem { anna.send(session.id, "ещё") }.type)
        anna.deleteSession(session.id)
        assertEquals(ProblemType.NOT_FOUND, problem { anna.session(session.id) }.type)
    }

    @Test
    fun `lists are read to their end by cursors`() {
        val anna = service.someone()
        val session = anna.newSession()
        repeat(5) { anna.send(session.id, "вопрос $it") }
        val pages = generateSequence(anna.messages(session.id, limit = 3)) { page -> page.next?.let { anna.messages(session.id, it, 3) } }.toList()
        assertEquals(listOf(3, 3, 3, 1), pages.map { it.items.size })
        val questions = pages.flatMap { it.items }.filter { it.sender == "user" }.map { it.messageText }
        assertEquals((4 downTo 0).map { "вопрос $it" }, questions)

        repeat(4) { anna.newSession() }
        val first = anna.sessions(limit = 4)
        val second = anna.sessions(first.next, 4)
        assertEquals(1, second.items.size)
        assertNull(second.next)
        assertEquals(5, (first.items + second.items).map { it.id }.toSet().size)
        assertEquals(ProblemType.INVALID_CURSOR, problem { anna.sessions("not of ours") }.type)
    }

    @Test
    fun `plan and usage are told`() {
        val anna = service.someone()
        anna.send(anna.newSession().id, "Здравствуй")
        val subscription = anna.subscription()
        assertEquals("free", subscription.planName)
        assertEquals(1L, subscription.usedRequests)
        assertEquals(subscription.usageLimit - 1, subscription.remaining)
        assertFalse(anna.setAutoRenew(false).autoRenew)
        assertTrue(anna.plans().any { it.planName == "premium" && "ru" in it.title })
        val usage = anna.usage()
        assertEquals(1L, usage.requestsCount)
        assertEquals(usage.requestsCount, usage.days.sumOf { it.requestsCount })
        val day = LocalDate.of(2026, 1, 1)
        assertEquals(day to day, anna.usage(day, day).run { from to to })
    }

    @Test
    fun `what was bought is told, and what is to come is wished`() {
        val anna = service.someone()
        assertEquals(emptyList<Payment>(), anna.payments().items)
        service.run("subscription", "grant", "--user", anna.me().id, "--plan", "premium")
        val grant = anna.payments(limit = 1).items.single()
        assertEquals("grant" to "paid", grant.provider to grant.kind)
        assertNull(grant.amount)
        assertEquals("premium", anna.subscription().planName)
        assertEquals("free", anna.setNextPlan("free").nextPlan)
        assertNull(anna.setNextPlan(null).nextPlan)
        assertEquals(ProblemType.INVALID, problem { anna.setNextPlan("gold") }.type)
        assertEquals(ProblemType.TELEGRAM_OFF, problem { anna.invoice("premium") }.type)
    }

    @Test
    fun `an account at Google opens the same account on another device`() = Google().use { google ->
        Service(*google.settings).use { service ->
            val phone = service.client()
            assertEquals(SignInMethods(telegram = false, googleClientId = Google.CLIENT), phone.signInMethods())
            val made = phone.signInWithGoogle(google.idToken("1", "a"), "a", "ru", "Pixel")
            assertEquals("Анна", made.name)
            assertNotNull(phone.googleLinkedAt())
            val tablet = service.client()
            val token = google.idToken("1", "b")
            assertEquals(made.id, tablet.signInWithGoogle(token, "b").id)
            assertEquals(2, tablet.devices().size)
            assertEquals(ProblemType.SIGN_IN_USED, problem { service.client().signInWithGoogle(token, "b") }.type)
            assertEquals(ProblemType.SIGN_IN_INVALID, problem { service.client().signInWithGoogle(google.idToken("1", "c"), "d") }.type)

            // Somebody who has begun without it: one of the two stays, with what both have said.
            val guest = service.someone()
            guest.send(guest.newSession().id, "Привет")
            assertEquals(ProblemType.GOOGLE_TAKEN, problem { guest.linkGoogle(google.idToken("1", "e"), "e") }.type)
            assertEquals(made.id, guest.linkGoogle(google.idToken("1", "f"), "f", Keep.OTHER).id)
            assertEquals(1, phone.sessions().items.size)
            assertEquals(made.id, guest.me().id)
            guest.unlinkGoogle()
            assertNull(tablet.googleLinkedAt())
            assertEquals(ProblemType.NOT_FOUND, problem { tablet.unlinkGoogle() }.type)
        }
    }

    @Test
    fun `refusals have types`() {
        val anna = service.someone()
        val invalid = problem { anna.setProfile(Person("Анна", age = 500)) }
        assertEquals(ProblemType.INVALID, invalid.type)
        assertEquals(422, invalid.status)
        assertEquals(listOf("age"), invalid.errors.map { it.field })
        assertEquals(ProblemType.GOOGLE_PLAY_OFF, problem { anna.purchase("premium", "token") }.type)
        assertEquals(ProblemType.TELEGRAM_OFF, problem { anna.telegramLink() }.type)
        assertEquals(ProblemType.GOOGLE_OFF, problem { anna.linkGoogle("token", "nonce") }.type)
        assertEquals(ProblemType.NOT_FOUND, problem { anna.removeDevice("01a204c5-0000-7000-8000-000000000000") }.type)

        val failed = problem { anna.send(anna.newSession().id, "!fake status=400") }
        assertEquals(ProblemType.MODEL_FAILED, failed.type)
        assertNotNull(failed.messageId)
        assertFalse(failed.passes)
    }

    @Test
    fun `a spent quota says when it renews`() = Service("BESEDA__PLANS__FREE__USAGE_LIMIT" to "1").use { small ->
        val anna = small.someone()
        val session = anna.newSession()
        anna.send(session.id, "раз")
        val spent = problem { anna.send(session.id, "два") }
        assertEquals(ProblemType.QUOTA_EXCEEDED, spent.type)
        assertEquals(anna.subscription().endDate, spent.renewsAt)
    }

    @Test
    fun `a network that is not there is no problem of the service's`() {
        val nobody = Beseda("http://127.0.0.1:9", MemoryTokens(), Retries(attempts = 2, first = 1))
        val error = assertThrows(IOException::class.java) { nobody.register(Person("Анна")) }
        assertFalse(error is Problem)
    }

    @Test
    fun `every problem of the service is known`() {
        val source = File(checkNotNull(System.getenv("BESEDA_SOURCE")), "crates/server/src/problem.rs").readText()
        val types = Regex("""^ {4}\w+ = "([a-z-]+)", \d{3},""", RegexOption.MULTILINE).findAll(source).map { it.groupValues[1] }.toSet()
        assertTrue(types.size > 30)
        assertEquals(types, ProblemType.entries.map { it.text }.toSet() - "unknown")
        assertEquals(ProblemType.UNKNOWN, ProblemType.of("from-the-future"))
    }

    private companion object {
        val service by lazy(::Service)

        @AfterClass
        @JvmStatic
        fun end() = service.close()
    }
}

/** The problem that `work` ends with. */
fun problem(work: () -> Unit): Problem = assertThrows(Problem::class.java) { work() }
