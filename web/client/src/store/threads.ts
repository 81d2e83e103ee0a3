// What was said in a dialogue: questions, each with every version of its answer.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { json } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import type { Message, Page } from "../api/types.ts";
import { messagesOf, put, quietly, replaceMessages } from "../offline/database.ts";
import { isLocal } from "./dialogues.ts";
import { lives, type Live } from "./live.ts";

export interface Exchange {
  question: Message;
  /** Oldest first; the last is the one that counts. */
  answers: Message[];
  live: Live | null;
}

/** How much of a dialogue this device keeps: no more than a first page, so that what is shown offline has no gap. */
const PAGE = 50;

export class Thread {
  readonly messages = signal<ReadonlyMap<string, Message>>(new Map());
  /** The cursor of what is older; null: nothing is; undefined: the service was not asked yet. */
  readonly older = signal<string | null | undefined>(undefined);
  readonly problem = signal<Problem | null>(null);
  readonly exchanges: ReadonlySignal<Exchange[]> = computed(() => exchanges(this.messages.value, lives.value));

  constructor(readonly id: string) {}

  get isFresh(): boolean {
    return this.older.peek() !== undefined;
  }

  async loadKept(): Promise<void> {
    const kept = await quietly(messagesOf(this.id));
    if (kept && kept.length > 0 && this.messages.peek().size === 0) this.merge(...kept);
  }

  /** The newest page. */
  async refresh(): Promise<void> {
    if (isLocal(this.id)) return;
    const known = new Set(this.messages.peek().keys());
    try {
      const page = await json<Page<Message>>(`/v1/sessions/${this.id}/messages?limit=${PAGE}`);
      const before = this.messages.peek();
      // Without a message in common there is a gap between the page and what is known: that is left to scrolling up.
      const joins = this.isFresh && (!page.next || page.items.some((message) => before.has(message.id)));
      // What came while the page was on its way may not be on it.
      const came = [...before].filter(([id]) => !known.has(id));
      const next = new Map(joins ? before : came);
      for (const message of page.items) next.set(message.id, message);
      this.messages.value = next;
      if (!joins) this.older.value = page.next ?? null;
      this.problem.value = null;
      void quietly(replaceMessages(this.id, [...page.items, ...came.map(([, message]) => message)]));
    } catch (error) {
      this.problem.value = Problem.of(error);
      throw error;
    }
  }

  async more(): Promise<void> {
    const before = this.older.peek();
    if (typeof before !== "string") return;
    const page = await json<Page<Message>>(`/v1/sessions/${this.id}/messages?limit=${PAGE}&before=${encodeURIComponent(before)}`);
    this.merge(...page.items);
    this.older.value = page.next ?? null;
  }

  merge(...messages: Message[]): void {
    const next = new Map(this.messages.peek());
    for (const message of messages) next.set(message.id, message);
    this.messages.value = next;
  }

  /** A message that was just made: it is kept on this device, too. */
  add(message: Message): void {
    this.merge(message);
    void quietly(put("messages", message));
  }
}

/** Ids begin with the service's time, so their order is that of asking. */
export function exchanges(messages: ReadonlyMap<string, Message>, live: ReadonlyMap<string, Live>): Exchange[] {
  const answers = new Map<string, Message[]>();
  const questions: Message[] = [];
  for (const message of messages.values()) {
    if (message.sender === "user") questions.push(message);
    else if (message.answers_id) {
      const list = answers.get(message.answers_id);
      if (list) list.push(message);
      else answers.set(message.answers_id, [message]);
    }
  }
  questions.sort((a, b) => (a.id < b.id ? -1 : 1));
  return questions.map((question) => ({
    question,
    answers: (answers.get(question.id) ?? []).sort((a, b) => (a.turn_id < b.turn_id ? -1 : 1)),
    live: live.get(question.id) ?? null,
  }));
}

const threads = new Map<string, Thread>();

export function thread(id: string): Thread {
  let found = threads.get(id);
  if (!found) threads.set(id, (found = new Thread(id)));
  return found;
}

/** The thread, if anybody has looked at it. */
export function openThread(id: string): Thread | null {
  return threads.get(id) ?? null;
}

export function dropThread(id: string): void {
  threads.delete(id);
}

export function forgetThreads(): void {
  threads.clear();
}
