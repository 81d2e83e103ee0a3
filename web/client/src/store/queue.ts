// What was written and is not yet acknowledged: kept on this device, sent in order, each under a key of its own, so that
// sending twice is one message. Nothing here knows of the browser, so the rules can be tested.
import { Problem, passes } from "../api/problem.ts";
import type { ProblemBody } from "../api/types.ts";

export interface Item {
  /** The Idempotency-Key: for the life of the message. */
  key: string;
  /** The dialogue; one that is still to be made begins with `local-`. */
  session: string;
  text: string;
  /** By this device's clock, in milliseconds: the order of sending. */
  created_at: number;
  /** Why the service does not take it. Null while it is to be sent. */
  problem: ProblemBody | null;
}

export interface Storage {
  all(): Promise<Item[]>;
  put(item: Item): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Resolves once the service has acknowledged the item; throws a `Problem`. */
export type Send = (item: Item) => Promise<void>;

export interface Pumped {
  /** How long to wait before the next try, in milliseconds; null when nothing is left to be tried. */
  again: number | null;
  /** The problem of the last try that is to be repeated. */
  problem: Problem | null;
}

export function inOrder(items: Item[]): Item[] {
  return [...items].sort((a, b) => a.created_at - b.created_at || (a.key < b.key ? -1 : 1));
}

/**
 * Sends what is to be sent. One at a time: a later message of a dialogue never overtakes an earlier one. An item that
 * is refused for good stays, with the reason, for the person to decide.
 */
export async function pump(storage: Storage, send: Send, wait: (problem: Problem) => number): Promise<Pumped> {
  const held = new Set<string>();
  let again: number | null = null;
  let last: Problem | null = null;
  for (;;) {
    // Read anew each time: another tab may have added, changed or removed something meanwhile.
    const next = inOrder(await storage.all()).find((item) => item.problem === null && !held.has(item.session));
    if (!next) return { again, problem: last };
    try {
      await send(next);
      await storage.remove(next.key);
    } catch (error) {
      const problem = Problem.of(error);
      // Signed out: whoever signs in next is somebody else.
      if (problem.type === "unauthorized" || problem.type === "token-reused") return { again: null, problem };
      // Sending may have given it another dialogue, and the person may have withdrawn it.
      const now = (await storage.all()).find((item) => item.key === next.key);
      if (passes(problem)) {
        held.add((now ?? next).session);
        again = Math.min(again ?? Infinity, wait(problem));
        last = problem;
        if (problem.body.status === 0) return { again, problem };
      } else if (now) {
        await storage.put({ ...now, problem: problem.body });
      }
    }
  }
}
