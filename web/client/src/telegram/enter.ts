// Being in one's account at once: what Telegram handed the page signs this device in, the first time. When the page is
// loaded again it goes on with the tokens, as the service takes each launch once.
import { signal } from "@preact/signals";
import { enter, forget, isSignedIn, watch } from "../account/auth.ts";
import { Problem } from "../api/problem.ts";
import { setUser } from "../store/me.ts";
import { launch, type Launch } from "./launch.ts";

/** Whose the tokens are: the id in Telegram. Absent: they were got otherwise. */
const KEY = "beseda.telegram";

/** Whether the device is being signed in. */
export const entering = signal(false);
/** Why it was not. */
export const entryProblem = signal<Problem | null>(null);

/** What to do about this device's tokens when this person opens the Mini App. */
export function decide(signedIn: boolean, owner: string | null, person: string | null): "stay" | "enter" | "change" {
  if (!signedIn) return "enter";
  // An account that was begun here without Telegram is not left: it may have no other way back. It can be joined.
  return owner === null || owner === person ? "stay" : "change";
}

export async function enterByTelegram(): Promise<void> {
  if (!launch?.initData || entering.peek()) return;
  const decided = decide(isSignedIn(), localStorage.getItem(KEY), launch.person);
  if (decided === "stay") return;
  entering.value = true;
  entryProblem.value = null;
  try {
    if (decided === "change") forget();
    await signIn(launch);
  } catch (error) {
    entryProblem.value = Problem.of(error);
  } finally {
    entering.value = false;
  }
}

async function signIn({ initData, person }: Launch): Promise<void> {
  const user = await enter("/v1/auth/telegram", { init_data: initData, device_name: "Telegram" });
  if (person) localStorage.setItem(KEY, person);
  setUser(user);
}

watch((isIn, why) => {
  if (isIn) return;
  localStorage.removeItem(KEY);
  // Signed out by the service, as after a long absence: this launch may still be new.
  if (why && why.type !== "blocked") void enterByTelegram();
});
