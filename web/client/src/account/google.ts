// Signing in with Google by going there and coming back (OpenID Connect Core 1.0, 3.2): no script of theirs runs here.
import type { GoogleClient } from "../api/types.ts";
import { newId } from "../ids.ts";

/** What was begun in this tab: what comes back must name it. */
export interface Begun {
  nonce: string;
  state: string;
}

/** What came back. */
export type Returned = { proof: Proof } | { refused: string };

/** What the service verifies. */
export interface Proof {
  id_token: string;
  nonce: string;
}

const KEY = "beseda.google";

/** Where to sign in, and to come back from to `redirect`. */
export function addressOf(client: GoogleClient, { nonce, state }: Begun, redirect: string): string {
  const url = new URL(client.authorization_url);
  const asked = {
    client_id: client.client_id,
    redirect_uri: redirect,
    response_type: "id_token",
    scope: "openid profile",
    nonce,
    state,
    prompt: "select_account",
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

/** What a fragment brings back of what was begun; null if it is none of Google's. */
export function parseReturn(fragment: string, begun: Begun | null): Returned | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const [state, token, error] = ["state", "id_token", "error"].map((name) => fields.get(name));
  if (!state || (!token && !error)) return null;
  // Somebody else's: whoever made that address would be signed in here.
  if (state !== begun?.state) return { refused: "state" };
  return token ? { proof: { id_token: token, nonce: begun.nonce } } : { refused: error! };
}

/** Leaves for Google. */
export function goToGoogle(client: GoogleClient): void {
  const begun: Begun = { nonce: newId(), state: newId() };
  sessionStorage.setItem(KEY, JSON.stringify(begun));
  location.assign(addressOf(client, begun, `${location.origin}/`));
}

function take(): Returned | null {
  let begun: Begun | null = null;
  try {
    begun = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Begun | null;
  } catch {
    // No storage, or not ours.
  }
  const returned = parseReturn(location.hash, begun);
  if (!returned) return null;
  sessionStorage.removeItem(KEY);
  // The token is nobody's to find in the history.
  history.replaceState(null, "", "#/");
  return returned;
}

/** What this page was come back to with, once. */
export const returned = take();
