// Whether there is a newer client, and taking it when the person says so.
import { signal } from "@preact/signals";
import { onWake } from "../api/wake.ts";

const HOUR = 60 * 60 * 1000;

/** A newer client that is loaded and waits. */
export const newer = signal(false);
let waiting: ServiceWorker | null = null;

export function registerWorker(): void {
  // In development every file is new each time. Without https there are no service workers.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  // The first worker takes pages that run already: nothing about them is old.
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) location.reload();
    controlled = true;
  });
  serviceWorker.register("/sw.js").then(watch, (error: unknown) => console.warn("service worker:", error));
}

function watch(registration: ServiceWorkerRegistration): void {
  const found = (worker: ServiceWorker | null) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    waiting = worker;
    newer.value = true;
  };
  const coming = () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", () => installing.state === "installed" && found(installing));
  };
  found(registration.waiting);
  // It may be coming already: the browser looks by itself when a page is opened.
  coming();
  registration.addEventListener("updatefound", coming);
  // Browsers look when a page is opened; an app that stays open for days is never opened.
  let lookedAt = Date.now();
  const look = () => {
    if (Date.now() - lookedAt < HOUR) return;
    lookedAt = Date.now();
    registration.update().catch(() => {});
  };
  setInterval(look, HOUR);
  onWake(look);
}

export function takeNewer(): void {
  waiting?.postMessage("take-over");
}
