// The dialogues, the latest active first.
import { computed, signal } from "@preact/signals";
import { json, nothing } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import { newId } from "../ids.ts";
import type { NewSession, Page, PersonModel, Session } from "../api/types.ts";
import { all, forgetSession, meta, put, quietly, remove, setMeta } from "../offline/database.ts";
import { setDraft } from "./drafts.ts";
import { tell } from "./tabs.ts";

const known = signal<ReadonlyMap<string, Session>>(new Map());
/** The cursor of what is older than the list; undefined: not asked yet; null: nothing is. */
const cursor = signal<string | null | undefined>(undefined);

export const dialogues = computed(() =>
  [...known.value.values()].sort((a, b) => (a.last_activity_at < b.last_activity_at ? 1 : -1)),
);
export const hasMore = computed(() => typeof cursor.value === "string");
export const isLoaded = computed(() => cursor.value !== undefined);

export function dialogue(id: string): Session | null {
  return known.value.get(id) ?? null;
}

const keptLocally = 50;

export async function loadKept(): Promise<void> {
  const kept = await quietly(all("sessions"));
  if (kept && known.value.size === 0) known.value = new Map(kept.map((session) => [session.id, session]));
}

/** The newest page: it takes the place of what was known, as something may have been deleted elsewhere. */
export async function refreshDialogues(): Promise<void> {
  const page = await json<Page<Session>>("/v1/sessions?limit=50");
  const oldest = page.items.at(-1)?.last_activity_at ?? "";
  const stays = (session: Session) => isLocal(session.id) || (page.next && session.last_activity_at < oldest);
  const rest = [...known.value.values()].filter(stays);
  known.value = new Map([...page.items, ...rest].map((session) => [session.id, session]));
  if (cursor.value === undefined || !page.next) cursor.value = page.next ?? null;
  void quietly(trim(page.items));
}

async function trim(newest: Session[]): Promise<void> {
  const keep = newest.slice(0, keptLocally);
  const ids = new Set(keep.map((session) => session.id));
  await put("sessions", ...keep);
  for (const session of await all("sessions")) {
    if (!ids.has(session.id) && !isLocal(session.id)) await forgetSession(session.id);
  }
}

export async function moreDialogues(): Promise<void> {
  const before = cursor.value;
  if (typeof before !== "string") return;
  const page = await json<Page<Session>>(`/v1/sessions?limit=100&before=${encodeURIComponent(before)}`);
  merge(...page.items);
  cursor.value = page.next ?? null;
}

function merge(...sessions: Session[]): void {
  const next = new Map(known.value);
  for (const session of sessions) next.set(session.id, session);
  known.value = next;
}

export function setDialogue(session: Session): void {
  merge(session);
  void quietly(put("sessions", session));
}

export function dropDialogue(id: string): void {
  const next = new Map(known.value);
  next.delete(id);
  known.value = next;
  void quietly(forgetSession(id));
}

function changed(session: Session): Session {
  setDialogue(session);
  tell({ kind: "session", session });
  return session;
}

export async function loadDialogue(id: string): Promise<Session> {
  const session = await json<Session>(`/v1/sessions/${id}`);
  setDialogue(session);
  return session;
}

/** Something was written: it moves up, and has its first words as a title soon. */
export function touch(id: string): void {
  const session = dialogue(id);
  if (session) merge({ ...session, last_activity_at: new Date().toISOString() });
}

export async function rename(id: string, title: string): Promise<void> {
  changed(await json<Session>(`/v1/sessions/${id}`, { method: "PATCH", body: { title } }));
}

export async function end(id: string): Promise<void> {
  changed(await json<Session>(`/v1/sessions/${id}/end`, { method: "POST" }));
}

export async function deleteDialogue(id: string): Promise<void> {
  if (!isLocal(id)) {
    try {
      await nothing(`/v1/sessions/${id}`, { method: "DELETE" });
    } catch (error) {
      // It was deleted elsewhere: what was wanted is so.
      if (Problem.of(error).type !== "not-found") throw error;
    }
  }
  dropDialogue(id);
  setDraft(id, "");
  tell({ kind: "session-gone", id });
}

// A dialogue that is begun without network has a name of this device, until the service gives it one.

interface Plan {
  companion: PersonModel | null;
  /** A try whose answer was lost: there may be an empty dialogue of ours already. */
  tried: boolean;
}

export function isLocal(id: string): boolean {
  return id.startsWith("local-");
}

export async function begin(companion: PersonModel | null, text: string): Promise<Session> {
  const now = new Date().toISOString();
  const id = `local-${newId()}`;
  // Until the service gives it one: the first words, as it does.
  const title = text.trim().split("\n", 1)[0]!.slice(0, 60);
  const session: Session = { id, title, channel: "api", started_at: now, is_active: true, last_activity_at: now, companion };
  merge(session);
  await quietly(Promise.all([put("sessions", session), setMeta(id, { companion, tried: false } satisfies Plan)]));
  return session;
}

/** Makes the dialogue that `local` stands for. Making has no key, so after a lost answer an empty one is looked for. */
export async function make(local: string): Promise<Session> {
  const plan = (await quietly(meta<Plan>(local))) ?? { companion: dialogue(local)?.companion ?? null, tried: false };
  let session = plan.tried && !plan.companion ? await findEmpty() : null;
  if (!session) {
    await quietly(setMeta(local, { ...plan, tried: true } satisfies Plan));
    const body: NewSession = plan.companion ? { companion: plan.companion } : {};
    session = await json<Session>("/v1/sessions", { method: "POST", body });
  }
  session = { ...session, title: session.title ?? dialogue(local)?.title ?? null };
  merge(session);
  dropDialogue(local);
  void quietly(Promise.all([put("sessions", session), remove("meta", local)]));
  tell({ kind: "session-made", local, session });
  return session;
}

async function findEmpty(): Promise<Session | null> {
  const page = await json<Page<Session>>("/v1/sessions?limit=5");
  const isEmpty = (s: Session) => !s.title && !s.companion && s.is_active && s.last_activity_at === s.started_at;
  return page.items.find(isEmpty) ?? null;
}

export function forgetDialogues(): void {
  known.value = new Map();
  cursor.value = undefined;
}
