// Where the tokens of this device are kept.
//
// A module of its own, because it is the first thing that is different elsewhere: the Android app may keep them in its
// keystore, the Mini App gets new ones by Telegram's initData.

export interface Tokens {
  access_token: string;
  refresh_token: string;
  /** When the access token ends, by this device's clock, in milliseconds. */
  expires_at: number;
}

export interface TokenStore {
  read(): Tokens | null;
  write(tokens: Tokens): void;
  clear(): void;
  /** Tells of changes that another tab made. */
  watch(changed: (tokens: Tokens | null) => void): void;
}

const KEY = "beseda.tokens";

function parse(text: string | null): Tokens | null {
  if (text === null) return null;
  try {
    const tokens = JSON.parse(text) as Tokens;
    return typeof tokens.access_token === "string" && typeof tokens.refresh_token === "string" ? tokens : null;
  } catch {
    return null;
  }
}

/** Shared by all tabs, so that there is one pair of tokens, whoever refreshed it last. */
export const browserStore: TokenStore = {
  read: () => parse(localStorage.getItem(KEY)),
  write: (tokens) => localStorage.setItem(KEY, JSON.stringify(tokens)),
  clear: () => localStorage.removeItem(KEY),
  watch(changed) {
    addEventListener("storage", (event) => {
      // A null key: everything was cleared.
      if (event.key === KEY || event.key === null) changed(parse(event.key === null ? null : event.newValue));
    });
  },
};
