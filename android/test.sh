#!/usr/bin/env bash
# Tests the client library against the real service with a fake model, and what of the app needs no Android.
#   android/test.sh                       all
#   android/test.sh client.TokensTest     one class
# BESEDA_PROGRAM and BESEDA_FAKE_MODEL name built programs; without, cargo builds them.
set -euo pipefail
cd "$(dirname "$0")"
tools/fetch
. tools/paths

export BESEDA_SOURCE=$PWD/..
if [ -z "${BESEDA_PROGRAM:-}" ] || [ -z "${BESEDA_FAKE_MODEL:-}" ]; then
    (cd .. && cargo build --quiet --locked -p beseda -p testkit)
    target=${CARGO_TARGET_DIR:-$BESEDA_SOURCE/target}
    export BESEDA_PROGRAM=$target/debug/beseda BESEDA_FAKE_MODEL=$target/debug/fake-model
fi

work=build/test
rm -rf "$work"
mkdir -p "$work"
json=$debian/usr/share/java/com.android.json.jar
kotlinc -jvm-target 11 -module-name client -cp "$stdlib:$json" -d "$work/client" client/src/main/kotlin
kotlinc -jvm-target 11 -cp "$work/client:$stdlib:$test_jars" -Xfriend-paths="$PWD/$work/client" -d "$work/client-tests" client/src/test/kotlin
# What of the app knows nothing of Android.
kotlinc -jvm-target 11 -cp "$stdlib" -module-name app -d "$work/app" app/src/main/kotlin/app/beseda/{Server,Links}.kt
kotlinc -jvm-target 11 -cp "$work/app:$stdlib:$test_jars" -Xfriend-paths="$PWD/$work/app" -d "$work/app-tests" app/src/test/kotlin

if [ $# = 0 ]; then
    set -- ServerTest LinksTest client.SseTest client.LifeTest client.AnswerTest client.TokensTest
fi
# PATCH: see Http.kt.
java --add-opens java.base/java.net=ALL-UNNAMED \
    -cp "$work/client:$work/client-tests:$work/app:$work/app-tests:$stdlib:$test_jars" org.junit.runner.JUnitCore "${@/#/app.beseda.}"
