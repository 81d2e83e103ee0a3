package app.beseda.client

import java.time.Instant
import java.time.LocalDate
import org.json.JSONArray
import org.json.JSONObject

// Reading: an absent member and a null one are the same.

internal fun JSONObject.textOrNull(name: String): String? = if (isNull(name)) null else getString(name)

internal fun JSONObject.intOrNull(name: String): Int? = if (isNull(name)) null else getInt(name)

internal fun JSONObject.longOrNull(name: String): Long? = if (isNull(name)) null else getLong(name)

internal fun JSONObject.time(name: String): Instant = Instant.parse(getString(name))

internal fun JSONObject.timeOrNull(name: String): Instant? = textOrNull(name)?.let(Instant::parse)

internal fun JSONObject.day(name: String): LocalDate = LocalDate.parse(getString(name))

internal fun <T : Any> JSONObject.objectOrNull(name: String, read: (JSONObject) -> T): T? =
    if (isNull(name)) null else read(getJSONObject(name))

internal fun <T> JSONArray.map(read: (JSONObject) -> T): List<T> = List(length()) { read(getJSONObject(it)) }

internal fun <T> JSONObject.list(name: String, read: (JSONObject) -> T): List<T> =
    if (isNull(name)) emptyList() else getJSONArray(name).map(read)

// Writing: `put` of a null leaves the member out, JSON's null has to be said.

internal fun json(vararg members: Pair<String, Any?>): JSONObject = JSONObject().apply {
    for ((name, value) in members) if (value != null) put(name, value)
}

internal fun Any?.orJsonNull(): Any = this ?: JSONObject.NULL
