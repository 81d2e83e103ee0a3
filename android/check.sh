#!/usr/bin/env bash
# What can be proved of the built packages without a device. build.sh ends with it.
set -euo pipefail
cd "$(dirname "$0")"
tools/fetch
. tools/paths

apk=$out/beseda-debug.apk
aab=$out/beseda.aab

echo "check: signature"
apksigner verify --min-sdk-version 26 --verbose "$apk" | grep -E '^Verifie[sd]'
echo "check: what Android reads of it"
"$aapt2" dump badging "$apk" | grep -E "^(package|sdkVersion|minSdkVersion|targetSdkVersion|uses-permission|application-label|launchable-activity|locales)"
echo "check: bundle"
bundletool validate --bundle="$aab" > build/work/bundle.txt
bundletool dump manifest --bundle="$aab" > build/work/bundle-manifest.xml

if ! cmp -s tools/androguard.txt build/androguard/requirements.txt; then
    rm -rf build/androguard
    python3 -m venv build/androguard
    build/androguard/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: -r tools/androguard.txt
    cp tools/androguard.txt build/androguard/requirements.txt
fi
echo "check: contents"
build/androguard/bin/python tools/check.py "$apk" build/work/bundle-manifest.xml
