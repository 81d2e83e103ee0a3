// Speaking with the Telegram app around the page: events by name, with JSON, each way. The app takes them in one of three
// ways, by where it runs: its own WebView, an old one, or a web page that frames this one.

export type Data = Record<string, unknown>;
type Listener = (data: Data) => void;

interface Around {
  TelegramWebviewProxy?: { postEvent(event: string, data: string): void };
  external?: { notify?: (message: string) => void };
  Telegram?: unknown;
  TelegramGameProxy?: unknown;
  TelegramGameProxy_receiveEvent?: unknown;
}

const listeners = new Map<string, Listener>();

/** Tells the app something. */
export function post(event: string, data: Data = {}): void {
  const around = window as unknown as Around;
  const message = JSON.stringify({ eventType: event, eventData: data });
  if (around.TelegramWebviewProxy) around.TelegramWebviewProxy.postEvent(event, JSON.stringify(data));
  else if (typeof around.external?.notify === "function") around.external.notify(message);
  // Only Telegram's own web clients may frame this page: the service's policy says so.
  else if (window.parent !== window) window.parent.postMessage(message, "*");
}

/** Calls `listener` whenever the app tells this. */
export function on(event: string, listener: Listener): void {
  listeners.set(event, listener);
}

function receive(event: unknown, data: unknown): void {
  if (typeof event !== "string") return;
  listeners.get(event)?.(data && typeof data === "object" ? (data as Data) : {});
}

/** Begins to listen. */
export function listen(): void {
  const around = window as unknown as Around;
  // By each of the names that apps call it by.
  around.Telegram = { WebView: { receiveEvent: receive } };
  around.TelegramGameProxy = { receiveEvent: receive };
  around.TelegramGameProxy_receiveEvent = receive;
  if (window.parent === window) return;
  addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || typeof data !== "string") return;
    try {
      const told = JSON.parse(data) as { eventType?: unknown; eventData?: unknown } | null;
      receive(told?.eventType, told?.eventData);
    } catch {
      // Not for this page.
    }
  });
  post("iframe_ready", { reload_supported: true });
}
