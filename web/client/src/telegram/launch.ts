// How Telegram opened the page as its Mini App: what stands in the address behind the `#`, read here rather than by
// Telegram's own script, which would have to be loaded from elsewhere (core.telegram.org/bots/webapps).

export interface Launch {
  /** Who opened it, signed, for the service to verify. */
  initData: string;
  /** Their id in Telegram as it stands there, unverified: enough to see whether this device's tokens are theirs. */
  person: string | null;
  /** The Bot API version of Mini Apps that the app around the page speaks, such as 8.0. */
  version: string;
  /** Telegram's colours, #RRGGBB, by their names. */
  theme: Theme;
}

export type Theme = Readonly<Record<string, string>>;

const KEY = "beseda.launch";

/** What a fragment says of a launch; null if Telegram did not write it. */
export function parseLaunch(fragment: string): Launch | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const version = fields.get("tgWebAppVersion");
  if (version === null) return null;
  const initData = fields.get("tgWebAppData") ?? "";
  return {
    initData,
    person: personOf(initData),
    version: /^\d+(\.\d+)*$/.test(version) ? version : "6.0",
    theme: themeOf(json(fields.get("tgWebAppThemeParams"))),
  };
}

function personOf(initData: string): string | null {
  const user = json(new URLSearchParams(initData).get("user"));
  const id = user && typeof user === "object" && "id" in user ? user.id : null;
  return typeof id === "number" && Number.isSafeInteger(id) ? String(id) : null;
}

/** The colours among `params`, whatever else is there. */
export function themeOf(params: unknown): Theme {
  const entries = params && typeof params === "object" ? Object.entries(params) : [];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value) ? [[name, value.toLowerCase()]] : [])),
  );
}

function json(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** Whether the app around the page speaks this version or a newer one. */
export function speaks(launch: Launch, version: string): boolean {
  const [have, want] = [launch.version, version].map((each) => each.split(".").map(Number));
  for (let index = 0; index < want!.length; index++) {
    const ahead = (have![index] ?? 0) - want![index]!;
    if (ahead !== 0) return ahead > 0;
  }
  return true;
}

/** This page's launch. Kept as long as the tab, as the address does not keep it. */
function ofThisPage(): Launch | null {
  try {
    const opened = parseLaunch(location.hash);
    if (!opened) return parseLaunch(sessionStorage.getItem(KEY) ?? "");
    sessionStorage.setItem(KEY, location.hash);
    history.replaceState(null, "", "#/");
    return opened;
  } catch {
    // No storage: then it lasts until the page is loaded again.
    return parseLaunch(location.hash);
  }
}

/** Null outside Telegram. */
export const launch = ofThisPage();
