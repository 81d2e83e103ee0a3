// Being told of answers while no page of ours is open (Web Push), in browsers where the person wants it.
//
// The service tells a device for as long as it is signed in. Here is kept that it was wanted; the subscription itself is the
// browser's, and is handed to the service anew with each start, as either side may have lost it.
import { effect, signal } from "@preact/signals";
import { json, nothing } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import type { PushKey, PushSubscribed } from "../api/types.ts";
import { go } from "../store/route.ts";
import { language } from "../store/preferences.ts";

/** `impossible`: this browser can't, or the service doesn't; `denied`: the person has told the browser so. */
export type Push = "impossible" | "off" | "on" | "denied";
export const push = signal<Push>(first());

/** The id of the subscription, for as long as it is wanted. */
const KEPT = "beseda.push";
/** What the worker reads: it sees neither the pages' storage nor their language. */
const SETTINGS = "settings";

function can(): boolean {
  // In development there is no worker. A frame, as in Telegram's web clients, may not ask; a WebView has no such thing.
  return import.meta.env.PROD && "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis && globalThis.top === globalThis.self;
}

function first(): Push {
  if (!can()) return "impossible";
  if (Notification.permission === "denied") return "denied";
  return wanted() && Notification.permission === "granted" ? "on" : "off";
}

function wanted(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function want(id: string | null): void {
  try {
    if (id) localStorage.setItem(KEPT, id);
    else localStorage.removeItem(KEPT);
  } catch {
    // Then it lasts as long as the page.
  }
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other, so that what was asked for last is what stays. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}

/** To be called from a click: browsers demand that the question answers one. */
export async function turnOn(): Promise<void> {
  const answer = await Notification.requestPermission();
  if (answer === "granted") await inTurn(subscribe);
  else push.value = answer === "denied" ? "denied" : "off";
}

export function turnOff(): Promise<void> {
  return inTurn(unsubscribe);
}

async function unsubscribe(): Promise<void> {
  const id = wanted();
  await forgetPush();
  if (!id) return;
  await nothing(`/v1/me/push-subscriptions/${id}`, { method: "DELETE" }).catch((error: unknown) => {
    if (Problem.of(error).type !== "not-found") throw error;
  });
}

/** After a start or a sign-in: what was wanted is made to last. */
export async function renewPush(): Promise<void> {
  if (!can()) return;
  await inTurn(async () => {
    if (!wanted()) return;
    await (Notification.permission === "granted" ? subscribe() : unsubscribe());
  });
}

/** This device is signed out: the service has forgotten it, or will. */
export async function forgetPush(): Promise<void> {
  want(null);
  if (!can()) return;
  if (push.peek() === "on") push.value = "off";
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

async function subscribe(): Promise<void> {
  const key = await json<PushKey>("/v1/push").catch((error: unknown) => {
    if (Problem.of(error).type === "push-off") push.value = "impossible";
    throw error;
  });
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  if (subscription && keyOf(subscription) !== key.public_key) {
    // The service has another key than when this was made, and could not send to it.
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.public_key });
  const kept = await json<PushSubscribed>("/v1/me/push-subscriptions", { method: "POST", body: subscription.toJSON() });
  want(kept.id);
  push.value = "on";
}

function keyOf(subscription: PushSubscription): string | null {
  const bytes = subscription.options.applicationServerKey;
  if (!bytes) return null;
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** An answer that this page has read to its end, while nobody looks at it: the service takes it for read. */
export async function answeredUnseen(session_id: string, message_id: string): Promise<void> {
  if (!document.hidden || push.peek() !== "on") return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ kind: "answered", session_id, message_id });
}

/** What the worker says: open a dialogue; the subscription has changed. */
export function listenToWorker(): void {
  if (!can()) return;
  navigator.serviceWorker.addEventListener("message", (event: MessageEvent<{ kind?: string; session_id?: string }>) => {
    const { kind, session_id } = event.data ?? {};
    if (kind === "open" && session_id) go({ page: "dialogue", id: session_id });
    else if (kind === "push-changed") renewPush().catch(() => {});
  });
  effect(() => {
    const to = language.value;
    if (push.value === "on") void caches.open(SETTINGS).then((cache) => cache.put("/language", new Response(to))).catch(() => {});
  });
}
