// First contact: name, gender, age, and straight into a conversation.
import { useEffect, useRef, useState } from "preact/hooks";
import { register } from "../account/auth.ts";
import { deviceName } from "../account/device.ts";
import { goToGoogle } from "../account/google.ts";
import { passes, Problem } from "../api/problem.ts";
import { signedOutBy } from "../store/app.ts";
import { loadMethods, methods } from "../store/google.ts";
import { setUser } from "../store/me.ts";
import { language, setLanguage, type Language } from "../store/preferences.ts";
import { replace } from "../store/route.ts";
import { enterByTelegram, entryProblem } from "../telegram/enter.ts";
import { launch } from "../telegram/launch.ts";
import { words } from "../texts/problem.ts";
import { texts } from "../texts/index.ts";
import { emptyPerson, modelOf, PersonFields } from "./PersonFields.tsx";

export function Welcome() {
  const t = texts.value;
  const [draft, setDraft] = useState(emptyPerson);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const out = signedOutBy.value;
  const refused = entryProblem.value;
  // Google shows nothing inside other apps.
  const google = launch ? null : methods.value?.google;
  useEffect(() => void loadMethods(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setChecked(true);
    const person = modelOf(draft);
    if (!person) {
      // Rendered first: then the field that is wrong says so when it gets the focus.
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const user = await register({ ...person, language: language.value, device_name: deviceName() });
      setUser(user);
      replace({ page: "new" });
    } catch (error) {
      setProblem(Problem.of(error));
      setBusy(false);
    }
  };

  return (
    <main class="welcome">
      <div class="tongues" role="group" aria-label={t.language}>
        {(["ru", "en"] satisfies Language[]).map((to) => (
          <button key={to} type="button" class="quiet" lang={to} aria-pressed={language.value === to} onClick={() => setLanguage(to)}>
            {t.languages[to]}
          </button>
        ))}
      </div>
      {refused && (
        <div class="notice" role="alert">
          <p>{words(refused)}</p>
          {passes(refused) && <button type="button" onClick={() => void enterByTelegram()}>{t.tryAgain}</button>}
        </div>
      )}
      {out && !refused && <p class="notice" role="status">{out.type === "token-reused" ? t.signedOutReused : t.signedOut}</p>}
      <img src="/icon.svg" alt="" width="56" height="56" />
      <h1>{t.welcomeTitle}</h1>
      <p class="lead">{t.welcomeText}</p>
      <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <PersonFields draft={draft} change={setDraft} checked={checked} hints autoComplete />
        {problem && <p class="wrong" role="alert">{words(problem)}</p>}
        <button type="submit" class="primary wide" disabled={busy}>{t.begin}</button>
      </form>
      {google && (
        <div class="other-way">
          <p class="hint">{t.googleBack}</p>
          <button type="button" class="wide" data-google onClick={() => goToGoogle(google)}>{t.googleSignIn}</button>
        </div>
      )}
      <p class="hint">{t.welcomePrivacy}</p>
      <p class="hint">{t.haveAccount}</p>
    </main>
  );
}
