// Keeps the newest dialogues on this device, also those that were not opened here, so that they can be read offline.
import { json } from "../api/client.ts";
import type { Message, Page, Session } from "../api/types.ts";
import { meta, replaceMessages, setMeta } from "./database.ts";

const DIALOGUES = 12;
/** A device that saves data saves these calls, too. */
const saving = () => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

let busy = false;

/** One after the other, in quiet moments: nobody waits for it. */
export async function keepRecent(sessions: readonly Session[]): Promise<void> {
  if (busy || saving()) return;
  busy = true;
  try {
    for (const { id, last_activity_at } of sessions.slice(0, DIALOGUES)) {
      if (id.startsWith("local-")) continue;
      const key = `kept:${id}`;
      if ((await meta<string>(key)) === last_activity_at) continue;
      await quiet();
      const page = await json<Page<Message>>(`/v1/sessions/${id}/messages?limit=50`);
      await replaceMessages(id, page.items);
      await setMeta(key, last_activity_at);
    }
  } catch {
    // The network or the storage is not there: another time.
  } finally {
    busy = false;
  }
}

function quiet(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: 2_000 });
    else setTimeout(resolve, 200);
  });
}
