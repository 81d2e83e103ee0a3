// What the Android app does for the page that it shows (android/app, Bridge.kt): a WebView has no downloads, and does not
// know which colours the person chose.
import { effect } from "@preact/signals";
import { theme } from "./store/preferences.ts";

interface AndroidApp {
  /** A file, in pieces: what crosses the bridge is text. When it has ended, the app asks where it shall go. */
  saveBegin(name: string, kind: string): void;
  savePiece(base64: string): void;
  saveEnd(): void;
  setTheme(theme: string): void;
}

/** As many bytes as make a whole number of base64's groups, so that pieces can be decoded one by one. */
const PIECE = 3 * 64 * 1024;

const app = () => (globalThis as { BesedaApp?: AndroidApp }).BesedaApp ?? null;

/** Saves a file by the app; false in a browser, which does it by itself. */
export async function saveByApp(file: Blob, name: string): Promise<boolean> {
  const android = app();
  if (!android) return false;
  android.saveBegin(name, file.type);
  for (let at = 0; at < file.size; at += PIECE) {
    const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    android.savePiece(btoa(text));
  }
  android.saveEnd();
  return true;
}

/** Keeps the app's own colours those of the page. */
export function tellColours(): void {
  const android = app();
  if (android) effect(() => android.setTheme(theme.value));
}
