// Telegram, Google, devices, the person's data, and the end.
import { useEffect, useState } from "preact/hooks";
import { goToGoogle } from "../../account/google.ts";
import { json, nothing, request } from "../../api/client.ts";
import { Problem } from "../../api/problem.ts";
import { onWake } from "../../api/wake.ts";
import type { Device, TelegramLink } from "../../api/types.ts";
import { saveByApp } from "../../android.ts";
import { push, turnOff, turnOn } from "../../offline/push.ts";
import { eraseAccount, signOut } from "../../store/app.ts";
import { linkedAt, loadLink, loadMethods, methods, unlink } from "../../store/google.ts";
import { refreshMe, user } from "../../store/me.ts";
import { complain, say } from "../../store/notices.ts";
import { launch } from "../../telegram/launch.ts";
import { clock, fullDay, moment, texts } from "../../texts/index.ts";
import { Confirm } from "../Dialog.tsx";

export function Account() {
  return (
    <>
      <Telegram />
      <Google />
      <Notifications />
      <Devices />
      <Data />
    </>
  );
}

function Telegram() {
  const t = texts.value;
  const [link, setLink] = useState<TelegramLink | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const over = new AbortController();
    // Coming back from Telegram, where the person may have agreed.
    onWake(() => void refreshMe().catch(() => {}), over.signal);
    return () => over.abort();
  }, []);
  const make = () => {
    setBusy(true);
    json<TelegramLink>("/v1/me/telegram-link", { method: "POST" })
      .then(setLink, complain)
      .finally(() => setBusy(false));
  };
  const joined = typeof user.value?.telegram_id === "number";
  return (
    <section>
      <h2>{t.telegramTitle}</h2>
      <p>{joined ? t.telegramJoined : t.telegramText}</p>
      {!joined && !link && <button type="button" disabled={busy} onClick={make}>{t.telegramLink}</button>}
      {!joined && link && (
        <>
          <a class="button primary" href={/^https:\/\//.test(link.url) ? link.url : undefined} target="_blank" rel="noopener noreferrer">{t.telegramOpen}</a>
          <p class="hint">{t.telegramUntil(clock(link.expires_at))}</p>
        </>
      )}
    </section>
  );
}

function Google() {
  const t = texts.value;
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    loadLink().catch(complain);
    void loadMethods();
  }, []);
  const client = methods.value?.google;
  const linked = linkedAt.value;
  // Inside other apps Google shows nothing.
  if (linked === undefined || (!linked && (!client || launch))) return null;
  const forget = () => {
    setBusy(true);
    unlink()
      .catch(complain)
      .finally(() => setBusy(false));
  };
  return (
    <section>
      <h2>Google</h2>
      <p>{linked ? t.googleIsLinked(fullDay(linked)) : t.googleText}</p>
      {linked ? (
        <button type="button" disabled={busy} onClick={forget}>{t.googleUnlink}</button>
      ) : (
        client && <button type="button" data-google onClick={() => goToGoogle(client)}>{t.googleLink}</button>
      )}
    </section>
  );
}

/** Asks for the browser's permission only when it is turned on. */
function Notifications() {
  const t = texts.value;
  const [busy, setBusy] = useState(false);
  const now = push.value;
  if (now === "impossible") return null;
  const turn = (on: boolean) => {
    setBusy(true);
    (on ? turnOn() : turnOff())
      // What is no problem of the service is the browser's push service.
      .catch((error: unknown) => (error instanceof Problem ? complain(error) : say(t.notifyFailed)))
      .finally(() => setBusy(false));
  };
  return (
    <section>
      <h2>{t.notifyTitle}</h2>
      <label class="option">
        <input type="checkbox" role="switch" checked={now === "on"} disabled={busy || now === "denied"} onChange={(event) => turn(event.currentTarget.checked)} /> {t.notify}
      </label>
      <p class="hint">{now === "denied" ? t.notifyDenied : t.notifyText}</p>
    </section>
  );
}

function Devices() {
  const t = texts.value;
  const [devices, setDevices] = useState<Device[]>([]);
  useEffect(() => {
    json<Device[]>("/v1/me/devices").then(setDevices, complain);
  }, []);
  const remove = (device: Device) => {
    nothing(`/v1/me/devices/${device.id}`, { method: "DELETE" }).then(() => setDevices(devices.filter((each) => each !== device)), complain);
  };
  return (
    <section>
      <h2>{t.devices}</h2>
      <p class="hint">{t.devicesText}</p>
      <ul class="plain lines">
        {devices.map((device) => {
          const name = device.name ?? t.deviceUnnamed;
          return (
            <li key={device.id}>
              <span>
                <bdi>{name}</bdi>{device.current && <> <span class="badge">{t.thisDevice}</span></>}
                <small><time dateTime={device.last_seen_at}>{t.seen(moment(device.last_seen_at))}</time></small>
              </span>
              {!device.current && <button type="button" aria-label={t.signOutDeviceLabel(name)} onClick={() => remove(device)}>{t.signOutDevice}</button>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

type Asking = "out" | "erase" | null;

function Data() {
  const t = texts.value;
  const [asking, setAsking] = useState<Asking>(null);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const joined = typeof user.value?.telegram_id === "number" || Boolean(linkedAt.value);
  const act = (work: () => Promise<void>, done?: string) => {
    setBusy(true);
    work()
      .then(() => {
        setAsking(null);
        if (done) say(done);
      }, complain)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <section>
        <h2>{t.dataTitle}</h2>
        <p>{t.exportText}</p>
        <button type="button" disabled={busy} onClick={() => act(download)}>{busy && !asking ? t.exporting : t.export}</button>
      </section>
      <section>
        <button type="button" onClick={() => setAsking("out")}>{t.signOut}</button>
      </section>
      <section>
        <h2>{t.erase}</h2>
        <p>{t.eraseText}</p>
        <button type="button" class="danger" onClick={() => { setSure(false); setAsking("erase"); }}>{t.erase}</button>
      </section>
      {asking === "out" && (
        <Confirm title={t.signOutTitle} text={joined ? t.signOutText : t.signOutLost} action={t.signOut} danger={!joined} busy={busy} close={() => setAsking(null)} confirm={() => act(signOut)} />
      )}
      {asking === "erase" && (
        <Confirm title={t.eraseTitle} text={t.eraseText} action={t.delete} danger busy={busy || !sure} close={() => setAsking(null)} confirm={() => act(eraseAccount, t.erased)}>
          <label class="option">
            <input type="checkbox" checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} /> {t.eraseConfirm}
          </label>
        </Confirm>
      )}
    </>
  );
}

/** As a file: the address alone cannot be opened, as it takes a token. */
async function download(): Promise<void> {
  const response = await request("/v1/me/export");
  const file = await response.blob();
  const name = "beseda-export.json";
  if (await saveByApp(file, name)) return;
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
