// Who is signed in on this device, and keeping it so.
//
// Refresh tokens rotate: using an old one signs the device out. So one tab at a time refreshes (Web Locks), and who waited
// looks first whether another tab has done it meanwhile.
import { Problem, read } from "../api/problem.ts";
import type { Registered, Registration, TokenPair, User } from "../api/types.ts";
import { browserStore, type Tokens } from "./tokens.ts";

const store = browserStore;
const JSON_HEADERS = { "Content-Type": "application/json" };
/** Refreshed a little before the end: a clock that is somewhat wrong, and the time that the call itself takes. */
const MARGIN = 30_000;

type Listener = (signedIn: boolean, why: Problem | null) => void;
const listeners = new Set<Listener>();
// One refresh at a time in this tab, too: where there are no locks, this is all there is.
let refreshing: Promise<string> | null = null;

export function isSignedIn(): boolean {
  return store.read() !== null;
}

/** Tells when this device is signed in or out, by whichever tab. */
export function watch(listener: Listener): void {
  listeners.add(listener);
}

function tell(signedIn: boolean, why: Problem | null = null): void {
  for (const listener of listeners) listener(signedIn, why);
}

store.watch((tokens) => tell(tokens !== null));

function keep(pair: TokenPair): Tokens {
  const tokens = {
    access_token: pair.access_token,
    refresh_token: pair.refresh_token,
    expires_at: Date.now() + pair.expires_in * 1000,
  };
  store.write(tokens);
  return tokens;
}

/** First contact: makes the account and signs this device in. */
export function register(registration: Registration): Promise<User> {
  return enter("/v1/users", registration);
}

/** Signs this device in by a call that answers who it is, with tokens. */
export async function enter(path: string, body: unknown): Promise<User> {
  const response = await post(path, body);
  if (!response.ok) throw await read(response);
  const registered = (await response.json()) as Registered;
  keep(registered);
  tell(true);
  return registered.user;
}

/** Forgets the tokens of this device, here; `why` if the service did so first. */
export function forget(why: Problem | null = null): void {
  if (!isSignedIn()) return;
  store.clear();
  tell(false, why);
}

/** A token to call with. `refused` is one that the service has just refused. */
export async function accessToken(refused?: string): Promise<string> {
  const tokens = store.read();
  if (!tokens) throw signedOut();
  if (tokens.access_token !== refused && tokens.expires_at - MARGIN > Date.now()) return tokens.access_token;
  refreshing ??= alone(() => refresh(tokens.access_token)).finally(() => (refreshing = null));
  return refreshing;
}

function alone<T>(work: () => Promise<T>): Promise<T> {
  // Without https there are no locks; then the service's own grace for a second exchange is what helps.
  return navigator.locks ? (navigator.locks.request("beseda-refresh", work) as Promise<T>) : work();
}

async function refresh(old: string): Promise<string> {
  const tokens = store.read();
  if (!tokens) throw signedOut();
  if (tokens.access_token !== old) return tokens.access_token;
  const response = await post("/v1/auth/refresh", { refresh_token: tokens.refresh_token });
  if (response.ok) return keep((await response.json()) as TokenPair).access_token;
  const problem = await read(response);
  // Only the service's own word signs out: a proxy's 401 has no type, and a failure passes.
  if (problem.type === "unauthorized" || problem.type === "token-reused") forget(problem);
  throw problem;
}

function signedOut(): Problem {
  return new Problem({ type: "unauthorized", title: "Signed out", status: 401 });
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, { method: "POST", headers: JSON_HEADERS, body: JSON.stringify(body) });
  } catch {
    throw Problem.offline();
  }
}
