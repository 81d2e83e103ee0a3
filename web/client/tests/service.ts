// A service for tests: `fetch` as the client meets it, with an answer that is cut wherever a test wants it.
// To be imported after browser.ts, before what it is to serve.

const kept = new Map<string, string>();
Object.defineProperty(globalThis, "localStorage", {
  configurable: true,
  value: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  },
});

export function signIn(expires_at = Date.now() + 1_000_000): void {
  kept.set("beseda.tokens", JSON.stringify({ access_token: "a0", refresh_token: "r0", expires_at }));
}

export function isSignedIn(): boolean {
  return kept.has("beseda.tokens");
}

export type Handler = (path: string, init: RequestInit) => Response | Promise<Response>;

export function serve(handler: Handler): void {
  globalThis.fetch = ((path: string, init: RequestInit = {}) => Promise.resolve().then(() => handler(path, init))) as typeof fetch;
}

export function problem(type: string, status: number, more: object = {}): Response {
  return new Response(JSON.stringify({ type, title: type, status, ...more }), { status, headers: { "Content-Type": "application/problem+json" } });
}

/** Tests do not wait for what people wait for: a second is a millisecond. */
const real = globalThis.setTimeout;
globalThis.setTimeout = ((work: () => void, ms = 0) => real(work, ms / 1000)) as typeof setTimeout;

const text = "Здравствуйте, 👍🏽 Анна!";
const answer = { id: "a", message_text: text, turn_id: "t", answers_id: "m", session_id: "s", sender: "ai", status: "complete", created_at: "" };
const event = (name: string, id: string, data: unknown) => `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

/** The stream of an answer from a position, each character an event, as long as `bytes` allow. */
export function stream(after: string | null, bytes = Infinity): Response {
  if (after === "end") return new Response(null, { status: 204 });
  let body = after === null ? event("accepted", "0", { message_id: "m", turn_id: "t" }) : "";
  [...text].forEach((character, index) => {
    if (index >= Number(after ?? 0)) body += event("delta", String(index + 1), { text: character });
  });
  body += event("done", "end", { ai_message: answer, subscription: null });
  const all = new TextEncoder().encode(body);
  let sent = 0;
  const readable = new ReadableStream<Uint8Array>({
    pull(controller) {
      // An error throws away what was not read yet, so it comes only afterwards.
      if (sent === 0 && bytes > 0) controller.enqueue(all.slice(0, bytes));
      else if (bytes < all.length) controller.error(new Error("cut"));
      else controller.close();
      sent++;
    },
  }, { highWaterMark: 0 });
  return new Response(readable, { headers: { "Content-Type": "text/event-stream" } });
}

export const whole = text;
