#!/usr/bin/env bash
# Builds the app without Android Studio, from packages of Debian, npm and PyPI that are pinned by SHA-256:
#   build/outputs/beseda-debug.apk   signed with a key of this folder's own, to be installed on a device
#   build/outputs/beseda.aab         for a store, to be signed by whoever uploads it
# and proves what can be proved without a device (check.sh).
#   BESEDA_SERVER=https://beseda.example android/build.sh    an app for one server; without, people are asked for theirs
set -euo pipefail
cd "$(dirname "$0")"
tools/fetch
. tools/paths

server=${BESEDA_SERVER:-}
[[ $server =~ ^(https?://[a-z0-9.-]+(:[0-9]+)?)?$ ]] || {
    echo "BESEDA_SERVER must be like https://beseda.example" >&2
    exit 1
}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' ../Cargo.toml | head -n 1)
IFS=. read -r major minor patch <<< "$version"
code=$((major * 10000 + minor * 100 + patch))
min_sdk=26
target_sdk=36

work=build/work
rm -rf "$work" "$out"
mkdir -p "$work"/{generated/values,java,stubs,r,classes,dex} "$out"

echo "resources"
# The manifest as aapt2 wants it; Gradle knows the name from elsewhere.
sed 's/<manifest /<manifest package="app.beseda" /' app/src/main/AndroidManifest.xml > "$work/AndroidManifest.xml"
host=${server#*://}
host=${host%%:*}
cat > "$work/generated/values/server.xml" << XML
<?xml version="1.0" encoding="utf-8"?>
<resources>
    <string name="default_server" translatable="false">$server</string>
    <string name="server_host" translatable="false">${host:-server.invalid}</string>
</resources>
XML
"$aapt2" compile --dir app/src/main/res -o "$work/main.zip"
"$aapt2" compile --dir app/src/debug/res -o "$work/debug.zip"
"$aapt2" compile --dir "$work/generated" -o "$work/generated.zip"
# link ARGUMENTS…: the manifest and the resources, with the server's address over the others.
link() {
    "$aapt2" link -I "$framework" --manifest "$work/AndroidManifest.xml" --min-sdk-version $min_sdk \
        --target-sdk-version $target_sdk --version-code "$code" --version-name "$version" \
        "$@" "$work/main.zip" -R "$work/generated.zip"
}
link -o "$work/debug.apk" --debug-mode -R "$work/debug.zip" --java "$work/java" --emit-ids "$work/ids.txt"
# The same ids: the program has them as numbers, and both get the same program.
link -o "$work/bundle.zip" --proto-format --stable-ids "$work/ids.txt"

echo "program"
find stubs "$work/java" -name '*.java' | sort > "$work/java.txt"
javac --release 8 -nowarn -Xlint:-options -cp "$android_jar" -d "$work/stubs" @"$work/java.txt"
mv "$work/stubs/app" "$work/r/"
# Android's own Java, so that nothing is used that a phone does not have.
kotlinc -no-jdk -jvm-target 11 -module-name app -cp "$work/stubs:$work/r:$android_jar:$stdlib" -d "$work/classes" app/src/main/kotlin
find "$work/classes" -name '*.class' | sort > "$work/classes.txt"
d8 --release --min-api $min_sdk --lib "$android_jar" --classpath "$work/stubs" --output "$work/dex" @"$work/classes.txt" "$stdlib"

echo "packages"
tools/pack apk "$work/debug.apk" "$work/dex/classes.dex" "$work/unsigned.apk"
if [ ! -e debug.keystore ]; then
    # Kept: an app signed with another key is another app to a device.
    keytool -genkeypair -keystore debug.keystore -storetype pkcs12 -storepass android -alias debug -dname "CN=Beseda debug" \
        -keyalg RSA -keysize 3072 -validity 10950
fi
apksigner sign --ks debug.keystore --ks-pass pass:android --ks-key-alias debug --min-sdk-version $min_sdk \
    --v4-signing-enabled false --out "$out/beseda-debug.apk" "$work/unsigned.apk"
tools/pack module "$work/bundle.zip" "$work/dex/classes.dex" "$work/base.zip"
bundletool build-bundle --modules="$work/base.zip" --output="$out/beseda.aab"
cp "$work/dex/classes.dex" "$out/"

./check.sh
(cd "$out" && stat --printf '%10s  %n\n' -- * && sha256sum classes.dex)
