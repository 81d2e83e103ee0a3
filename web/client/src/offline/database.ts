// What this device keeps: dialogues and messages to read offline, and what is still to be sent (IndexedDB).
//
// Everything but the outbox is a copy: when storage fails (private windows, a full disk), the client works without.
import type { Message, Session } from "../api/types.ts";
import type { Item } from "../store/queue.ts";

interface Stores {
  sessions: Session;
  messages: Message;
  outbox: Item;
  meta: { key: string; value: unknown };
}
type Name = keyof Stores;

const NAME = "beseda";
const VERSION = 1;

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const db = asked.result;
      db.createObjectStore("sessions", { keyPath: "id" });
      db.createObjectStore("messages", { keyPath: "id" }).createIndex("session_id", "session_id");
      db.createObjectStore("outbox", { keyPath: "key" });
      db.createObjectStore("meta", { keyPath: "key" });
    };
    asked.onsuccess = () => {
      // A tab with a newer client must not wait for this one.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = null;
      };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function write(names: Name[], work: (store: (name: Name) => IDBObjectStore) => void): Promise<void> {
  const db = await open();
  const tx = db.transaction(names, "readwrite");
  work((name) => tx.objectStore(name));
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = tx.onerror = () => reject(tx.error);
  });
}

export async function all<N extends Name>(name: N): Promise<Stores[N][]> {
  const db = await open();
  return result(db.transaction(name).objectStore(name).getAll());
}

export async function put<N extends Name>(name: N, ...rows: Stores[N][]): Promise<void> {
  await write([name], (store) => rows.forEach((row) => store(name).put(row)));
}

export async function remove(name: Name, ...keys: string[]): Promise<void> {
  await write([name], (store) => keys.forEach((key) => store(name).delete(key)));
}

export async function meta<T>(key: string): Promise<T | null> {
  const db = await open();
  const row = await result(db.transaction("meta").objectStore("meta").get(key));
  return ((row as Stores["meta"] | undefined)?.value as T | undefined) ?? null;
}

export async function setMeta(key: string, value: unknown): Promise<void> {
  await put("meta", { key, value });
}

export async function messagesOf(session: string): Promise<Message[]> {
  const db = await open();
  return result(db.transaction("messages").objectStore("messages").index("session_id").getAll(session));
}

/** Puts `rows` in the place of all that was kept of a dialogue. */
export async function replaceMessages(session: string, rows: Message[]): Promise<void> {
  await write(["messages"], (store) => {
    const messages = store("messages");
    const keys = messages.index("session_id").getAllKeys(session);
    keys.onsuccess = () => {
      const kept = new Set(rows.map((row) => row.id));
      for (const key of keys.result) if (!kept.has(String(key))) messages.delete(key);
      for (const row of rows) messages.put(row);
    };
  });
}

export async function forgetSession(id: string): Promise<void> {
  await remove("sessions", id);
  await remove("meta", `kept:${id}`);
  await replaceMessages(id, []);
}

/** Everything: the account was left or erased. */
export async function wipe(): Promise<void> {
  const names: Name[] = ["sessions", "messages", "outbox", "meta"];
  await write(names, (store) => names.forEach((name) => store(name).clear()));
}

/** For copies: a failure is no more than that there is none. */
export function quietly<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    console.warn("local storage:", error);
    return null;
  });
}
