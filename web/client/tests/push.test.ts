import "./browser.ts";
import { problem, serve, signIn } from "./service.ts";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

// A browser that can be told of answers, and its subscription.
const KEY = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const OTHER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const bytes = (key: string) => Uint8Array.from(Buffer.from(key, "base64url")).buffer;
const notification = { permission: "default", answer: "granted", asked: 0, async requestPermission() {
  notification.asked++;
  return (notification.permission = notification.answer);
} };
let made = 0;
let subscription: { key: string; endpoint: string } | null = null;
const shown = () => subscription && {
  endpoint: subscription.endpoint,
  options: { applicationServerKey: bytes(subscription.key) },
  toJSON: () => ({ endpoint: subscription!.endpoint, keys: { p256dh: "p", auth: "a" } }),
  unsubscribe: async () => (subscription = null, true),
};
const told: unknown[] = [];
const pushManager = {
  getSubscription: async () => shown(),
  async subscribe(options: { applicationServerKey: string; userVisibleOnly: boolean }) {
    assert.equal(options.userVisibleOnly, true);
    subscription = { key: options.applicationServerKey, endpoint: `https://push.example/${++made}` };
    return shown();
  },
};
const registration = { pushManager, active: { postMessage: (message: unknown) => told.push(message) } };
const serviceWorker = { ready: Promise.resolve(registration), getRegistration: async () => registration, addEventListener: () => {} };
const page = { documentElement: { dataset: {}, lang: "" }, hidden: false, addEventListener: () => {} };
for (const [name, value] of Object.entries({ Notification: notification, PushManager: class {}, document: page })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
Object.defineProperty(globalThis.navigator, "serviceWorker", { value: serviceWorker, configurable: true });

const { answeredUnseen, forgetPush, push, renewPush, turnOff, turnOn } = await import("../src/offline/push.ts");

/** What the service was asked, and the key that it has. */
let calls: string[] = [];
let key = KEY;
beforeEach(() => {
  signIn();
  calls = [];
  serve((path, init) => {
    const endpoint = init.body ? ` ${(JSON.parse(String(init.body)) as { endpoint: string }).endpoint}` : "";
    calls.push(`${init.method} ${path}${endpoint}`);
    if (path === "/v1/push") return Response.json({ public_key: key });
    if (init.method === "DELETE") return new Response(null, { status: 204 });
    return Response.json({ id: "s1", device_id: "d1", created_at: "" }, { status: 201 });
  });
});
afterEach(async () => {
  await forgetPush();
  [made, key, notification.asked, notification.permission, notification.answer] = [0, KEY, 0, "default", "granted"];
  told.length = 0;
});

test("nothing is asked before the click, and what is refused stays off", async () => {
  await renewPush();
  assert.deepEqual([notification.asked, calls, push.value], [0, [], "off"]);
  notification.answer = "denied";
  await turnOn();
  assert.deepEqual([notification.asked, calls, push.value], [1, [], "denied"]);
});

test("turned on, the service has the browser's subscription; turned off, neither has any", async () => {
  await turnOn();
  assert.equal(push.value, "on");
  assert.deepEqual(calls, ["GET /v1/push", "POST /v1/me/push-subscriptions https://push.example/1"]);
  assert.equal(subscription?.key, KEY);
  await turnOff();
  assert.equal(push.value, "off");
  assert.equal(subscription, null);
  assert.equal(calls.at(-1), "DELETE /v1/me/push-subscriptions/s1");
  await renewPush();
  assert.equal(calls.length, 3);
});

test("turned off while it is being turned on, it is off, there and here", async () => {
  await Promise.all([turnOn(), Promise.resolve().then(turnOff)]);
  assert.deepEqual([push.value, subscription], ["off", null]);
  assert.equal(calls.at(-1), "DELETE /v1/me/push-subscriptions/s1");
});

test("with each start the subscription is handed in anew, and made anew for another key", async () => {
  await turnOn();
  await renewPush();
  assert.equal(calls.at(-1), "POST /v1/me/push-subscriptions https://push.example/1");
  key = OTHER;
  await renewPush();
  assert.equal(calls.at(-1), "POST /v1/me/push-subscriptions https://push.example/2");
  assert.equal(subscription?.key, OTHER);
  // The browser has dropped it by itself.
  subscription = null;
  await renewPush();
  assert.equal(calls.at(-1), "POST /v1/me/push-subscriptions https://push.example/3");
  // The person has changed their mind in the browser's settings.
  notification.permission = "denied";
  await renewPush();
  assert.deepEqual([calls.at(-1), subscription], ["DELETE /v1/me/push-subscriptions/s1", null]);
});

test("signed out, the browser is told no more", async () => {
  await turnOn();
  await forgetPush();
  assert.deepEqual([subscription, push.value, calls.length], [null, "off", 2]);
});

test("a failure is the service's own, and leaves it off", async () => {
  serve(() => problem("unavailable", 503));
  await assert.rejects(turnOn());
  assert.deepEqual([push.value, subscription], ["off", null]);
  serve(() => problem("push-off", 409));
  await assert.rejects(turnOn());
  assert.equal(push.value, "impossible");
  push.value = "off";
});

test("an answer that a hidden page has read is told of", async () => {
  await turnOn();
  await answeredUnseen("s", "m");
  assert.deepEqual(told, []);
  page.hidden = true;
  await answeredUnseen("s", "m");
  assert.deepEqual(told, [{ kind: "answered", session_id: "s", message_id: "m" }]);
  page.hidden = false;
});
