import "./browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceName } from "../src/account/device.ts";
import { saveByApp, tellColours } from "../src/android.ts";
import { setTheme } from "../src/store/preferences.ts";

/** The app's side, as Bridge.kt and Saving.kt have it: each piece is decoded by itself. */
function app() {
  const saved: { name: string; kind: string; bytes: Buffer; ended: boolean }[] = [];
  const themes: string[] = [];
  const BesedaApp = {
    saveBegin: (name: string, kind: string) => void saved.push({ name, kind, bytes: Buffer.alloc(0), ended: false }),
    savePiece: (base64: string) => {
      const file = saved.at(-1)!;
      file.bytes = Buffer.concat([file.bytes, Buffer.from(base64, "base64")]);
    },
    saveEnd: () => void (saved.at(-1)!.ended = true),
    setTheme: (theme: string) => void themes.push(theme),
  };
  Object.assign(globalThis, { BesedaApp });
  return { saved, themes };
}

test("a file crosses to the app whole", async (t) => {
  const { saved } = app();
  t.after(() => Object.assign(globalThis, { BesedaApp: undefined }));
  // Larger than a piece, and cut in the middle of a letter.
  const text = "я🙂".repeat(100_001);
  assert.equal(await saveByApp(new Blob([text], { type: "application/json" }), "export.json"), true);
  assert.equal(await saveByApp(new Blob([]), "empty"), true);
  assert.deepEqual(saved.map(({ name, kind, ended }) => [name, kind, ended]), [["export.json", "application/json", true], ["empty", "", true]]);
  assert.equal(saved[0]!.bytes.toString("utf8"), text);
});

test("a browser saves by itself", async () => {
  assert.equal(await saveByApp(new Blob(["x"]), "x"), false);
});

test("the app is told which colours were chosen", (t) => {
  const { themes } = app();
  t.after(() => Object.assign(globalThis, { BesedaApp: undefined }));
  tellColours();
  setTheme("dark");
  setTheme("system");
  assert.deepEqual(themes, ["system", "dark", "system"]);
});

test("the app is called by its name", () => {
  assert.equal(deviceName("Mozilla/5.0 (Linux; Android 15; wv) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36 BesedaAndroid"), "Beseda, Android");
});
