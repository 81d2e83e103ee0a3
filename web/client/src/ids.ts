// Ids of this device. `crypto.randomUUID` exists by https only; people who host this at home may have none.

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** When an id of the service was made: a UUIDv7 begins with the time, by the service's own clock. */
export function timeOf(id: string): string {
  const ms = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
  return new Date(Number.isFinite(ms) ? ms : Date.now()).toISOString();
}
