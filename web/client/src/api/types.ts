// The API's types under the names that the client calls them by. All come from the OpenAPI document.
import type { components } from "./schema.ts";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Gender = Schemas["Gender"];
export type PersonModel = Schemas["PersonModel"];
export type Companion = Schemas["Companion"];
export type ProfileModel = Schemas["ProfileModel"];
export type Registration = Schemas["Registration"];
export type Registered = Schemas["Registered"];
export type TokenPair = Schemas["TokenPair"];
export type SignInMethods = Schemas["SignInMethods"];
export type GoogleClient = Schemas["GoogleClient"];
export type GoogleLink = Schemas["GoogleLink"];
export type SignedInPerson = Schemas["SignedInPerson"];
export type Device = Schemas["Device"];
export type Session = Schemas["Session"];
export type NewSession = Schemas["NewSession"];
export type Message = Schemas["Message"];
export type Subscription = Schemas["Subscription"];
export type Plan = Schemas["Plan"];
export type Period = Schemas["Period"];
export type Unit = Schemas["Unit"];
export type Invoice = Schemas["Invoice"];
export type Payment = Schemas["Payment"];
export type Usage = Schemas["Usage"];
export type PushKey = Schemas["PushKey"];
export type PushSubscribed = Schemas["PushSubscription"];
export type TelegramLink = Schemas["TelegramLink"];
export type StoppedTurn = Schemas["StoppedTurn"];
export type ProblemBody = Schemas["Problem"];

export type AcceptedEvent = Schemas["AcceptedEvent"];
export type DeltaEvent = Schemas["DeltaEvent"];
export type DoneEvent = Schemas["DoneEvent"];
export type ErrorEvent = Schemas["ErrorEvent"];

export interface Page<T> {
  items: T[];
  next?: string | null;
}
