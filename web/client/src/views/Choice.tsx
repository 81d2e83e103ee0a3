// One of a few, all of them in sight.

interface Props<T extends string> {
  legend: string;
  name: string;
  value: T;
  options: Record<T, string>;
  choose: (to: T) => void;
  hint?: string;
}

export function Choice<T extends string>({ legend, name, value, options, choose, hint }: Props<T>) {
  return (
    <fieldset class="field" aria-describedby={hint && `${name}-hint`}>
      <legend>{legend}</legend>
      <div class="choices">
        {(Object.keys(options) as T[]).map((each) => (
          <label key={each} class="choice">
            <input type="radio" name={name} value={each} checked={value === each} onChange={() => choose(each)} />
            <span lang={name === "language" ? each : undefined}>{options[each]}</span>
          </label>
        ))}
      </div>
      {hint && <small id={`${name}-hint`}>{hint}</small>}
    </fieldset>
  );
}
