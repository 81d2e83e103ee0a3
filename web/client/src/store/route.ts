// Where the person is. The place stands behind the `#`, so that the service serves one page and need not know the rest.
import { signal } from "@preact/signals";

export type Route =
  | { page: "list" }
  | { page: "new" }
  | { page: "dialogue"; id: string }
  | { page: "settings"; part: Part };
export type Part = "profile" | "plan" | "account";

const PARTS: readonly string[] = ["profile", "plan", "account"] satisfies Part[];

export function parse(hash: string): Route {
  const [first, second] = hash.replace(/^#\/?/, "").replace(/\?.*$/s, "").split("/");
  if (first === "new") return { page: "new" };
  if (first === "d" && second && /^[\w-]+$/.test(second)) return { page: "dialogue", id: second };
  if (first === "settings") return { page: "settings", part: PARTS.includes(second ?? "") ? (second as Part) : "profile" };
  return { page: "list" };
}

export function address(route: Route): string {
  switch (route.page) {
    case "new":
      return "#/new";
    case "dialogue":
      return `#/d/${route.id}`;
    case "settings":
      return `#/settings/${route.part}`;
    default:
      return "#/";
  }
}

export const route = signal<Route>(parse(location.hash));

addEventListener("hashchange", () => (route.value = parse(location.hash)));

export function go(to: Route): void {
  if (address(to) !== location.hash) location.hash = address(to);
}

/** Goes there so that "back" does not lead here again. */
export function replace(to: Route): void {
  history.replaceState(null, "", address(to));
  route.value = to;
}
