// Usage by day, as a picture and, for those who do not see it, as a table.
import { useEffect, useState } from "preact/hooks";
import { json } from "../../api/client.ts";
import type { Usage } from "../../api/types.ts";
import { complain } from "../../store/notices.ts";
import { fullDay, shortDay, texts } from "../../texts/index.ts";

const WIDTH = 300;
const HEIGHT = 80;

export function UsagePlot() {
  const t = texts.value;
  const [usage, setUsage] = useState<Usage | null>(null);
  useEffect(() => {
    json<Usage>("/v1/me/usage").then(setUsage, complain);
  }, []);
  if (!usage) return null;
  const { days } = usage;
  const most = Math.max(1, ...days.map((day) => day.requests_count));
  const step = WIDTH / days.length;
  const summary = t.usageText(usage.requests_count, usage.tokens_used, days.length);
  // A date without a time is one of the service's days: it is not to be moved by this device's time zone.
  const at = (date: string) => `${date}T12:00:00`;
  return (
    <section>
      <h2>{t.usageTitle}</h2>
      <p>{usage.requests_count > 0 ? summary : t.usageNone}</p>
      <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        {days.map((day, index) => {
          const height = day.requests_count === 0 ? 1.5 : Math.max(4, (day.requests_count / most) * HEIGHT);
          return (
            <rect key={day.date} class={day.requests_count === 0 ? "none" : undefined} x={index * step + step * 0.15} y={HEIGHT - height} width={step * 0.7} height={height} rx="1.5">
              <title>{t.usageDay(fullDay(at(day.date)), day.requests_count, day.tokens_used)}</title>
            </rect>
          );
        })}
      </svg>
      <p class="axis" aria-hidden="true"><span>{shortDay(at(usage.from))}</span><span>{shortDay(at(usage.to))}</span></p>
      <details>
        <summary>{t.usageTable}</summary>
        <table>
          <thead><tr><th scope="col">{t.day}</th><th scope="col">{t.answersHead}</th><th scope="col">{t.tokensHead}</th></tr></thead>
          <tbody>
            {days.filter((day) => day.requests_count > 0 || day.tokens_used > 0).reverse().map((day) => (
              <tr key={day.date}><th scope="row">{fullDay(at(day.date))}</th><td>{t.number(day.requests_count)}</td><td>{t.number(day.tokens_used)}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
