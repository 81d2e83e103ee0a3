// The person, the plan, the account.
import { address, type Part } from "../../store/route.ts";
import { texts } from "../../texts/index.ts";
import { Top } from "../Top.tsx";
import { Account } from "./Account.tsx";
import { Plan } from "./Plan.tsx";
import { Profile } from "./Profile.tsx";

const PARTS = { profile: Profile, plan: Plan, account: Account } as const satisfies Record<Part, unknown>;

export function Settings({ part }: { part: Part }) {
  const t = texts.value;
  const View = PARTS[part];
  return (
    <>
      <Top title={t.settings} />
      <nav class="tabs" aria-label={t.settings}>
        {(Object.keys(PARTS) as Part[]).map((each) => (
          <a key={each} href={address({ page: "settings", part: each })} aria-current={each === part ? "page" : undefined}>{t[each]}</a>
        ))}
      </nav>
      <div class="scroller" tabIndex={-1}>
        <div class="settings"><View /></div>
      </div>
    </>
  );
}
