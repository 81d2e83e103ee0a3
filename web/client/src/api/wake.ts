// The moments in which trying again is worth while at once: the network is back, the phone was unlocked. And that in which
// the page is left, which browsers may keep as it is, to come back to.

const target = new EventTarget();
let hiddenAt = 0;

/** Listens for them, from now on. */
export function listen(): void {
  const wake = () => target.dispatchEvent(new Event("wake"));
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("pagehide", () => target.dispatchEvent(new Event("leave")));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    // A glance at another tab breaks nothing.
    else if (Date.now() - hiddenAt > 2_000) wake();
  });
}

/** Calls `work` at each of them, until `signal` says so. */
export function onWake(work: () => void, signal?: AbortSignal): void {
  target.addEventListener("wake", work, signal ? { signal } : undefined);
}

/** Calls `work` when the page is left, until `signal` says so. */
export function onLeave(work: () => void, signal: AbortSignal): void {
  target.addEventListener("leave", work, { signal });
}

/** Waits; less long if one of them comes. Ends early when `signal` aborts, too: the caller looks. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const over = new AbortController();
    const timer = setTimeout(end, ms);
    target.addEventListener("wake", end, { signal: over.signal });
    signal?.addEventListener("abort", end, { signal: over.signal });
  });
}

/** How long to wait before the next try: 1 s, 2 s, 4 s … 15 s, spread, so that not all come back at once. */
export function backoff(tries: number): number {
  return Math.min(15_000, 1_000 * 2 ** Math.min(tries, 5)) * (0.75 + Math.random() / 2);
}
