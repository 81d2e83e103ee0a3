// What went wrong, whoever said so: the service (RFC 9457), or the network by saying nothing.
import type { ProblemBody } from "./types.ts";

/** A problem of the client's own, beside those of the service: nobody answered. */
export const NO_NETWORK = "no-network";

export class Problem extends Error {
  override name = "Problem";
  constructor(readonly body: ProblemBody) {
    super(body.title);
  }

  get type(): string {
    return this.body.type;
  }

  static offline(): Problem {
    return new Problem({ type: NO_NETWORK, title: "No answer", status: 0 });
  }

  /** Any thrown value as a problem: what is not one is a fault of the client, and is shown as one. */
  static of(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    console.error(thrown);
    return new Problem({ type: "client", title: String(thrown), status: 0 });
  }
}

/** Problems that pass by themselves, so that the same request may succeed a little later. */
const PASSING = new Set([
  NO_NETWORK,
  "too-many-requests",
  "too-many-waiting",
  "overloaded",
  "shutting-down",
  "unavailable",
  "sign-in-unavailable",
  "internal",
]);

export function passes(problem: Problem): boolean {
  return PASSING.has(problem.type);
}

/** Turns that ended without an answer: the message is kept, and can be answered again. */
const UNANSWERED = new Set(["model-failed", "model-timeout", "models-resting", "interrupted", "stopped"]);

export function isUnanswered(problem: Problem): boolean {
  return UNANSWERED.has(problem.type);
}

/** The problem that a refused response tells; a proxy in between may tell it in any form. */
export async function read(response: Response): Promise<Problem> {
  const header = Number(response.headers.get("retry-after"));
  const retry = Number.isFinite(header) && header > 0 ? header : undefined;
  const kind = response.headers.get("content-type") ?? "";
  if (kind.includes("json")) {
    try {
      const body = (await response.json()) as ProblemBody;
      if (typeof body.type === "string") return new Problem({ ...body, retry_after: body.retry_after ?? retry ?? null });
    } catch {
      // Cut off, or no JSON after all.
    }
  }
  const type = response.status === 429 ? "too-many-requests" : response.status >= 500 ? "unavailable" : "bad-request";
  return new Problem({ type, title: response.statusText, status: response.status, retry_after: retry ?? null });
}
