// What the tabs of one browser tell each other, so that all show the same.
import type { Message, Session } from "../api/types.ts";

export type News =
  /** A message was taken, or is answered again: its answer can be followed. */
  | { kind: "accepted"; message: Message; turn_id: string }
  | { kind: "session"; session: Session }
  | { kind: "session-made"; local: string; session: Session }
  | { kind: "session-gone"; id: string }
  | { kind: "outbox" }
  | { kind: "me" };

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("beseda");

export function tell(news: News): void {
  channel?.postMessage(news);
}

export function hear(listener: (news: News) => void): void {
  channel?.addEventListener("message", (event: MessageEvent<News>) => listener(event.data));
}
