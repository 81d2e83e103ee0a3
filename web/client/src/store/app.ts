// Starting, and what follows from signing in and out.
import { signal } from "@preact/signals";
import { forget, isSignedIn, watch as watchAuth } from "../account/auth.ts";
import { nothing } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import { listen, onWake } from "../api/wake.ts";
import { quietly, wipe } from "../offline/database.ts";
import { forgetPush, listenToWorker, renewPush } from "../offline/push.ts";
import { keepRecent } from "../offline/recent.ts";
import { lookForRunning, watch } from "./answers.ts";
import { dialogues, dropDialogue, forgetDialogues, isLocal, loadDialogue, loadKept, refreshDialogues, setDialogue } from "./dialogues.ts";
import { forgetDrafts, setDraft } from "./drafts.ts";
import { forgetLives } from "./live.ts";
import { forgetMe, loadMe, refreshMe } from "./me.ts";
import { complain } from "./notices.ts";
import { forgetOutbox, loadOutbox, moved, run } from "./outbox.ts";
import { replace, route } from "./route.ts";
import { hear } from "./tabs.ts";
import { dropThread, forgetThreads, openThread, thread } from "./threads.ts";

export const signedIn = signal(isSignedIn());
/** Why this device was signed out, if it was not the person who did it here. */
export const signedOutBy = signal<Problem | null>(null);

export function start(): void {
  listen();
  listenToWorker();
  watchAuth((isIn, why) => {
    signedOutBy.value = why;
    if (signedIn.peek() === isIn) return;
    signedIn.value = isIn;
    if (isIn) enter();
    else leave();
  });
  hear((news) => {
    if (news.kind === "outbox") void loadOutbox();
    else if (news.kind === "me") refreshMe().catch(() => {});
    else if (news.kind === "session") setDialogue(news.session);
    else if (news.kind === "session-gone") gone(news.id);
    else if (news.kind === "session-made") {
      setDialogue(news.session);
      dropDialogue(news.local);
      moved(news.local, news.session.id);
    } else if (news.kind === "accepted") {
      const seen = openThread(news.message.session_id);
      if (!seen) return;
      seen.add(news.message);
      watch(news.message, news.turn_id);
    }
  });
  onWake(() => {
    if (!isSignedIn()) return;
    refresh();
    const now = route.peek();
    if (now.page === "dialogue") void show(now.id);
  });
  if (signedIn.peek()) enter();
}

function enter(): void {
  void loadOutbox().then(run);
  void loadKept().finally(refresh);
  loadMe().catch(passing);
  renewPush().catch(passing);
}

function refresh(): void {
  refreshDialogues().then(() => keepRecent(dialogues.peek())).catch(passing);
}

/** What is loaded without anybody asking fails silently: what is shown says how old it is by being there. */
function passing(error: unknown): void {
  const problem = Problem.of(error);
  if (problem.type === "blocked") complain(problem);
}

function leave(): void {
  forgetLives();
  forgetThreads();
  forgetDialogues();
  forgetOutbox();
  forgetDrafts();
  forgetMe();
  void quietly(forgetPush());
  void quietly(wipe());
  replace({ page: "list" });
}

/** Opens a dialogue: what this device has, what the service has, and what is being answered there. */
export async function show(id: string): Promise<void> {
  const opened = thread(id);
  await opened.loadKept();
  try {
    await opened.refresh();
    lookForRunning(id);
  } catch (error) {
    if (Problem.of(error).type === "not-found") gone(id);
    return;
  }
  if (!isLocal(id)) loadDialogue(id).catch(() => {});
}

/** A dialogue that is no more. */
export function gone(id: string): void {
  dropDialogue(id);
  dropThread(id);
  setDraft(id, "");
  const now = route.peek();
  if (now.page === "dialogue" && now.id === id) replace({ page: "list" });
}

export async function signOut(): Promise<void> {
  await nothing("/v1/auth/logout", { method: "POST" });
  forget();
}

export async function eraseAccount(): Promise<void> {
  await nothing("/v1/me", { method: "DELETE" });
  forget();
}
