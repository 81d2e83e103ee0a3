// Where a link may lead: a web page or an e-mail. Everything else (javascript:, data:, tg:, file: …) stays text.

export interface Target {
  href: string;
  /** What is shown of it, so that nobody is led where they did not look: the host, or the address. */
  host: string;
}

export function target(address: string): Target | null {
  // What browsers strip before they look at the scheme must not hide one from us.
  if (/[\u0000-\u0020\u007f]/.test(address)) return null;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol === "mailto:") return { href: url.href, host: decode(url.pathname) };
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  // A name before the host is there to deceive: https://bank.example@elsewhere.example
  url.username = "";
  url.password = "";
  return { href: url.href, host: url.host.replace(/^www\./, "") };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
