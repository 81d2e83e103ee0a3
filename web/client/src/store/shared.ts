// What another app shares into a conversation. It is put into the field of a new dialogue; the person sends it.
import { draft, setDraft } from "./drafts.ts";
import { replace } from "./route.ts";

/** The members of a share by the manifest (`share_target`), in the order in which they read well. */
const MEMBERS = ["title", "text", "url"];

/**
 * The text of an address: `#/new?text=…`, as the Android app opens it, which is sent to no server, or `/?text=…`, as
 * browsers do for installed pages. Null: nothing is shared.
 */
export function sharedText(search: string, hash: string): string | null {
  const inHash = /^#\/new\?(.*)$/s.exec(hash)?.[1];
  const params = new URLSearchParams(inHash ?? search);
  const parts = MEMBERS.map((name) => params.get(name)?.trim() ?? "").filter((part) => part !== "");
  return parts.length > 0 ? parts.join("\n") : null;
}

function take(): void {
  const text = sharedText(location.search, location.hash);
  if (text === null) return;
  const before = draft("new").peek().trim();
  setDraft("new", before ? `${before}\n\n${text}` : text);
  // Out of the address, so that a reload does not put it there again.
  if (location.search) history.replaceState(null, "", location.pathname);
  replace({ page: "new" });
}

/** Takes what the page was opened with, and what is shared while it is open. */
export function takeShared(): void {
  take();
  addEventListener("hashchange", take);
}
