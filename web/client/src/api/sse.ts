// Reads an event stream (WHATWG HTML, server-sent events) from bytes, wherever they are cut.
//
// EventSource cannot be used: it sends no Authorization header and no POST.

export interface SseEvent {
  event: string;
  id: string;
  data: string;
}

export class SseParser {
  // Decodes across cuts in the middle of a character, and drops a byte order mark at the beginning.
  readonly #decoder = new TextDecoder();
  #rest = "";
  #afterReturn = false;
  #event = "";
  #id = "";
  #data: string[] = [];

  /** The events that these bytes complete. */
  push(bytes: Uint8Array): SseEvent[] {
    const events: SseEvent[] = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return events;
    const endsInReturn = text.endsWith("\r");
    // A line break of two characters may be cut in its middle.
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterReturn = endsInReturn;
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") this.#dispatch(events);
      else this.#field(line);
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#data.length > 0) {
      events.push({ event: this.#event || "message", id: this.#id, data: this.#data.join("\n") });
    }
    this.#event = "";
    this.#data = [];
  }
}
