// Parts of pages that show work in progress ask for themselves anew (`hx-trigger="every …"` in the templates). Here is
// when they don't.

/** What htmx tells of a request. */
interface Exchange {
  boosted: boolean;
  xhr: XMLHttpRequest;
  target: Element;
}

export function refreshGently(): void {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const exchange = (event as CustomEvent<Exchange>).detail;
    if (!exchange.boosted && isOccupied(exchange.target)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { boosted, xhr, target } = (event as CustomEvent<Exchange>).detail;
    if (boosted) return;
    if (xhr.status === 401) location.reload();
    // The last figures are worth more than why there are no newer ones: the next time may bring them. Somebody may also
    // have begun to write in the meantime.
    if (xhr.status !== 200 || isOccupied(target)) event.preventDefault();
  });
}

/** Whether somebody is at something in there that would be lost; or nobody looks. */
function isOccupied(part: Element): boolean {
  return document.hidden || part.querySelector("details[open]") !== null || part.contains(document.activeElement);
}
