// Links and filters inside the panel: htmx fetches the next page and puts its body in place of this one's.

import { say, text } from "./status";

/** What htmx tells of a request. */
interface Exchange {
  elt: Element;
  boosted: boolean;
  xhr: XMLHttpRequest;
  /** Whether the answer was put into the page. */
  successful?: boolean;
  formData?: FormData;
  /** What is about to be done to the browser's history. */
  history?: { type: "push" | "replace"; path: string };
  pathInfo: { finalRequestPath?: string; requestPath: string };
  requestConfig: { elt: Element };
}

/** The request whose page is waited for. */
let awaited: XMLHttpRequest | undefined;
let awaitedFor: Element | undefined;

/** Leaves the page as it is, whatever is on its way. The request itself goes on: its answer may bring a new cookie. */
export function stay(): void {
  awaited = undefined;
  setLoading(false);
}

function on(name: string, act: (exchange: Exchange, event: Event) => void): void {
  document.addEventListener(name, (event) => act((event as CustomEvent<Exchange>).detail, event));
}

export function boostVisits(): void {
  document.addEventListener("htmx:beforeProcessNode", (event) => {
    const element = event.target as Element;
    if (!isLink(element) && !isForm(element)) return;
    if (!isVisit(element)) element.setAttribute("hx-boost", "false");
    // The filters stay where they are, under the reader's eyes.
    else if (isForm(element)) element.setAttribute("hx-swap", "innerHTML show:none");
  });

  // Browsers do something else with these: open a window, save the page. htmx knows of Ctrl only.
  document.addEventListener("click", (event) => (event.shiftKey || event.altKey) && event.stopPropagation(), true);

  // Pressed twice is meant once.
  on("htmx:confirm", (exchange, event) => {
    if (awaited && isLink(exchange.elt) && awaitedFor === exchange.elt) event.preventDefault();
  });

  // An address holds the filters that are set, and no empty ones.
  on("htmx:configRequest", (exchange) => {
    for (const [name, value] of [...(exchange.formData ?? [])]) if (value === "") exchange.formData?.delete(name);
  });

  on("htmx:beforeSend", (exchange) => {
    if (!exchange.boosted) return;
    awaited = exchange.xhr;
    awaitedFor = exchange.elt;
    setLoading(true);
  });
  on("htmx:beforeSwap", (exchange, event) => {
    if (!exchange.boosted) return;
    const isAwaited = exchange.xhr === awaited;
    if (isAwaited && fitsHere(exchange.xhr)) return;
    event.preventDefault();
    if (isAwaited) goTo(exchange);
  });
  // The same address again is no step that one would go back by.
  on("htmx:beforeHistoryUpdate", ({ history }) => {
    if (history?.path === location.pathname + location.search) history.type = "replace";
  });
  on("htmx:sendError", (exchange) => exchange.boosted && goTo(exchange));
  on("htmx:afterRequest", (exchange) => {
    if (!exchange.boosted || exchange.xhr !== awaited) return;
    stay();
    if (exchange.successful) arrive(exchange.requestConfig.elt);
  });
}

const isLink = (element: Element): element is HTMLAnchorElement => element instanceof HTMLAnchorElement;
const isForm = (element: Element): element is HTMLFormElement => element instanceof HTMLFormElement;

/** Whether it leads to a page of the panel, and changes nothing. */
function isVisit(element: HTMLAnchorElement | HTMLFormElement): boolean {
  // Fields hide a form's properties, when they are called the same.
  if (isForm(element)) return (element.getAttribute("method") ?? "get").toLowerCase() === "get";
  // `nofollow` stands at addresses that people or models wrote.
  if (element.hasAttribute("download") || element.relList.contains("nofollow")) return false;
  return element.origin === location.origin && /^\/admin(\/|$)/.test(element.pathname);
}

/** Whether the answer is a page like this one: of the same version of the service, and for the same reader. */
function fitsHere(xhr: XMLHttpRequest): boolean {
  if (xhr.status === 401 || !xhr.getResponseHeader("content-type")?.startsWith("text/html")) return false;
  const files = document.head.querySelectorAll("link[rel=stylesheet], script[src]");
  return [...files].every((file) => {
    const address = file.getAttribute("src") ?? file.getAttribute("href") ?? "";
    return xhr.responseText.includes(`"${address}"`);
  });
}

/** As a browser does it by itself: signing in, files, failures on the way are shown as they are. */
function goTo(exchange: Exchange): void {
  location.assign(exchange.pathInfo.finalRequestPath ?? exchange.pathInfo.requestPath);
}

function setLoading(isLoading: boolean): void {
  document.documentElement.classList.toggle("loading", isLoading);
  document.getElementById("main")?.setAttribute("aria-busy", String(isLoading));
}

/** Tells where one is now: what a browser does by itself for a page that is loaded. */
function arrive(from: Element): void {
  if (!isForm(from)) {
    const heading = document.querySelector<HTMLElement>("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    return;
  }
  // htmx has put the focus back to the field it was in; a button has no name to find it by.
  if (document.activeElement === document.body) {
    document.querySelector<HTMLElement>("form.filters button")?.focus({ preventScroll: true });
  }
  const nothing = document.querySelector("main .empty")?.textContent;
  say(nothing ?? `${text("rows")} ${document.querySelectorAll("main .cards > tbody > tr").length}`);
}
