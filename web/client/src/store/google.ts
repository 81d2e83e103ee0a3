// What follows from coming back from Google: signed in, linked, or asked which of two accounts to keep.
import { signal } from "@preact/signals";
import { enter, isSignedIn } from "../account/auth.ts";
import { deviceName } from "../account/device.ts";
import { returned, type Proof } from "../account/google.ts";
import { json, nothing } from "../api/client.ts";
import { Problem } from "../api/problem.ts";
import type { GoogleLink, SignedInPerson, SignInMethods } from "../api/types.ts";
import { texts } from "../texts/index.ts";
import { refreshDialogues } from "./dialogues.ts";
import { refreshMe, setUser } from "./me.ts";
import { complain, say } from "./notices.ts";
import { language } from "./preferences.ts";
import { replace } from "./route.ts";

/** How one can sign in here, once it is known. */
export const methods = signal<SignInMethods | null>(null);
/** When the account was linked with Google; undefined: not known yet. */
export const linkedAt = signal<string | null | undefined>(undefined);
/** The proof of an account at Google that another account here has: which to keep is to be asked. */
export const contested = signal<Proof | null>(null);
/** Whether the way back from Google is being gone. */
export const returning = signal(false);

export async function loadMethods(): Promise<void> {
  const response = await fetch("/v1/auth/methods").catch(() => null);
  if (response?.ok) methods.value = (await response.json()) as SignInMethods;
}

export async function loadLink(): Promise<void> {
  const link = await json<GoogleLink>("/v1/me/google");
  linkedAt.value = link.linked_at ?? null;
}

export async function unlink(): Promise<void> {
  await nothing("/v1/me/google", { method: "DELETE" });
  linkedAt.value = null;
}

/** Goes on with what came back from Google, if anything did. */
export function finishGoogle(): void {
  if (!returned) return;
  if ("refused" in returned) {
    // Who declined there knows it.
    if (returned.refused !== "access_denied") complain(new Problem({ type: "sign-in-invalid", title: "Refused", status: 0 }));
    return;
  }
  returning.value = true;
  const work = isSignedIn() ? link(returned.proof) : signIn(returned.proof);
  work.catch(complain).finally(() => (returning.value = false));
}

async function signIn(proof: Proof): Promise<void> {
  const user = await enter("/v1/auth/google", { ...proof, device_name: deviceName(), language: language.peek() });
  setUser(user);
  // Google may have said no name.
  replace(user.name ? { page: "list" } : { page: "settings", part: "profile" });
}

async function link(proof: Proof): Promise<void> {
  replace({ page: "settings", part: "account" });
  try {
    await send(proof);
  } catch (error) {
    if (Problem.of(error).type !== "google-taken") throw error;
    contested.value = proof;
  }
}

/** Makes the two accounts one. */
export async function keep(which: "this" | "other"): Promise<void> {
  const proof = contested.peek();
  if (!proof) return;
  await send({ ...proof, keep: which });
  contested.value = null;
}

async function send(body: Proof & { keep?: "this" | "other" }): Promise<void> {
  const { user } = await json<SignedInPerson>("/v1/auth/google", { method: "POST", body });
  setUser(user);
  say(texts.value.googleLinked);
  linkedAt.value = undefined;
  await Promise.all([loadLink(), refreshMe(), refreshDialogues()]);
}
