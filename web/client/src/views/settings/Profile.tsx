// Who the person is, who answers them, and how this device looks.
import { useEffect, useState } from "preact/hooks";
import { refreshMe, saveProfile, user } from "../../store/me.ts";
import { complain, say } from "../../store/notices.ts";
import { language, setLanguage, setTheme, theme, type Language } from "../../store/preferences.ts";
import { texts } from "../../texts/index.ts";
import { Choice } from "../Choice.tsx";
import { draftOf, modelOf, PersonFields } from "../PersonFields.tsx";

export function Profile() {
  const t = texts.value;
  useEffect(() => {
    refreshMe().catch(complain);
  }, []);
  return (
    <>
      <Person key={`p${user.value?.id}`} />
      <Companion key={`c${user.value?.id}`} />
      <section>
        <h2>{t.deviceSettings}</h2>
        <Choice legend={t.language} name="language" value={language.value} options={t.languages} choose={chooseLanguage} />
        <Choice legend={t.theme} name="theme" value={theme.value} options={t.themes} choose={setTheme} />
      </section>
    </>
  );
}

function chooseLanguage(to: Language): void {
  setLanguage(to);
  // The service and the bot use it too.
  if (user.value?.name) saveProfile({ language: to }).catch(complain);
}

function useForm(initial: () => ReturnType<typeof draftOf>, save: (draft: ReturnType<typeof draftOf>) => Promise<void> | null) {
  const [draft, setDraft] = useState(initial);
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setChecked(true);
    const work = save(draft);
    const form = event.currentTarget as HTMLElement;
    if (!work) return void setTimeout(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    setBusy(true);
    work.then(() => say(texts.value.saved), complain).finally(() => setBusy(false));
  };
  return { draft, setDraft, checked, busy, submit };
}

function Person() {
  const t = texts.value;
  const form = useForm(() => draftOf(user.value), (draft) => {
    const model = modelOf(draft);
    return model && saveProfile(model);
  });
  return (
    <section>
      <h2>{t.profileTitle}</h2>
      <form onSubmit={form.submit} noValidate>
        <PersonFields draft={form.draft} change={form.setDraft} checked={form.checked} hints autoComplete />
        <button type="submit" class="primary" disabled={form.busy}>{t.save}</button>
      </form>
    </section>
  );
}

function Companion() {
  const t = texts.value;
  const form = useForm(() => draftOf(user.value?.companion), (draft) => {
    if (draft.name.trim() === "") return saveProfile({ companion: null });
    const model = modelOf(draft);
    return model && saveProfile({ companion: model });
  });
  return (
    <section>
      <h2>{t.companionSettings}</h2>
      <p class="hint">{t.companionText}</p>
      <form onSubmit={form.submit} noValidate>
        <PersonFields draft={form.draft} change={form.setDraft} checked={form.checked} nameLabel={t.companionName} nameRequired={false} />
        <div class="buttons start">
          <button type="submit" class="primary" disabled={form.busy}>{t.save}</button>
          {user.value?.companion && (
            <button type="button" onClick={() => {
              form.setDraft(draftOf(null));
              saveProfile({ companion: null }).then(() => say(t.saved), complain);
            }}>{t.reset}</button>
          )}
        </div>
      </form>
    </section>
  );
}
