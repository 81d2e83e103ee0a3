// A part of the client that is loaded when it is first looked at.
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../api/problem.ts";
import { texts } from "../texts/index.ts";
import { words } from "../texts/problem.ts";

export function lazy<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let View: FunctionComponent<P> | null = null;
  return function Lazy(props: P) {
    const t = texts.value;
    const [, setLoaded] = useState(View !== null);
    const [problem, setProblem] = useState<Problem | null>(null);
    useEffect(() => {
      if (View) return;
      load().then(
        (loaded) => {
          View = loaded;
          setLoaded(true);
        },
        () => setProblem(Problem.offline()),
      );
    }, []);
    if (View) return <View {...props} />;
    return <p class="hint middle" role={problem ? "alert" : "status"}>{problem ? words(problem) : t.loading}</p>;
  };
}
