// The service worker: keeps the app's shell, so that it opens without network, and tells of answers.
//
// It answers for the page and its files only. Calls of the API go past it, as do /admin and /docs, which share its scope.
// A newer one waits until the person says so, or until no page of the old one is open: no page is ever served parts of two.
const worker = self as unknown as ServiceWorkerGlobalScope;

// Written in by the build (build/shell.ts).
const FILES = "__SHELL_FILES__".split("\n");
const CACHE = "shell-__SHELL_VERSION__";
const known = new Set(FILES);

worker.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    FILES.map(async (file) => {
      // A name with a hash never changes its content: what an earlier shell has is not loaded again.
      const kept = file.startsWith("/assets/") ? await caches.match(file) : undefined;
      const response = kept ?? (await fetch(file, { cache: "no-cache" }));
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      await cache.put(file, response);
    }),
  );
}

worker.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("shell-") && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (!known.has(url.pathname)) return;
  event.respondWith(serve(request, url.pathname));
});

async function serve(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

worker.addEventListener("message", (event) => {
  if (event.data === "take-over") void worker.skipWaiting();
  // A hidden page has read an answer to its end. Another page may be looked at.
  const news = event.data?.kind === "answered" && read(event.data);
  if (news) event.waitUntil(pages().then((all) => (all.some((page) => page.visibilityState === "visible") ? undefined : show(news))));
});

/** Where an answer is. What it says is asked of the service, by the page. */
interface News {
  session_id: string;
  message_id: string;
}

const TEXTS = {
  ru: { title: "Беседа", body: "Ответ готов" },
  en: { title: "Beseda", body: "Your answer is ready" },
};

worker.addEventListener("push", (event) => {
  let said: unknown = null;
  try {
    said = event.data?.json();
  } catch {
    // Browsers want something shown for each message, whatever it is.
  }
  event.waitUntil(show(read(said)));
});

/** Only an id: it becomes part of an address. */
function read(said: unknown): News | null {
  const { session_id, message_id } = (said ?? {}) as Partial<News>;
  const isId = (value: unknown) => typeof value === "string" && /^[\w-]{1,64}$/.test(value);
  return isId(session_id) && isId(message_id) ? ({ session_id, message_id } as News) : null;
}

async function show(news: News | null): Promise<void> {
  const kept = await caches.open("settings").then((cache) => cache.match("/language"), () => undefined);
  const language = (await kept?.text()) ?? worker.navigator.language;
  const { title, body } = language.startsWith("ru") ? TEXTS.ru : TEXTS.en;
  // In a dialogue the newest answer is what there is to tell.
  const options = { body, lang: language, icon: "/icon-192.png", tag: news?.session_id ?? "beseda", data: news };
  await worker.registration.showNotification(title, options);
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(read(event.notification.data)));
});

async function open(news: News | null): Promise<void> {
  const page = (await pages())[0];
  if (!page) {
    await worker.clients.openWindow(news ? `/#/d/${news.session_id}` : "/");
    return;
  }
  if (news) page.postMessage({ kind: "open", session_id: news.session_id });
  await page.focus();
}

/** The client's own: /admin and /docs share the scope. The one that was looked at last is the first. */
async function pages(): Promise<WindowClient[]> {
  const all = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((page) => new URL(page.url).pathname === "/");
}

// A subscription ends when the browser says so. A page has the tokens to make another one; without one it is made when one
// is opened.
worker.addEventListener("pushsubscriptionchange", (event) => {
  const tell = async () => (await pages())[0]?.postMessage({ kind: "push-changed" });
  (event as ExtendableEvent).waitUntil(tell());
});
