"""Reads the package as a stranger would (androguard), and says what is wrong with it.

check.py APK BUNDLE_MANIFEST
"""

import struct
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

from loguru import logger

logger.disable("androguard")

from androguard.core.apk import APK  # noqa: E402

ANDROID = "{http://schemas.android.com/apk/res/android}"
# INTERNET to talk to the server; the state of the network, so that what waits is sent when it is back.
PERMISSIONS = {"android.permission.INTERNET", "android.permission.ACCESS_NETWORK_STATE"}
# What other apps may open.
EXPORTED = {"app.beseda.MainActivity"}
# Ours, and Kotlin's library. A class of Android's would be a stub that slipped in.
PACKAGES = ("Lapp/beseda/", "Lkotlin/", "Lorg/intellij/lang/annotations/", "Lorg/jetbrains/annotations/")

wrong: list[str] = []


def same(what: str, found: object, wanted: object) -> None:
    print(f"  {what}: {found}")
    if found != wanted:
        wrong.append(f"{what} must be {wanted}")


def defined(dex: bytes) -> list[str]:
    """The classes that a program brings along (Dalvik executable format: header, class_defs, type_ids, string_ids)."""
    (strings,) = struct.unpack_from("<I", dex, 0x3C)
    (types,) = struct.unpack_from("<I", dex, 0x44)
    count, classes = struct.unpack_from("<II", dex, 0x60)
    names = []
    for index in range(count):
        (of_type,) = struct.unpack_from("<I", dex, classes + 32 * index)
        (of_string,) = struct.unpack_from("<I", dex, types + 4 * of_type)
        (at,) = struct.unpack_from("<I", dex, strings + 4 * of_string)
        # Behind its length, which takes one byte for each seven bits.
        while dex[at] & 0x80:
            at += 1
        names.append(dex[at + 1 : dex.index(0, at + 1)].decode())
    return names


def unaligned(path: str) -> list[str]:
    """What is stored uncompressed and does not begin at a multiple of four, so that it cannot be mapped into memory."""
    found = []
    with open(path, "rb") as file, zipfile.ZipFile(file) as package:
        for info in package.infolist():
            # The extra field here may be longer than the central directory's.
            file.seek(info.header_offset + 26)
            name, extra = struct.unpack("<HH", file.read(4))
            if info.compress_type == zipfile.ZIP_STORED and (info.header_offset + 30 + name + extra) % 4:
                found.append(info.filename)
    return found


apk = APK(sys.argv[1])
bundle = ElementTree.parse(sys.argv[2]).getroot()

same("permissions", sorted(apk.get_permissions()), sorted(PERMISSIONS))
same("permissions of the bundle", sorted(tag.get(ANDROID + "name") for tag in bundle.iter("uses-permission")), sorted(PERMISSIONS))
same("services, receivers and providers", apk.get_services() + apk.get_receivers() + apk.get_providers(), [])
exported = [name for name in apk.get_activities() if apk.get_attribute_value("activity", "exported", name=name) == "true"]
same("exported", sorted(exported), sorted(EXPORTED))
same("backup", apk.get_attribute_value("application", "allowBackup"), "false")
same("target", apk.get_effective_target_sdk_version(), 36)
same("debuggable", apk.get_attribute_value("application", "debuggable"), "true")
same("debuggable bundle", bundle.find("application").get(ANDROID + "debuggable"), None)
same("programs", sorted(name for name in apk.get_files() if name.endswith(".dex")), ["classes.dex"])
same("unaligned", unaligned(sys.argv[1]), [])
same("native code", [name for name in apk.get_files() if name.endswith(".so")], [])
classes = defined(apk.get_dex())
same("classes of ours", any(name == "Lapp/beseda/MainActivity;" for name in classes), True)
same("classes of others", [name for name in classes if not name.startswith(PACKAGES)], [])

if wrong:
    sys.exit("\n".join(wrong))
