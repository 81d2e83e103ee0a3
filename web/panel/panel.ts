// What makes the panel's pages better where scripts run. Each page is whole without them.

import htmx from "htmx.org";

import { offerCopies } from "./copies";
import { submitOnChoice } from "./filters";
import { offerPasskeys } from "./passkeys";
import { drawPlots } from "./plots";
import { refreshGently } from "./refresh";
import { boostVisits } from "./visits";

// Before htmx looks at the page, which it does when the page is read whole.
Object.assign(htmx.config, {
  // The policy of the pages forbids both of these; so nothing tries.
  allowEval: false,
  includeIndicatorStyles: false,
  // A page has no other script than this one, wherever it comes from.
  allowScriptTags: false,
  selfRequestsOnly: true,
  // Pages show what people wrote: none is kept in the browser's storage. Going back asks the service again.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  // Attributes would be carried over from the page before, styles among them, which the policy forbids.
  attributesToSettle: [],
  defaultSettleDelay: 0,
  // A page that says what went wrong is a page.
  responseHandling: [
    { code: "204", swap: false },
    { code: "...", swap: true },
  ],
});

boostVisits();
submitOnChoice();
refreshGently();
// Called for the page as it came, and for whatever is put into it later.
htmx.onLoad((added) => {
  drawPlots();
  offerCopies(added as Element);
  offerPasskeys(added as Element);
});
