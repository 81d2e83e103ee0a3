// What is left, what else there is, what was used and paid.
import { useEffect, useState } from "preact/hooks";
import { json } from "../../api/client.ts";
import { onWake } from "../../api/wake.ts";
import type { Invoice, Page, Payment, Plan as PlanRow, Subscription } from "../../api/types.ts";
import { loadPlans, plans, refreshMe, setSubscription, subscription } from "../../store/me.ts";
import { complain, say } from "../../store/notices.ts";
import { language } from "../../store/preferences.ts";
import { clock, fullDay, texts } from "../../texts/index.ts";
import { Choice } from "../Choice.tsx";
import { Dialog } from "../Dialog.tsx";
import { UsagePlot } from "./UsagePlot.tsx";

export function Plan() {
  const t = texts.value;
  useEffect(() => {
    const over = new AbortController();
    // Coming back from Telegram, where it may have been paid.
    onWake(() => void refreshMe().catch(() => {}), over.signal);
    refreshMe().catch(complain);
    loadPlans().catch(complain);
    return () => over.abort();
  }, []);
  const now = subscription.value;
  return (
    <>
      {now && <Current now={now} />}
      <UsagePlot />
      {plans.value && plans.value.length > 1 && (
        <section>
          <h2>{t.plansTitle}</h2>
          <ul class="cards">
            {plans.value.map((plan) => <Offer key={plan.plan_name} plan={plan} current={plan.plan_name === now?.plan_name} />)}
          </ul>
        </section>
      )}
      <Payments />
    </>
  );
}

/** What people read as a plan's name. */
function titleOf(name: string): string {
  const title = plans.value?.find((plan) => plan.plan_name === name)?.title;
  return title?.[language.value] ?? title?.en ?? name;
}

function Current({ now }: { now: Subscription }) {
  const t = texts.value;
  const [busy, setBusy] = useState(false);
  const used = now.usage_limit - now.remaining;
  const end = now.end_date ? fullDay(now.end_date) : null;
  const until = !end ? t.endless : now.provider === null ? t.renewsOn(end) : now.auto_renew ? t.paidUntil(end) : t.endsOn(end);
  const isBought = now.provider !== null && end !== null;
  const wish = (body: { auto_renew: boolean } | { next_plan: string | null }) => {
    setBusy(true);
    json<Subscription>("/v1/me/subscription", { method: "PATCH", body })
      .then((changed) => {
        setSubscription(changed);
        say(t.saved);
      }, complain)
      .finally(() => setBusy(false));
  };
  return (
    <section>
      <h2>{t.currentPlan}: {titleOf(now.plan_name)}</h2>
      <p class="big">{t.left(now.remaining, now.usage_limit, now.unit)}</p>
      <progress max={now.usage_limit} value={used} class={now.limit_state} aria-label={t.used(used, now.usage_limit)} />
      <p class="hint">{until}</p>
      {isBought && (
        <label class="option">
          <input type="checkbox" role="switch" checked={now.auto_renew} disabled={busy} onChange={(event) => wish({ auto_renew: event.currentTarget.checked })} /> {t.renew}
        </label>
      )}
      {isBought && <NextPlan key={`${now.id} ${now.next_plan}`} now={now} busy={busy} wish={(next_plan) => wish({ next_plan })} />}
    </section>
  );
}

/** What comes after a plan that was bought. Chosen with a button of its own: it turns the renewal off. */
function NextPlan({ now, busy, wish }: { now: Subscription; busy: boolean; wish: (plan: string | null) => void }) {
  const t = texts.value;
  const wished = now.next_plan ?? "";
  const [chosen, choose] = useState(wished);
  const names = new Set((plans.value ?? []).map((plan) => plan.plan_name).filter((name) => name !== now.plan_name));
  if (wished) names.add(wished);
  if (names.size === 0) return null;
  const options = { "": t.notChosen, ...Object.fromEntries([...names].map((name) => [name, titleOf(name)])) };
  const save = (event: Event) => {
    event.preventDefault();
    wish(chosen || null);
  };
  return (
    <form onSubmit={save}>
      <Choice legend={t.nextPlan} name="next-plan" value={chosen} options={options} choose={choose} hint={t.nextPlanHint} />
      {chosen !== wished && <button type="submit" class="primary" disabled={busy}>{t.save}</button>}
    </form>
  );
}

function Offer({ plan, current }: { plan: PlanRow; current: boolean }) {
  const t = texts.value;
  const [invoice, setInvoice] = useState<Invoice | null>(null);
  const [busy, setBusy] = useState(false);
  const title = titleOf(plan.plan_name);
  const buy = () => {
    setBusy(true);
    json<Invoice>("/v1/me/invoices", { method: "POST", body: { plan_name: plan.plan_name } })
      .then(setInvoice, complain)
      .finally(() => setBusy(false));
  };
  return (
    <li class="card">
      <h3>{title}</h3>
      <p>{plan.description[language.value] ?? plan.description.en ?? t.gives(plan.usage_limit, plan.unit, plan.period)}</p>
      {plan.price_stars ? <p class="price">{t.stars(plan.price_stars)} {t.per[plan.period]}</p> : null}
      {current ? (
        <p class="badge">{t.currentPlan}</p>
      ) : plan.price_stars ? (
        <button type="button" class="primary" disabled={busy} aria-label={t.buyLabel(title)} onClick={buy}>{t.buy}</button>
      ) : null}
      {invoice && (
        <Dialog title={t.invoiceTitle(title)} close={() => setInvoice(null)}>
          <p class="big">{t.stars(invoice.price_stars)}</p>
          <p>{t.invoiceText(invoice.recurring)}</p>
          <p class="hint">{t.invoiceUntil(clock(invoice.expires_at))}</p>
          <div class="buttons">
            <button type="button" onClick={() => setInvoice(null)}>{t.close}</button>
            <a class="button primary" href={safe(invoice.url)} target="_blank" rel="noopener noreferrer">{t.openTelegram}</a>
          </div>
        </Dialog>
      )}
    </li>
  );
}

/** Only a web page is opened, whatever the service was told. */
function safe(url: string): string | undefined {
  return /^https:\/\//i.test(url) ? url : undefined;
}

function Payments() {
  const t = texts.value;
  const [payments, setPayments] = useState<Payment[]>([]);
  useEffect(() => {
    json<Page<Payment>>("/v1/me/payments?limit=20").then((page) => setPayments(page.items), complain);
  }, []);
  if (payments.length === 0) return null;
  return (
    <section>
      <h2>{t.paymentsTitle}</h2>
      <ul class="plain">
        {payments.map((payment) => (
          <li key={payment.id}>
            <time dateTime={payment.occurred_at}>{fullDay(payment.occurred_at)}</time>: {t.payments[payment.kind] ?? payment.kind}
            {payment.amount && `, ${payment.amount} ${payment.currency === "XTR" ? "⭐" : (payment.currency ?? "")}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
