// Two accounts are to become one: which of them stays.
import { useState } from "preact/hooks";
import { contested, keep } from "../store/google.ts";
import { complain } from "../store/notices.ts";
import { texts } from "../texts/index.ts";
import { Dialog } from "./Dialog.tsx";

export function KeepAccount() {
  const t = texts.value;
  const [busy, setBusy] = useState(false);
  const close = () => (contested.value = null);
  const choose = (which: "this" | "other") => {
    setBusy(true);
    keep(which)
      .catch(complain)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog title={t.keepTitle} close={close}>
      <p>{t.keepText}</p>
      <div class="buttons">
        <button type="button" onClick={close}>{t.cancel}</button>
        <button type="button" data-keep="other" disabled={busy} onClick={() => choose("other")}>{t.keepOther}</button>
        <button type="button" class="primary" data-keep="this" disabled={busy} onClick={() => choose("this")}>{t.keepThis}</button>
      </div>
    </Dialog>
  );
}
