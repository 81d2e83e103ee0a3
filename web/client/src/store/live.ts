// Answers that are being written.
import { signal } from "@preact/signals";
import type { Problem } from "../api/problem.ts";

export type LiveState = "waiting" | "writing" | "stopping" | "failed";

/** One answer on its way. Its text changes once per frame, however small the pieces are that it comes in. */
export class Live {
  readonly text = signal("");
  readonly state = signal<LiveState>("waiting");
  readonly problem = signal<Problem | null>(null);
  turn_id: string | null = null;
  readonly controller = new AbortController();
  #pending = "";
  #scheduled = false;

  constructor(
    readonly session_id: string,
    readonly message_id: string,
  ) {}

  write(piece: string): void {
    this.#pending += piece;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden page has no frames.
    if (document.hidden) setTimeout(() => this.#flush(), 250);
    else requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    this.text.value += this.#pending;
    this.#pending = "";
    if (this.state.peek() === "waiting") this.state.value = "writing";
  }

  fail(problem: Problem): void {
    this.problem.value = problem;
    this.state.value = "failed";
  }
}

/** By the message that is answered: of several tries at one, the newest. */
export const lives = signal<ReadonlyMap<string, Live>>(new Map());

export function setLive(live: Live): void {
  lives.peek().get(live.message_id)?.controller.abort();
  lives.value = new Map(lives.peek()).set(live.message_id, live);
}

export function dropLive(live: Live): void {
  if (lives.peek().get(live.message_id) !== live) return;
  const next = new Map(lives.peek());
  next.delete(live.message_id);
  lives.value = next;
}

export function forgetLives(): void {
  for (const live of lives.peek().values()) live.controller.abort();
  lives.value = new Map();
}
