// A call of the API: the token, its renewal, and problems as exceptions.
import { accessToken, forget } from "../account/auth.ts";
import { Problem, read } from "./problem.ts";

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const SILENCE = 30_000;

/** The response, if it is a good one. Throws a `Problem`, or the signal's AbortError. */
export async function request(path: string, call: Call = {}): Promise<Response> {
  let token = await accessToken();
  let response = await send(path, call, token);
  if (response.status === 401) {
    token = await accessToken(token);
    response = await send(path, call, token);
  }
  if (response.ok) return response;
  const problem = await read(response);
  // A token as fresh as can be was refused: the account is gone, or this device was signed out.
  if (problem.type === "unauthorized") forget(problem);
  throw problem;
}

async function send(path: string, call: Call, token: string): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}`, ...call.headers };
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  // Until the first line of the answer, which is soon even for a stream; a network that swallows everything says nothing.
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE);
  try {
    return await fetch(path, {
      method: call.method ?? "GET",
      headers,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal ? AbortSignal.any([call.signal, silence.signal]) : silence.signal,
      cache: "no-store",
    });
  } catch (error) {
    if (call.signal?.aborted) throw error;
    throw Problem.offline();
  } finally {
    clearTimeout(timer);
  }
}

export async function json<T>(path: string, call?: Call): Promise<T> {
  const response = await request(path, call);
  try {
    return (await response.json()) as T;
  } catch {
    // Cut off in the middle of the body.
    throw Problem.offline();
  }
}

export async function nothing(path: string, call?: Call): Promise<void> {
  await request(path, call);
}
