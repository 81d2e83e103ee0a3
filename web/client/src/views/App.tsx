// Which page is shown. The list stands beside it where there is room, on a phone it is a page of its own.
import { lazy } from "./lazy.tsx";
import { signedIn } from "../store/app.ts";
import { newer, takeNewer } from "../offline/update.ts";
import { contested, returning } from "../store/google.ts";
import { route } from "../store/route.ts";
import { entering } from "../telegram/enter.ts";
import { texts } from "../texts/index.ts";
import { Dialogue } from "./Dialogue.tsx";
import { KeepAccount } from "./KeepAccount.tsx";
import { List } from "./List.tsx";
import { NewDialogue } from "./NewDialogue.tsx";
import { Notices } from "./Notices.tsx";
import { Welcome } from "./Welcome.tsx";

const Settings = lazy(() => import("./settings/Settings.tsx").then(({ Settings }) => Settings));

export function App() {
  return (
    <>
      {signedIn.value ? <Frame /> : entering.value || returning.value ? <Entering /> : <Welcome />}
      {contested.value && <KeepAccount />}
      <Notices />
      {newer.value && <Update />}
    </>
  );
}

function Entering() {
  return <main class="welcome"><p class="hint middle" role="status">{texts.value.entering}</p></main>;
}

function Frame() {
  const t = texts.value;
  const now = route.value;
  const skip = () => document.getElementById("message")?.focus();
  return (
    // On a phone the list is all there is: it stands in the main part, too.
    <main class="frame" data-page={now.page}>
      {(now.page === "dialogue" || now.page === "new") && <button type="button" class="skip" onClick={skip}>{t.skip}</button>}
      <List />
      <div class="page">
        {now.page === "dialogue" ? <Dialogue id={now.id} /> : now.page === "settings" ? <Settings part={now.part} /> : <NewDialogue />}
      </div>
    </main>
  );
}

function Update() {
  const t = texts.value;
  return (
    <div class="update" role="status">
      <span>{t.update}</span>
      <button type="button" class="primary" onClick={takeNewer}>{t.updateNow}</button>
    </div>
  );
}
