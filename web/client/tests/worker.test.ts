// What the service worker does with messages of the push service, and with a click on what it shows.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, test } from "node:test";
import ts from "typescript";

const path = "web/client/src/offline/worker.ts";
let folder = process.cwd();
while (!existsSync(join(folder, path))) folder = dirname(folder);
// It is no module, and of another world than pages: it is read as browsers read it.
const { outputText } = ts.transpileModule(readFileSync(join(folder, path), "utf8"), { compilerOptions: { target: ts.ScriptTarget.ES2022 } });

type Page = { url: string; visibilityState: string; told: unknown[]; focused: number };
type Shown = { title: string; body: string; tag: string; data: unknown };
let pages: Page[] = [];
let shown: Shown[] = [];
let opened: string[] = [];
let language: string | null = null;

const handlers = new Map<string, (event: unknown) => void>();
const worker = {
  location: { origin: "https://beseda.example" },
  navigator: { language: "en-GB" },
  addEventListener: (name: string, handler: (event: unknown) => void) => handlers.set(name, handler),
  registration: { showNotification: async (title: string, options: Omit<Shown, "title">) => void shown.push({ title, ...options }) },
  clients: {
    matchAll: async () => pages.map((page) => ({
      url: page.url,
      visibilityState: page.visibilityState,
      postMessage: (message: unknown) => page.told.push(message),
      focus: async () => void page.focused++,
    })),
    openWindow: async (address: string) => void opened.push(address),
  },
};
const caches = { open: async () => ({ match: async () => (language ? new Response(language) : undefined) }) };
new Function("self", "caches", outputText)(worker, caches);

async function happens(name: string, event: object): Promise<void> {
  const waited: Promise<unknown>[] = [];
  handlers.get(name)!({ ...event, waitUntil: (work: Promise<unknown>) => waited.push(work) });
  await Promise.all(waited);
}

const page = (url: string, visibilityState = "hidden"): Page => ({ url, visibilityState, told: [], focused: 0 });
const news = { session_id: "01a2-s", message_id: "01a2-m" };
const push = (said: () => unknown) => happens("push", { data: { json: said } });

beforeEach(() => {
  [pages, shown, opened, language] = [[], [], [], null];
});

test("an answer is told of in the language that is set", async () => {
  await push(() => news);
  language = "ru";
  await push(() => news);
  assert.deepEqual(shown.map(({ title, body }) => [title, body]), [["Beseda", "Your answer is ready"], ["Беседа", "Ответ готов"]]);
  assert.deepEqual([shown[0]!.tag, shown[0]!.data], ["01a2-s", news]);
});

test("whatever comes, something is shown, and nothing of it becomes an address", async () => {
  const strange = [{ session_id: "../../admin", message_id: "m" }, { session_id: 7, message_id: "m" }, null, "text"];
  for (const said of strange) await push(() => said);
  await push(() => { throw new SyntaxError("not JSON"); });
  await happens("push", { data: null });
  assert.equal(shown.length, 6);
  assert.ok(shown.every(({ data }) => data === null));
  await happens("notificationclick", { notification: { data: { session_id: "javascript:x", message_id: "m" }, close() {} } });
  assert.deepEqual(opened, ["/"]);
});

test("a click goes to the dialogue, in a page that is open or in a new one", async () => {
  let closed = 0;
  const click = () => happens("notificationclick", { notification: { data: news, close: () => closed++ } });
  await click();
  assert.deepEqual(opened, ["/#/d/01a2-s"]);
  const [staff, client] = [page("https://beseda.example/admin", "visible"), page("https://beseda.example/#/new")];
  pages = [staff, client];
  await click();
  assert.deepEqual([opened.length, client.told, client.focused, staff.told, closed], [1, [{ kind: "open", session_id: "01a2-s" }], 1, [], 2]);
});

test("a hidden page's answer is told of, unless another page is looked at", async () => {
  const answered = { data: { kind: "answered", ...news } };
  pages = [page("https://beseda.example/")];
  await happens("message", answered);
  pages.push(page("https://beseda.example/", "visible"));
  await happens("message", answered);
  await happens("message", { data: { kind: "answered", session_id: "<b>" } });
  assert.equal(shown.length, 1);
});

test("a page that is open makes a new subscription in the place of one that ended", async () => {
  await happens("pushsubscriptionchange", {});
  pages = [page("https://beseda.example/")];
  await happens("pushsubscriptionchange", {});
  assert.deepEqual(pages[0]!.told, [{ kind: "push-changed" }]);
});
