// Forms that ask the browser for a passkey (Web Authentication, Level 3) before they are sent. They are hidden in the
// page as it comes, where a line says what they need.

/** A refusal of the service's, in its own words. */
class Refusal extends Error {}

export function offerPasskeys(added: Element): void {
  if (!isPossible()) return;
  for (const form of added.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.hidden = false;
    form.parentElement?.querySelector("[data-without-passkeys]")?.remove();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void fill(form);
    });
  }
}

/** Browsers have no passkeys over plain HTTP, but for `localhost`; older ones can't read them from JSON. */
function isPossible(): boolean {
  return "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

async function fill(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button");
  const fault = form.querySelector(".fault");
  const field = form.querySelector<HTMLInputElement>("[name=credential]");
  if (!button || !fault || !field) return;
  button.disabled = true;
  fault.textContent = "";
  try {
    field.value = JSON.stringify(await ask(form));
    form.submit();
  } catch (error) {
    fault.textContent = words(form, error);
    button.disabled = false;
    button.focus();
  }
}

/** What the browser makes or shows of what the service asks for: `toJSON()` of it is what is sent. */
async function ask(form: HTMLFormElement): Promise<Credential | null> {
  const answer = await fetch(`${form.getAttribute("action")}/options`, { method: "POST" });
  if (!answer.ok) throw new Refusal(lead(await answer.text()));
  const options = await answer.json();
  return form.dataset["passkey"] === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

/** What a page says first. */
function lead(page: string): string {
  return new DOMParser().parseFromString(page, "text/html").querySelector("main .lead")?.textContent ?? "";
}

function words(form: HTMLFormElement, error: unknown): string {
  const { cancelled, known, failed } = form.dataset;
  const name = error instanceof Error ? error.name : "";
  const said = error instanceof Refusal ? error.message : "";
  return said || (name === "NotAllowedError" ? cancelled : name === "InvalidStateError" ? known : failed) || "";
}
