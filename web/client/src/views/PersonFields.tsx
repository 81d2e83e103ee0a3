// The three fields of the service's own method: name, gender, age. They describe the person, and who answers.
import { useId } from "preact/hooks";
import type { Gender } from "../api/types.ts";
import { texts } from "../texts/index.ts";

export interface PersonDraft {
  name: string;
  gender: Gender | "";
  /** As typed. */
  age: string;
}

export const emptyPerson: PersonDraft = { name: "", gender: "", age: "" };

export function draftOf(person: { name?: string | null; gender?: Gender | null; age?: number | null } | null | undefined): PersonDraft {
  return { name: person?.name ?? "", gender: person?.gender ?? "", age: person?.age ? String(person.age) : "" };
}

export function isName(name: string): boolean {
  const length = [...name.trim()].length;
  return length >= 1 && length <= 64 && !/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/.test(name);
}

export function isAge(age: string): boolean {
  return age.trim() === "" || (/^\d{1,3}$/.test(age.trim()) && Number(age) >= 1 && Number(age) <= 120);
}

/** The model that the service takes; null if something is wrong with it. */
export function modelOf(draft: PersonDraft): { name: string; gender: Gender | null; age: number | null } | null {
  if (!isName(draft.name) || !isAge(draft.age)) return null;
  return { name: draft.name.trim(), gender: draft.gender || null, age: draft.age.trim() ? Number(draft.age) : null };
}

interface Props {
  draft: PersonDraft;
  change: (draft: PersonDraft) => void;
  /** After a try to save: what is wrong is said. */
  checked: boolean;
  nameLabel?: string;
  hints?: boolean;
  nameRequired?: boolean;
  autoComplete?: boolean;
}

export function PersonFields({ draft, change, checked, nameLabel, hints, nameRequired = true, autoComplete }: Props) {
  const t = texts.value;
  const id = useId();
  const wrongName = checked && (nameRequired || draft.name !== "") && !isName(draft.name);
  const wrongAge = checked && !isAge(draft.age);
  const genders: (Gender | "")[] = ["female", "male", "other", ""];
  return (
    <>
      <div class="field">
        <label for={`${id}n`}>{nameLabel ?? t.name}</label>
        <input
          id={`${id}n`}
          type="text"
          value={draft.name}
          maxLength={64}
          required={nameRequired}
          autoComplete={autoComplete ? "given-name" : "off"}
          aria-invalid={wrongName}
          aria-describedby={wrongName ? `${id}ne` : hints ? `${id}nh` : undefined}
          onInput={(event) => change({ ...draft, name: event.currentTarget.value })}
        />
        {wrongName ? <small id={`${id}ne`} class="wrong">{t.fieldName}</small> : hints && <small id={`${id}nh`}>{t.nameHint}</small>}
      </div>
      <fieldset class="field" aria-describedby={hints ? `${id}gh` : undefined}>
        <legend>{t.gender} <small>{hints && t.optional}</small></legend>
        <div class="choices">
          {genders.map((gender) => (
            <label key={gender} class="choice">
              <input type="radio" name={`${id}g`} value={gender} checked={draft.gender === gender} onChange={() => change({ ...draft, gender })} />
              <span>{gender === "" ? t.genderNone : t.genders[gender]}</span>
            </label>
          ))}
        </div>
        {hints && <small id={`${id}gh`}>{t.genderHint}</small>}
      </fieldset>
      <div class="field">
        <label for={`${id}a`}>{t.age} <small>{hints && t.optional}</small></label>
        <input
          id={`${id}a`}
          class="short"
          type="text"
          inputMode="numeric"
          value={draft.age}
          maxLength={3}
          autoComplete="off"
          aria-invalid={wrongAge}
          aria-describedby={wrongAge ? `${id}ae` : hints ? `${id}ah` : undefined}
          onInput={(event) => change({ ...draft, age: event.currentTarget.value })}
        />
        {wrongAge ? <small id={`${id}ae`} class="wrong">{t.fieldAge}</small> : hints && <small id={`${id}ah`}>{t.ageHint}</small>}
      </div>
    </>
  );
}
