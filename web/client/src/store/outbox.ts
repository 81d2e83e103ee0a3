// The outbox of this device: the rules of queue.ts with IndexedDB, one tab at a time, whenever there is a chance.
import { signal } from "@preact/signals";
import { Problem } from "../api/problem.ts";
import { backoff, onWake } from "../api/wake.ts";
import { isSignedIn } from "../account/auth.ts";
import { newId } from "../ids.ts";
import { all, put, quietly, remove } from "../offline/database.ts";
import { ask } from "./answers.ts";
import { isLocal, make } from "./dialogues.ts";
import { inOrder, pump, type Item, type Storage } from "./queue.ts";
import { replace, route } from "./route.ts";
import { tell } from "./tabs.ts";
import { moveDraft } from "./drafts.ts";

export const outbox = signal<readonly Item[]>([]);
/** Why nothing is sent right now, and when it is tried again, by this device's clock. */
export const delay = signal<{ problem: Problem; until: number } | null>(null);

// For where IndexedDB is refused: then the queue lasts as long as the page.
const memory = new Map<string, Item>();
let works = true;

const storage: Storage = {
  async all() {
    const kept = works ? await quietly(all("outbox")) : null;
    if (!kept) works = false;
    return kept ?? [...memory.values()];
  },
  async put(item) {
    memory.set(item.key, item);
    await quietly(put("outbox", item));
    await changed();
  },
  async remove(key) {
    memory.delete(key);
    await quietly(remove("outbox", key));
    await changed();
  },
};

async function changed(): Promise<void> {
  await loadOutbox();
  tell({ kind: "outbox" });
}

export async function loadOutbox(): Promise<void> {
  outbox.value = inOrder(await storage.all());
}

export async function enqueue(session: string, text: string): Promise<void> {
  await storage.put({ key: newId(), session, text, created_at: Date.now(), problem: null });
  run();
}

export async function withdraw(key: string): Promise<void> {
  await storage.remove(key);
}

export async function retry(item: Item): Promise<void> {
  await storage.put({ ...item, problem: null });
  run();
}

/** Everything that waits for this dialogue: it was deleted. */
export async function withdrawAll(session: string): Promise<void> {
  for (const item of outbox.peek()) if (item.session === session) await storage.remove(item.key);
}

async function send(item: Item): Promise<void> {
  let session = item.session;
  if (isLocal(session)) {
    const made = await make(session);
    for (const waiting of await storage.all()) {
      if (waiting.session === session) await storage.put({ ...waiting, session: made.id });
    }
    moved(session, made.id);
    session = made.id;
  }
  // In the same moment in which the message appears as sent, it is no longer shown as waiting.
  await ask(session, item.text, item.key, () => {
    outbox.value = outbox.peek().filter((waiting) => waiting.key !== item.key);
  });
}

/** The dialogue that was begun here has its real name now. */
export function moved(local: string, id: string): void {
  moveDraft(local, id);
  const now = route.peek();
  if (now.page === "dialogue" && now.id === local) replace({ page: "dialogue", id });
}

let running = false;
let wanted = false;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends what waits. */
export function run(): void {
  wanted = true;
  if (running || !isSignedIn()) return;
  running = true;
  clearTimeout(timer);
  void work().finally(() => (running = false));
}

async function work(): Promise<void> {
  while (wanted) {
    wanted = false;
    const wait = (problem: Problem) => (problem.body.retry_after ?? 0) * 1000 || backoff(tries);
    const { again, problem } = await alone(() => pump(storage, send, wait));
    if (again === null) {
      tries = 0;
      delay.value = null;
    } else {
      tries++;
      delay.value = problem && { problem, until: Date.now() + again };
      timer = setTimeout(run, again);
    }
  }
}

/** One tab at a time sends; who waits reads the queue anew when it is its turn. */
function alone<T>(task: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request("beseda-outbox", task) as Promise<T>) : task();
}

onWake(() => {
  // The first try of a network that is just back may still fail: the next is soon.
  tries = 0;
  run();
});

export function forgetOutbox(): void {
  memory.clear();
  outbox.value = [];
  delay.value = null;
  clearTimeout(timer);
}
