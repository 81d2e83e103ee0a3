package app.beseda

import android.app.Activity
import android.view.View

/** A part of the layout. (`findViewById` is generic from API 26 on, which the compiler may know or not: stubs/README.md.) */
fun Activity.part(id: Int): View = findViewById(id)
