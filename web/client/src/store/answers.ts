// Asking, following, stopping, asking again.
import { batch } from "@preact/signals";
import { json, request } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import { follow, type End } from "../api/stream.ts";
import type { AcceptedEvent, Message, StoppedTurn } from "../api/types.ts";
import { newId, timeOf } from "../ids.ts";
import { answeredUnseen } from "../offline/push.ts";
import { loadDialogue, touch } from "./dialogues.ts";
import { dropLive, Live, lives, setLive } from "./live.ts";
import { setSubscription } from "./me.ts";
import { tell } from "./tabs.ts";
import { openThread, thread, type Exchange } from "./threads.ts";

/** Sends a message. Resolves when the service has it, which `taken` hears at once; the answer goes on by itself. */
export function ask(session_id: string, text: string, key: string, taken: () => void): Promise<void> {
  return start(`/v1/sessions/${session_id}/messages`, { message_text: text }, key, (accepted) => {
    taken();
    const question = questionOf(session_id, text, accepted);
    thread(session_id).add(question);
    touch(session_id);
    // The service gives a new dialogue its title with its first message.
    if (thread(session_id).messages.peek().size === 1) loadDialogue(session_id).catch(() => {});
    return question;
  });
}

// A try that was not acknowledged is repeated under its own key, so that pressing again is no second answer.
const againKeys = new Map<string, string>();

export async function again(question: Message): Promise<void> {
  const key = againKeys.get(question.id) ?? newId();
  againKeys.set(question.id, key);
  const waiting = new Live(question.session_id, question.id);
  const before = lives.peek().get(question.id);
  setLive(waiting);
  try {
    await start(`/v1/messages/${question.id}/regenerate`, undefined, key, () => question);
    againKeys.delete(question.id);
  } catch (error) {
    // As it was: the failure of the try before is still what there is to say.
    dropLive(waiting);
    if (before?.state.peek() === "failed") setLive(before);
    throw error;
  }
}

export async function stop(live: Live): Promise<void> {
  live.state.value = "stopping";
  try {
    const turn = live.turn_id ? `?turn=${live.turn_id}` : "";
    const stopped = await json<StoppedTurn>(`/v1/messages/${live.message_id}/stop${turn}`, { method: "POST" });
    if (stopped.ai_message) settled(live, stopped.ai_message);
    if (stopped.subscription) setSubscription(stopped.subscription);
  } catch (error) {
    if (live.state.peek() === "stopping") live.state.value = live.text.peek() ? "writing" : "waiting";
    throw error;
  }
}

function questionOf(session_id: string, text: string, accepted: AcceptedEvent): Message {
  const { message_id: id, turn_id } = accepted;
  return { id, session_id, sender: "user", message_text: text, created_at: timeOf(id), status: "complete", turn_id };
}

function start(path: string, body: unknown, key: string, accept: (accepted: AcceptedEvent) => Message): Promise<void> {
  return new Promise((resolve, reject) => {
    let live: Live | null = null;
    // Its own until it is accepted: then the answer's, which another try may abort.
    let signal = new AbortController().signal;
    const run = async () => {
      const headers = { Accept: "text/event-stream", "Idempotency-Key": key };
      const controller = new AbortController();
      signal = controller.signal;
      const response = await request(path, { method: "POST", body, headers, signal });
      const reader = {
        accepted(accepted: AcceptedEvent) {
          batch(() => {
            const question = accept(accepted);
            live = new Live(question.session_id, question.id);
            live.turn_id = accepted.turn_id;
            live.controller.signal.addEventListener("abort", () => controller.abort());
            setLive(live);
            tell({ kind: "accepted", message: question, turn_id: accepted.turn_id });
          });
          resolve();
        },
        delta: (text: string) => live?.write(text),
      };
      const end = await follow(null, response, reader, signal);
      if (live) finish(live, end);
    };
    run().catch((error: unknown) => {
      if (signal.aborted) return;
      const problem = Problem.of(error);
      if (live) live.fail(problem);
      else reject(problem);
    });
  });
}

/** Follows a turn that was begun elsewhere: before a reload, in another tab, on another device. */
export function watch(question: Message, turn_id: string | null, known: ReadonlySet<string> = new Set()): void {
  const live = new Live(question.session_id, question.id);
  live.turn_id = turn_id;
  // One whose answer is here already is only asked whether there is another: nothing is shown until there is.
  let shown = known.size === 0;
  if (shown) setLive(live);
  const { controller } = live;
  const reader = {
    accepted(accepted: AcceptedEvent) {
      if (known.has(accepted.turn_id)) return controller.abort();
      live.turn_id = accepted.turn_id;
      if (!shown) setLive(live);
      shown = true;
    },
    delta: (text: string) => live.write(text),
  };
  follow({ message_id: question.id, turn_id }, null, reader, controller.signal)
    .then((end) => finish(live, end))
    .catch((error: unknown) => {
      if (controller.signal.aborted) return;
      if (shown) live.fail(Problem.of(error));
    });
}

function finish(live: Live, end: End): void {
  if ("failed" in end) return live.fail(end.failed);
  if (end.done.subscription) setSubscription(end.done.subscription);
  settled(live, end.done.ai_message);
  answeredUnseen(live.session_id, live.message_id).catch(() => {});
}

function settled(live: Live, answer: Message): void {
  batch(() => {
    thread(answer.session_id).add(answer);
    dropLive(live);
  });
}

/** After a dialogue was loaded: what of it is still being answered, here or elsewhere? */
export function lookForRunning(session_id: string): void {
  const list = openThread(session_id)?.exchanges.peek() ?? [];
  const open: Exchange[] = [];
  for (const exchange of list.slice(-10).reverse()) {
    if (exchange.answers.length > 0) break;
    open.push(exchange);
  }
  const last = list.at(-1);
  if (last && open.length === 0) open.push(last);
  for (const { question, answers, live } of open) {
    if (!live || live.state.peek() === "failed") watch(question, null, new Set(answers.map((answer) => answer.turn_id)));
  }
}
