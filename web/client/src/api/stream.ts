// Follows an answer to its end, through cuts of the network, restarts of the service and the sleep of a phone.
//
// The id of an event is the length of the answer so far, so every new connection goes on where the last one was cut.
import { request } from "./client.ts";
import { Problem, passes } from "./problem.ts";
import { SseParser, type SseEvent } from "./sse.ts";
import type { AcceptedEvent, DeltaEvent, DoneEvent, ErrorEvent } from "./types.ts";
import { backoff, onLeave, onWake, pause } from "./wake.ts";

/** Whose answer: the person's message, and which try at it; without a turn the newest. */
export interface Target {
  message_id: string;
  turn_id: string | null;
}

export interface Reader {
  accepted(event: AcceptedEvent): void;
  delta(text: string): void;
}

/** The service writes a comment every 15 s: silence for three times as long is a dead connection. */
const SILENCE = 45_000;
/** After waking, less is needed to be sure of it. */
const SILENCE_AWAKE = 17_000;

/** How a turn ended: with an answer, or with the problem that there is none. */
export type End = { done: DoneEvent } | { failed: Problem };

/**
 * Reads until the end. `first` is a response that is already open, that of the send itself. Before anything was
 * accepted there is nothing to come back to, so a cut then is a problem, and the caller sends again.
 */
export async function follow(target: Target | null, first: Response | null, reader: Reader, signal: AbortSignal): Promise<End> {
  let position: string | null = null;
  let response = first;
  for (let tries = 0; ; ) {
    try {
      response ??= await reopen(target!, position, signal);
      if (response.status === 204) throw new Problem({ type: "not-found", title: "Nothing more", status: 204 });
      for await (const event of events(response, signal)) {
        tries = 0;
        position = event.id || position;
        if (event.event === "accepted") {
          const accepted = JSON.parse(event.data) as AcceptedEvent;
          target = accepted;
          reader.accepted(accepted);
        } else if (event.event === "delta") reader.delta((JSON.parse(event.data) as DeltaEvent).text);
        else if (event.event === "done") return { done: JSON.parse(event.data) as DoneEvent };
        else if (event.event === "error") return { failed: new Problem((JSON.parse(event.data) as ErrorEvent).problem) };
      }
      throw Problem.offline();
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = Problem.of(error);
      if (!target || !passes(problem)) throw problem;
      response = null;
      await pause((problem.body.retry_after ?? 0) * 1000 || backoff(tries++), signal);
      if (signal.aborted) throw problem;
    }
  }
}

function reopen(target: Target, position: string | null, signal: AbortSignal): Promise<Response> {
  const turn = target.turn_id ? `?turn=${target.turn_id}` : "";
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (position !== null) headers["Last-Event-ID"] = position;
  return request(`/v1/messages/${target.message_id}/stream${turn}`, { headers, signal });
}

/** The events of one connection, which ends, throws, or is given up when it falls silent. */
async function* events(response: Response, signal: AbortSignal): AsyncGenerator<SseEvent> {
  const body = response.body?.getReader();
  if (!body) return;
  const over = new AbortController();
  let heardAt = Date.now();
  const giveUp = () => void body.cancel().catch(() => {});
  const check = (limit: number) => () => Date.now() - heardAt > limit && giveUp();
  const watch = setInterval(check(SILENCE), 5_000);
  onWake(check(SILENCE_AWAKE), over.signal);
  // A page that is left may be kept with what it reads, and the service would take the answer for read.
  onLeave(giveUp, over.signal);
  signal.addEventListener("abort", giveUp, { signal: over.signal });
  try {
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await body.read().catch(() => ({ done: true as const, value: undefined }));
      if (done || !value) return;
      heardAt = Date.now();
      yield* parser.push(value);
    }
  } finally {
    clearInterval(watch);
    over.abort();
    giveUp();
  }
}
