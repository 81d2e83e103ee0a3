// The Mini App: the page as a part of Telegram. Its colours, its back button, the room that it leaves, its links.
import { effect } from "@preact/signals";
import { refreshMe } from "../store/me.ts";
import { surroundings, theme as chosen } from "../store/preferences.ts";
import { go, route } from "../store/route.ts";
import { listen, on, post, type Data } from "./bridge.ts";
import { enterByTelegram } from "./enter.ts";
import { launch, speaks, themeOf, type Launch, type Theme } from "./launch.ts";
import { colours } from "./theme.ts";

/** Where the list stands beside the page (frame.css): there is nothing to go back to. */
const wide = "(min-width: 56rem)";

/** Begins, if Telegram opened the page. */
export function startMiniApp(): void {
  if (!launch) return;
  const now = launch;
  document.documentElement.dataset.telegram = "";
  listen();
  showIn(now.theme, now);
  on("theme_changed", ({ theme_params }) => showIn(themeOf(theme_params), now));
  leaveRoom(now);
  if (speaks(now, "6.1")) followBack();
  // Else scrolling a long answer down could close it.
  if (speaks(now, "7.7")) post("web_app_setup_swipe_behavior", { allow_vertical_swipe: false });
  openLinks(now);
  post("web_app_expand");
  post("web_app_ready");
  void enterByTelegram();
}

let stop = () => {};

/** In these colours, unless the person has chosen others. */
function showIn(theme: Theme, now: Launch): void {
  const found = colours(theme);
  stop();
  stop = effect(() => {
    const style = document.documentElement.style;
    const ours = chosen.value === "system" ? found : null;
    surroundings.value = ours?.scheme ?? null;
    for (const name of Object.keys(found?.variables ?? {})) {
      if (ours) style.setProperty(name, ours.variables[name]!);
      else style.removeProperty(name);
    }
    paint(now);
  });
}

/** What stands around the page gets its colour. */
function paint(now: Launch): void {
  const paper = getComputedStyle(document.body).backgroundColor.match(/\d+/g)?.slice(0, 3);
  if (!paper || !speaks(now, "6.1")) return;
  const color = `#${paper.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
  post("web_app_set_background_color", { color });
  post("web_app_set_header_color", speaks(now, "6.9") ? { color } : { color_key: "bg_color" });
  if (speaks(now, "7.10")) post("web_app_set_bottom_bar_color", { color });
}

const SIDES = ["top", "right", "bottom", "left"] as const;

/** The height that there is, and the edges that Telegram or the phone covers. */
function leaveRoom(now: Launch): void {
  const style = document.documentElement.style;
  const edges: Record<string, Data> = {};
  const pixels = (value: unknown) => (typeof value === "number" && value > 0 ? value : 0);
  on("viewport_changed", ({ height, is_state_stable }) => {
    // Not while it is being dragged.
    if (is_state_stable !== false && pixels(height) > 0) style.setProperty("--height", `${pixels(height)}px`);
  });
  for (const event of ["safe_area_changed", "content_safe_area_changed"]) {
    on(event, (insets) => {
      edges[event] = insets;
      for (const side of SIDES) {
        const covered = Object.values(edges).reduce((sum, each) => sum + pixels(each[side]), 0);
        style.setProperty(`--${side}`, `${covered}px`);
      }
    });
  }
  post("web_app_request_viewport");
  if (!speaks(now, "8.0")) return;
  post("web_app_request_safe_area");
  post("web_app_request_content_safe_area");
}

function followBack(): void {
  const beside = matchMedia(wide);
  const show = () => post("web_app_setup_back_button", { is_visible: route.value.page !== "list" && !beside.matches });
  effect(show);
  beside.addEventListener("change", show);
  on("back_button_pressed", () => go({ page: "list" }));
  document.documentElement.dataset.back = "telegram";
}

/** Links that lead elsewhere are Telegram's to open: its own inside it, the others outside. */
function openLinks(now: Launch): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[target=_blank]") : null;
    if (!link || !/^https?:$/.test(link.protocol)) return;
    event.preventDefault();
    const told = linkEvent(link.href, speaks(now, "6.1"));
    post(told.event, told.data);
  });
  on("invoice_closed", () => refreshMe().catch(() => {}));
}

/** What to tell Telegram so that it opens this address. */
export function linkEvent(href: string, inside: boolean): { event: string; data: Data } {
  const url = new URL(href);
  if (url.hostname !== "t.me" || !inside) return { event: "web_app_open_link", data: { url: url.href } };
  const slug = /^\/(?:\$|invoice\/)([\w-]+)$/.exec(url.pathname)?.[1];
  if (slug) return { event: "web_app_open_invoice", data: { slug } };
  return { event: "web_app_open_tg_link", data: { path_full: url.pathname + url.search } };
}
