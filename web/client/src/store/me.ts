// The person, what they have, and what is left of it.
import { signal } from "@preact/signals";
import { json } from "../api/client.ts";
import type { Plan, ProfileModel, Subscription, User } from "../api/types.ts";
import { meta, quietly, setMeta } from "../offline/database.ts";
import { tell } from "./tabs.ts";

export const user = signal<User | null>(null);
export const subscription = signal<Subscription | null>(null);
export const plans = signal<Plan[] | null>(null);

export function setUser(to: User): void {
  user.value = to;
  void quietly(setMeta("user", to));
}

export function setSubscription(to: Subscription): void {
  subscription.value = to;
  void quietly(setMeta("subscription", to));
}

/** What this device kept, then what the service says. */
export async function loadMe(): Promise<void> {
  user.value ??= await quietly(meta<User>("user"));
  subscription.value ??= await quietly(meta<Subscription>("subscription"));
  await refreshMe();
}

export async function refreshMe(): Promise<void> {
  const [me, plan] = await Promise.all([json<User>("/v1/me"), json<Subscription>("/v1/me/subscription")]);
  setUser(me);
  setSubscription(plan);
}

export async function loadPlans(): Promise<void> {
  plans.value = await json<Plan[]>("/v1/plans");
}

/** Saves the profile; what `change` does not name stays as it is. */
export async function saveProfile(change: Partial<ProfileModel>): Promise<void> {
  const now = user.value;
  const body: ProfileModel = { name: now?.name ?? "", gender: now?.gender ?? null, age: now?.age ?? null, ...change };
  setUser(await json<User>("/v1/me/profile", { method: "PUT", body }));
  tell({ kind: "me" });
}

export function forgetMe(): void {
  user.value = null;
  subscription.value = null;
  plans.value = null;
}
